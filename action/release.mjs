// Makes what a release of the Action holds and the repository does not: `dist/action.cjs`, one file with everything that the
// command needs, and the two files of the report page. `npm run release:action -- FOLDER`; default the folder of the project.

import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const folder = process.argv[2] ?? ROOT

/** Packages that are loaded on use are in the file too; the package's own manifest stays beside it. */
const onUse = {
  name: 'on-use',
  transform: (code) =>
    code.replace(
      /\(0, \w+\.createRequire\)\(require\("url"\)\.pathToFileURL\(__filename\)\.href\)\((?="(?!scrape-status\/))/g,
      'require(',
    ),
}

const bundle = await rolldown({
  input: join(ROOT, 'action/main.cjs'),
  platform: 'node',
  plugins: [onUse],
  // `bin/package.json` says what Node has to know of its folder, and nothing of this one.
  external: [/^node:/],
})
mkdirSync(join(folder, 'dist'), { recursive: true })
await bundle.write({
  file: join(folder, 'dist/action.cjs'),
  format: 'cjs',
  codeSplitting: false,
  minify: true,
  comments: { legal: true },
})
for (const name of ['page.js', 'page.css']) {
  const from = join(ROOT, 'dist', name)
  if (join(folder, 'dist', name) !== from) copyFileSync(from, join(folder, 'dist', name))
}
