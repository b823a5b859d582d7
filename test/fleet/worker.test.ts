// The command of a worker: what it says, what it serves, how it ends.

import { request } from 'node:http'
import { expect, test } from 'vitest'
import { startPathServer } from '../support/path-server.js'
import { spawnCli, startCli } from '../support/spawn-cli.js'
import { startFleet } from './support/fleet.js'

/** Status and text. */
function get(port: string, path: string): Promise<readonly [number, string]> {
  return new Promise((resolve, reject) => {
    const asking = request({ port, path, host: '127.0.0.1', agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve([response.statusCode!, text]))
    })
    asking.on('error', reject).end()
  })
}

test('serves its health and its figures, and ends with Redis away', { timeout: 60_000 }, async () => {
  const server = await startPathServer()
  const fleet = await startFleet(`http://127.0.8.1:${server.port}/a\nhttp://127.0.8.2:${server.port}/404\n`)
  const worker = await fleet.worker(['--metrics-port', '0'])
  const [, port = ''] = /metrics on port (\d+)/.exec(worker.stderrText()) ?? []
  expect(await get(port, '/healthz')).toEqual([200, 'ok\n'])
  expect(await get(port, '/readyz')).toEqual([200, 'ready\n'])
  expect((await fleet.run(['--retries', '0']).finished).code).toBe(1)
  const [status, text] = await get(port, '/metrics')
  expect(status).toBe(200)
  expect(text).toMatch(/^scrape_status_urls_asked_total 2$/m)
  expect(text).toMatch(/^scrape_status_urls_handed_back_total 0$/m)
  expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m)
  expect((await get(port, '/other'))[0]).toBe(404)
  await fleet.redis.kill()
  await worker.wrote('ECONN')
  expect(await get(port, '/readyz')).toEqual([503, 'not ready\n'])
  expect(await get(port, '/healthz')).toEqual([200, 'ok\n'])
  worker.kill('SIGTERM')
  expect(await worker.finished).toMatchObject({ code: 0, signal: null })
})

test('waits for a Redis that is not there yet, and ends while it waits', { timeout: 60_000 }, async () => {
  const fleet = await startFleet('http://127.0.8.1:9/\n')
  await fleet.redis.kill()
  const env = { SCRAPE_STATUS_QUEUE: fleet.redis.url.replace('//', '//me:hunter2@') }
  const impatient = startCli(['worker'], { env })
  await impatient.wrote('ECONNREFUSED; tried again until it is there')
  impatient.kill('SIGTERM')
  const { code, stderr } = await impatient.finished
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('hunter2')])
  const patient = startCli(['worker', '--queue', fleet.redis.url])
  await patient.wrote('ECONNREFUSED')
  await fleet.redis.start()
  await patient.wrote('takes work')
  patient.kill('SIGTERM')
  expect((await patient.finished).code).toBe(0)
})

test('says that it is not let in', { timeout: 60_000 }, async () => {
  const fleet = await startFleet('http://127.0.8.1:9/\n')
  await fleet.redis.client.config('SET', 'requirepass', 'hunter2')
  const { code, stderr } = await spawnCli(['worker', '--queue', fleet.redis.url])
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^scrape-status: --queue redis:\S+: NOAUTH/)])
})

test.each([
  [['worker'], {}, 'worker: which queue? --queue redis://HOST:PORT, or SCRAPE_STATUS_QUEUE'],
  [['worker', '--queue', 'http://x'], {}, '--queue: expected redis://HOST:PORT or rediss://HOST:PORT'],
  [['worker', 'urls.txt'], {}, 'worker: urls.txt: the list is for the run'],
  [['worker', 'redis://:secret@127.0.0.1:6379'], {}, 'worker: write --queue before the URL'],
  [['worker', '--timeout', '3s'], {}, 'worker: --timeout is for a run; a worker asks as the run says'],
  [['worker', '--env', 'NOT_THERE'], { SCRAPE_STATUS_QUEUE: 'redis://127.0.0.1:9' }, '--env NOT_THERE: not set'],
  [['urls.txt', '--grace', '3s'], {}, '--grace: is for scrape-status worker'],
  [['-', '--queue', 'redis://127.0.0.1:9'], {}, '--queue redis://127.0.0.1:9: ECONNREFUSED'],
])('%j says what is missing', { timeout: 60_000 }, async (args, env, words) => {
  const { code, stderr } = await spawnCli(args, { env, input: 'http://127.0.0.1:9/' })
  expect([code, stderr]).toEqual([2, expect.stringContaining(words)])
  expect(stderr).not.toContain('hunter2')
})

test('one that lacks a name of the run fails the job, which ends the run by name', { timeout: 60_000 }, async () => {
  const fleet = await startFleet('http://127.0.8.1:9/\n')
  await fleet.worker()
  const { code, stderr } = await spawnCli(
    ['urls.txt', '--queue', fleet.redis.url, '-o', 'out.ndjson', '-q', '-r', 'summary', '-H', 'X: $TOKEN'],
    { cwd: fleet.folder, env: { TOKEN: 'hunter2' } },
  )
  expect([code, stderr]).toEqual([4, expect.stringContaining('job')])
  expect(stderr).toMatch(/failed 4 times \(1 URLs from urls\.txt:1\): .*\$TOKEN is read from the environment only with/)
})
