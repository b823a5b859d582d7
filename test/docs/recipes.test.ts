// The commands of docs/recipes.md are understood, on lists that are there; what they would ask is asked of nobody.

import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { tempFolder } from '../cli/support/temp-folder.js'
import { spawnShell } from '../support/spawn-shell.js'
import { readDocPage, writeCommands } from './support/doc-page.js'

const page = await readDocPage('recipes.md')
const own = page.commands.map(({ line }) => line).filter((line) => /(^|[ \n])scrape-status (?!report )/.test(line)) // Reports of runs are made in docs/reports.md.

test('are many', () => expect(own.length).toBeGreaterThan(10))

test.each(own)('%s', { timeout: 60_000 }, async (line) => {
  const folder = await tempFolder()
  await writeCommands(folder)
  for (const [name] of line.matchAll(/\b[\w-]+\.txt\b/g)) await writeFile(join(folder, name), 'https://shop.example/\n')
  await copyFile(fileURLToPath(new URL('../demo/self-signed.pem', import.meta.url)), join(folder, 'company-root.pem'))
  const [flags] = line.split(/(?<=[^#])\s#/)
  const variables = 'GIT_SHA=1 CDN=cdn.example PREVIEW_KEY=2 API_TOKEN=3'
  const result = await spawnShell(`export ${variables}; ${flags!.replace(/scrape-status /g, '$&--dry-run ')}`, {
    cwd: folder,
    path: folder,
  })
  expect([result.code, result.stderr]).toEqual([0, ''])
  expect(result.stdout).toContain('1 to ask')
})
