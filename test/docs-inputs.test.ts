// What docs/inputs.md shows is run as it stands there, on a server of ours.

import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { INPUT_FORMAT_NAMES } from '../src/settings/input-formats.js'
import { tempFolder } from './cli/support/temp-folder.js'
import { closeAfterTest } from './support/close-after-test.js'
import { startHttpServer } from './support/http-server.js'
import { spawnShell } from './support/spawn-shell.js'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const PAGE = await readFile(join(ROOT, 'docs/inputs.md'), 'utf8')

/** Blocks of code with the line before them and their language. */
const blocks = [...PAGE.matchAll(/(?:^`([\w.-]+)`:\n\n)?^```(\w+)\n([\s\S]*?)^```$/gm)].map(
  ([, name, language, text]) => ({
    name,
    language: language!,
    text: text!,
  }),
)
const commands = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.trimEnd().split('\n'))
  .map((line) => ({ line, code: Number(/# exit code (\d)$/.exec(line)?.[1] ?? 0) }))

test('every example of the page on inputs does what it says', { timeout: 120_000 }, async () => {
  const files = blocks.filter(({ name }) => name !== undefined)
  const sitemap = (url: string) => `<urlset><url><loc>${url}/</loc></url><url><loc>/about</loc></url></urlset>`
  const { url } = closeAfterTest(
    await startHttpServer((request, response) => {
      const list = files.find(({ name }) => request.url === `/${name}`)
      if (request.url === '/old') response.writeHead(301, { Location: '/new' })
      if (request.url === '/gone') response.statusCode = 410
      if (request.url === '/sitemap.xml') response.write(sitemap(url))
      if (request.url === '/robots.txt') response.write(`User-agent: *\nSitemap: ${url}/sitemap.xml\n`)
      response.end(list?.text.replaceAll('https://shop.example', url))
    }),
  )
  const local = (text: string) => text.replaceAll('https://shop.example', url)
  const folder = await tempFolder()
  for (const { name, text } of files) await writeFile(join(folder, name!), local(text))
  const bin = join(folder, 'scrape-status')
  await writeFile(bin, `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'bin/scrape-status.js')}" "$@"\n`)
  await chmod(bin, 0o755)
  expect(commands.length).toBeGreaterThan(12)
  for (const { line, code } of commands) {
    const result = await spawnShell(local(line), { cwd: folder, path: folder })
    expect({ line, code: result.code, said: result.code === code ? '' : result.stdout + result.stderr }).toEqual({
      line,
      code,
      said: '',
    })
  }
})

test('every format has its row', () => {
  for (const name of INPUT_FORMAT_NAMES) expect(PAGE).toMatch(new RegExp(`^\\|.*\`${name}\``, 'm'))
})
