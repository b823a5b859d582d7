// @ts-check
// `npm run demo`: a list of URLs of which most are broken, each in its own way, and the real command run on it.
// `-- --serve` keeps the servers running for curl instead; any other arguments go to the command: `-- -r ndjson`.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startDemoServer } from './server.js'

const COMMAND = fileURLToPath(new URL('../../bin/scrape-status.js', import.meta.url))
const TIMEOUT = '3s'

const extra = process.argv.slice(2)
const server = await startDemoServer()
const list = toList(server.urls)
if (extra.includes('--serve')) {
  console.log(`${list}\n# Ctrl-C to stop`)
} else {
  process.exitCode = await runOn(list)
  await server.close()
}

/**
 * Writes the list to a temporary file, shows both, and runs the command on it with our own terminal.
 * @param {string} list
 * @returns {Promise<number>} 0 when the command found the failures (exit code 1), else its exit code
 */
async function runOn(list) {
  const folder = mkdtempSync(join(tmpdir(), 'scrape-status-demo-'))
  writeFileSync(join(folder, 'urls.txt'), list)
  // In the folder itself the name is short. Arguments of the caller's may name files, so they keep the caller's folder.
  const cwd = extra.length === 0 ? folder : undefined
  const file = cwd === undefined ? join(folder, 'urls.txt') : 'urls.txt'
  // On stderr, so that `npm run -s demo -- -r ndjson | jq` gets rows only.
  console.error(`A server on this machine plays ${server.urls.length} kinds of URL. Four of them are fine.\n`)
  console.error(list.replace(/^(?=.)/gm, '  '))
  console.error(`$ scrape-status -t ${TIMEOUT} --retries 0 ${[...extra, file].join(' ')}\n`)

  // Ctrl-C reaches the command as well; it ends the run, and we end after it.
  process.on('SIGINT', () => {})
  const child = spawn(process.execPath, [COMMAND, '-t', TIMEOUT, '--retries', '0', ...extra, file], {
    cwd,
    stdio: 'inherit',
  })
  const [code] = await once(child, 'exit')
  rmSync(folder, { recursive: true, force: true })
  console.error(
    code === 1
      ? '\nExit code 1: some URLs failed, as they should here. Your turn: npx scrape-status urls.example.txt'
      : `\nExit code ${code}, where 1 was expected.`,
  )
  return code === 1 ? 0 : (code ?? 1)
}

/** @param {import('./server.js').DemoUrl[]} urls */
function toList(urls) {
  const width = Math.max(...urls.map(({ url }) => url.length))
  return urls.map(({ url, what }) => `${url.padEnd(width)}  # ${what}\n`).join('')
}
