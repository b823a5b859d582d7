// A disk that is full: said when it happens, and nobody asks on for rows that nothing keeps. Runs the built command:
// `npm run build` first.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'
import { spawnCli, startCli } from '../support/spawn-cli.js'
import { runCli } from './support/run-cli.js'
import { tempFolder } from './support/temp-folder.js'

const LINES = 20_000
const FULL = 'scrape-status: /dev/full: no space left on the device (ENOSPC)\n'

async function place() {
  const server = closeAfterTest(await startHttpServer({ '*': 200 }))
  const folder = await tempFolder()
  const list = join(folder, 'urls.txt')
  await writeFile(list, `${server.url}/\n`.repeat(LINES))
  return { server, folder, list }
}

describe('a run whose only output that keeps rows is full ends with 3', () => {
  test.each([
    ['beside a table that is no terminal', ['-o', 'ndjson=/dev/full']],
    ['beside a summary', ['-r', 'summary', '-o', 'csv=/dev/full']],
    ['beside a list of failures', ['-r', 'summary', '-o', 'ndjson=/dev/full', '--write-failed', 'failed.txt']],
  ])('%s', async (_name, argv) => {
    const { server, folder, list } = await place()
    const { code, stdout, stderr } = await spawnCli([list, ...argv], { cwd: folder })
    expect(code).toBe(3)
    expect(stderr).toContain(FULL)
    expect(stderr).toMatch(/no output is left that keeps rows; \d+ URLs in flight, [\d,]+ read and not asked\n/)
    expect(stdout).toMatch(/no output is left that keeps rows|"unfinished":\s*"output-failed"/)
    expect(server.requests()).toBeLessThan(LINES)
  })

  test('a file on a disk, whose rows up to there stay and can be gone on with', async () => {
    const { server, folder, list } = await place()
    const argv = [list, '-r', 'summary', '-o', join(folder, 'out.ndjson')]
    const { code, stderr } = await spawnCli(argv, { maxFileBytes: 100 * 512 })
    expect(code).toBe(3)
    expect(stderr).toContain('out.ndjson: the file may not be larger (EFBIG)\n')
    expect(stderr).toContain(`go on with: scrape-status ${argv.join(' ')} --resume\n`)
    expect(server.requests()).toBeLessThan(LINES)
  })
})

test('it is said while the run goes on for a reader of the rows', async () => {
  const held: (() => void)[] = []
  const server = closeAfterTest(
    await startHttpServer((request, response) => {
      if (request.url === '/held') held.push(() => response.end())
      else response.end()
    }),
  )
  const cli = startCli([`${server.url}/a`, `${server.url}/held`, '-r', 'ndjson', '-o', 'csv=/dev/full'])
  await cli.wrote(FULL)
  expect(cli.stdoutText()).not.toContain('/held')
  for (const answer of held) answer()
  const { code, stdout, stderr } = await cli.finished
  expect(stdout.trimEnd().split('\n')).toHaveLength(2)
  expect({ code, stderr }).toEqual({ code: 3, stderr: FULL })
})

test('people who see the table grow decide for themselves', async () => {
  const server = closeAfterTest(await startHttpServer({ '*': 200 }))
  const urls = Array.from({ length: 50 }, (_, at) => `${server.url}/${at}`)
  const result = await runCli([...urls, '-o', 'ndjson=/dev/full', '--no-progress'], { isTTY: true })
  expect(result.code).toBe(3)
  expect(result.stderr).toContain('no space left')
  expect(server.requests()).toBe(50)
})
