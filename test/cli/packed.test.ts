// Reports that are packed while they are written (`-o report.ndjson.gz`): read again by gzip itself, gone on with,
// compared with, and readable after a kill. Runs the built command: `npm run build` first.

import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, constants as zlib } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { run } from '../../src/cli.js'
import type { Verdict } from '../../src/words/verdict.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'
import { startCli } from '../support/spawn-cli.js'
import { createTestWorld } from '../support/world.js'
import { tempFolder } from './support/temp-folder.js'

const zcat = (path: string) => execFileSync('zcat', [path], { encoding: 'utf8', maxBuffer: 2 ** 28 })
const rowsOf = (text: string): Verdict[] => text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))

/** A list of so many URLs, all fine but the third, and a folder for reports. */
async function place(count: number) {
  const server = closeAfterTest(await startHttpServer({ '/2': 404, '*': 200 }))
  const folder = await tempFolder()
  const list = join(folder, 'urls.txt')
  await writeFile(list, Array.from({ length: count }, (_, at) => `${server.url}/${at}\n`).join(''))
  return { server, folder, list, file: join(folder, 'report.ndjson.gz') }
}

async function command(argv: readonly string[]) {
  const world = createTestWorld()
  const code = await run(argv, world)
  return { code, stderr: world.stderrText(), stdout: world.stdoutText() }
}

test('are what they are unpacked, as NDJSON, CSV and by format', async () => {
  const { list, file, folder } = await place(300)
  const [csv, other] = [join(folder, 'report.CSV.GZ'), join(folder, 'any.gz')]
  const { code } = await command([list, '-r', 'ndjson', '-o', file, '-o', csv, '-o', `ndjson=${other}`])
  expect(code).toBe(1)
  const rows = rowsOf(zcat(file))
  expect(rows.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, at) => at))
  expect(zcat(other)).toBe(zcat(file))
  expect(parse(zcat(csv), { columns: true, bom: true })).toHaveLength(300)
  expect((await readFile(file)).length).toBeLessThan(zcat(file).length / 5)
})

test('are a baseline', async () => {
  const { list, file } = await place(5)
  await command([list, '-o', file])
  const { code, stdout } = await command([list, '--baseline', file, '--update-baseline', '--fail-on', 'new'])
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('1 still failing') })
  expect(rowsOf(zcat(file))).toHaveLength(5)
})

test('are gone on with, wherever they were cut', async () => {
  const { list, file } = await place(40)
  await command([list, '-o', file])
  const whole = await readFile(file)
  for (const bytes of [0, 5, 12, Math.floor(whole.length / 2), whole.length - 9, whole.length]) {
    await writeFile(`${file}.part`, whole.subarray(0, bytes))
    const { code, stderr } = await command([list, '-r', 'summary', '-o', file, '--resume'])
    expect({ code, bytes, stderr }).toMatchObject({ code: 1 })
    const rows = rowsOf(zcat(file))
    expect(rows.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, at) => at))
  }
})

test('are moved aside by a run that does not go on with them, and their rows counted', async () => {
  const { list, file } = await place(3)
  await command([list, '-o', file])
  const whole = await readFile(file)
  await writeFile(`${file}.part`, whole.subarray(0, whole.length - 4))
  const { stderr } = await command([list, '-o', file])
  expect(stderr).toContain(`(3 lines), is now ${file}.part.old`)
})

test('that are damaged are said to be', async () => {
  const { list, file } = await place(3)
  await command([list, '-o', file])
  const bytes = await readFile(file)
  bytes.fill(0x55, 20, 60)
  await writeFile(file, bytes)
  expect(await command([list, '-o', file, '--resume'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/the rows of .*report\.ndjson\.gz cannot be read \(Z_/),
  })
  expect(await command([list, '--baseline', file])).toMatchObject({ code: 2 })
})

test('a kill leaves what was done, which the next run goes on with', async () => {
  const { folder, server, list, file } = await place(2000)
  const hanging = closeAfterTest(await startHttpServer(() => {}))
  const longer = join(folder, 'longer.txt')
  await writeFile(longer, `${await readFile(list, 'utf8')}${hanging.url}/\n`)
  const cli = startCli([longer, '-q', '-r', 'summary', '-o', file])
  const done = (bytes: Buffer) => {
    const text = bytes.length === 0 ? '' : gunzipSync(bytes, { finishFlush: zlib.Z_SYNC_FLUSH }).toString()
    return text.slice(0, text.lastIndexOf('\n') + 1)
  }
  await expect.poll(async () => rowsOf(done(await readFile(`${file}.part`))).length).toBe(2000)
  cli.kill('SIGKILL')
  await cli.finished
  await hanging.close()
  const asked = server.requests()
  const { stderr } = await command([longer, '--retries', '0', '-r', 'summary', '-o', file, '--resume'])
  expect(stderr).toContain(`2000 rows kept from ${file}.part`)
  expect(server.requests()).toBe(asked)
  expect(rowsOf(zcat(file))).toHaveLength(2001)
})
