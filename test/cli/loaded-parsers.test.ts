// Parsers cost start-up and memory: a run loads the one that its list needs, and no other.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { spawnCli } from '../support/spawn-cli.js'
import { tempFolder } from './support/temp-folder.js'

/** Says at the end which of the parsers' files were loaded. */
const HOOK = `
process.on('exit', () => {
  const loaded = Object.keys(require.cache).join('\\n')
  const names = ['csv-parse', 'saxes', '@streamparser/json'].filter((name) => loaded.includes('/node_modules/' + name + '/'))
  process.stderr.write('loaded: ' + names.join(' ') + '\\n')
})`

test.each<[string, string, string]>([
  ['list.txt', 'https://a.example\n', ''],
  ['list', 'https://a.example\n', ''],
  ['list.ndjson', '{"url":"https://a.example"}\n', ''],
  ['list.csv', 'url\nhttps://a.example\n', 'csv-parse'],
  ['list.json', '["https://a.example"]', '@streamparser/json'],
  ['list.xml', '<urlset><url><loc>https://a.example</loc></url></urlset>', 'saxes'],
])('for %s: %j needs %j', async (name, text, parser) => {
  const folder = await tempFolder()
  await writeFile(join(folder, 'hook.cjs'), HOOK)
  await writeFile(join(folder, name), text)
  const nodeArgs = ['--require', join(folder, 'hook.cjs')]
  const { code, stdout, stderr } = await spawnCli([join(folder, name), '--dry-run'], { nodeArgs })
  expect({ code, stderr }).toEqual({ code: 0, stderr: `loaded: ${parser}\n` })
  expect(stdout).toContain('1 to ask')
})
