// kill -9 at a random moment, and on with it: every line exactly once, twenty times. And a signal that can be heard: then
// the command that goes on is printed, ready for the shell.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'
import { startCli } from '../support/spawn-cli.js'
import { createPlace } from './support/memory-run.js'

const LINES = 3000
const KILLS = 20

/** Small, seeded, good enough to choose a moment: mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

test('kill -9 at a random moment, then --resume, twenty times: every line exactly once', async () => {
  const random = createRandom(20260923)
  let limit = 0
  let armed: (() => void) | null = null
  const server = closeAfterTest(
    await startHttpServer((request, response) => {
      response.statusCode = request.url!.endsWith('7') ? 404 : 200
      response.end()
      if (server.requests() >= limit) armed?.()
    }),
  )
  const place = await createPlace()
  await place.write('urls.txt', Array.from({ length: LINES }, (_, at) => `${server.url}/${at}\n`).join(''))
  const argv = [place.path('urls.txt'), '-r', 'summary', '-q', '-o', place.path('out.ndjson'), '--resume']

  for (let kill = 0; kill < KILLS; kill++) {
    // A few more requests, and then anywhere between two of them, in the middle of a write included.
    limit = server.requests() + 1 + Math.floor(random() * 130)
    const running = startCli(argv)
    armed = () => {
      armed = null
      setTimeout(() => running.kill('SIGKILL'), random() * 12)
    }
    const { signal, stderr } = await running.finished
    expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' })
    expect(place.exists('out.ndjson')).toBe(false)
  }

  const { code, stdout, stderr } = await startCli(argv).finished
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  expect(place.exists('out.ndjson.part')).toBe(false)
  const rows = place.rows('out.ndjson')
  expect(rows.map(({ line }) => line)).toEqual(Array.from({ length: LINES }, (_, at) => at + 1))
  expect(rows.every(({ input, url, status }) => input === url && status === (url.endsWith('7') ? 404 : 200))).toBe(true)
  expect(JSON.parse(stdout)).toMatchObject({
    verdicts: LINES,
    failed: LINES / 10,
    lines: { total: LINES, checked: LINES, notAsked: 0 },
    statuses: { 200: LINES * 0.9, 404: LINES * 0.1 },
  })
  // What was on the wire or not yet written at a kill is asked again, and nothing else.
  expect(server.requests()).toBeLessThan(LINES * 2)
})

test('SIGTERM prints the command that goes on, and a shell takes it as it is', async () => {
  let hangs = true
  const server = closeAfterTest(
    await startHttpServer((request, response) => {
      if (!hangs || request.url !== '/1') response.end()
    }),
  )
  const place = await createPlace()
  const list = place.path("the list's $HOME.txt")
  await place.write("the list's $HOME.txt", `${server.url}/0\n${server.url}/1\n${server.url}/2\n`)
  const running = startCli([list, '-r', 'csv', '-o', place.path('out.ndjson'), '--include', '.*'])
  await running.wrote(`${server.url}/0`)
  await running.wrote(`${server.url}/2`)
  running.kill('SIGTERM')
  const { code, stderr } = await running.finished
  expect(code).toBe(143)
  const [, command] = /go on with: scrape-status (.*)\n/.exec(stderr) ?? []
  expect(command).toContain('--resume')
  hangs = false
  expect(place.rows('out.ndjson.part')).toHaveLength(2)
  const bin = fileURLToPath(new URL('../../bin/scrape-status.js', import.meta.url))
  const env = { ...process.env, NODE: process.execPath, BIN: bin }
  await promisify(execFile)('sh', ['-c', `exec "$NODE" "$BIN" ${command}`], { env })
  expect(place.rows('out.ndjson').map(({ line }) => line)).toEqual([1, 2, 3])
  expect(server.requests()).toBe(4)
})
