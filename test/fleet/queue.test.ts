// The queue as its users see it: the same rows as without, no secret in Redis, and words where something is missing.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mixedList } from '../support/mixed-list.js'
import { startPathServer } from '../support/path-server.js'
import { spawnCli } from '../support/spawn-cli.js'
import { startFleet } from './support/fleet.js'

test('rows of a queue are those of one process', { timeout: 120_000 }, async () => {
  const server = await startPathServer()
  const fleet = await startFleet(mixedList({ port: server.port, net: 8 }))
  const flags = ['--retries', '1', '--dedupe', '--expect-header', 'connection: .', '--rule', '127.0.8.4 accept=410']
  const plain = await spawnCli(['urls.txt', '-o', 'plain.ndjson', '-q', '-r', 'summary', ...flags], {
    cwd: fleet.folder,
  })
  server.forget()
  await Promise.all([fleet.worker(), fleet.worker()])
  const { code, stdout, stderr } = await fleet.run(flags).finished
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  const rows = await fleet.rows('plain.ndjson')
  expect(await fleet.rows()).toEqual(rows)
  expect(rows.filter(({ attempts }) => attempts === 2).length).toBeGreaterThan(10)
  const { latencyMs: _, durationMs: __, ...same } = JSON.parse(plain.stdout)
  expect(JSON.parse(stdout)).toMatchObject({ lines: same.lines, kinds: same.kinds, statuses: same.statuses })
  // Nothing of a run that is over stays in Redis.
  expect(await fleet.redis.client.keys('scrape-status-1:rows:*')).toEqual([])
  expect(await fleet.redis.client.keys('bull:scrape-status-1:*.*')).toEqual([])
})

test('later passes are asked by workers as well', { timeout: 120_000 }, async () => {
  const server = await startPathServer()
  const fleet = await startFleet(`http://127.0.8.1:${server.port}/flaky\nhttp://127.0.8.2:${server.port}/ok\n`)
  await fleet.worker()
  const { code } = await fleet.run(['--retries', '0', '--recheck', '1s']).finished
  expect(code).toBe(0)
  expect((await fleet.rows()).map(({ status, attempts }) => [status, attempts])).toEqual([
    [200, 2],
    [200, 1],
  ])
})

test('a secret is nowhere in Redis, and reaches the server all the same', { timeout: 120_000 }, async () => {
  const server = await startPathServer()
  const secret = 'hunter2-planted'
  const host = (at: number) => `127.0.8.${at}:${server.port}`
  const fleet = await startFleet(
    [`http://${host(1)}/a`, `http://${host(2)}/b header="X-Own: $TOKEN"`, `http://me:$TOKEN@${host(3)}/c`, ''].join(
      '\n',
    ),
  )
  await writeFile(
    join(fleet.folder, 'scrape-status.config.json'),
    JSON.stringify({ headers: ['X-Config: $TOKEN'], concurrency: 5 }),
  )
  const env = { TOKEN: secret }
  await fleet.worker(['--env', 'TOKEN'], { env })
  const flags = ['-H', 'Authorization: Bearer $TOKEN', '-H', 'Accept-Language: en', '--env', 'TOKEN']
  const common = ['urls.txt', '--queue', fleet.redis.url, '-o', 'out.ndjson', '-q', ...flags]
  const { code, stderr } = await spawnCli(common, { cwd: fleet.folder, env })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const heads = server.seen().map(({ headers }) => JSON.stringify(headers))
  expect(heads.filter((head) => head.includes(secret))).toHaveLength(3)
  expect(heads.filter((head) => head.includes('x-own'))).toHaveLength(1)
  const written = await fleet.redis.written()
  expect(written).toContain('scrape-status-1')
  expect(written).toContain('Bearer $TOKEN')
  expect(written).not.toContain(secret)
  expect(written).not.toContain(Buffer.from(`me:${secret}`).toString('base64'))
})

test('what a server sends back of a secret is not in Redis either', { timeout: 60_000 }, async () => {
  const server = await startPathServer()
  const secret = 'hunter2-planted'
  const fleet = await startFleet(`http://127.0.8.1:${server.port}/echo/$TOKEN\n`)
  const env = { TOKEN: secret }
  await fleet.worker(['--env', 'TOKEN'], { env })
  const common = ['urls.txt', '--queue', fleet.redis.url, '-o', 'out.ndjson', '-q', '--env', 'TOKEN']
  const { code } = await spawnCli(common, { cwd: fleet.folder, env })
  expect(code).toBe(0)
  expect(server.seen().map(({ target }) => target)).toEqual([`/echo/${secret}`, `/about/${secret}`])
  expect(await fleet.redis.written()).not.toContain(secret)
})

test.each([
  ['a header', ['-H', 'X-Key: hunter2'], 'http://127.0.8.1:9/', /^scrape-status: --header: --queue would write it/],
  ['a rule', ['--rule', '127.0.8.1 user=me:hunter2'], 'http://127.0.8.1:9/', /^scrape-status: --rule: --queue would/],
  ['a proxy', ['--proxy', 'http://me:hunter2@127.0.0.1:9'], 'http://127.0.8.1:9/', /--proxy: --queue would write/],
  ['a line', [], 'http://127.0.8.1:9/\nhttp://127.0.8.1:9/ header="X: hunter2"', /urls\.txt:2: a password or a header/],
  ['a URL', [], 'http://me:hunter2@127.0.8.1:9/', /urls\.txt:1: a password or a header/],
])(
  '%s that is written as it is is refused, unless --queue-secrets',
  { timeout: 60_000 },
  async (_, flags, list, words) => {
    const fleet = await startFleet(list)
    const { code, stderr } = await fleet.run(flags).finished
    expect([code, stderr.replace(/\n$/, '')]).toEqual([2, expect.stringMatching(words)])
    expect(stderr).not.toContain('hunter2')
    expect(await fleet.redis.written()).not.toContain('hunter2')
    await fleet.worker()
    const allowed = await fleet.run([...flags, '--queue-secrets', '--retries', '0']).finished
    expect([allowed.code, allowed.stderr]).toEqual([_ === 'a proxy' ? 4 : 1, _ === 'a proxy' ? expect.any(String) : ''])
  },
)
