// HOSTILE case 149 and part 8 of the issue: this machine runs out of something. The URLs wait and are asked again, fewer
// at once; it is said once; and what stays is `local.<code>`, inconclusive, exit 4: never a verdict on a URL.

import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'
import { stopwatch } from '../support/stopwatch.js'
import { ask, ending } from './support/ask.js'
import { preload } from './support/preload.js'

const serve = async () => closeAfterTest(await startHttpServer({ '*': 200 }, { host: '0.0.0.0' }))

/** Lets a connection fail when the expression over `options` and `count` (from 0) gives a code, as the kernel would. */
const failing = (code: string) =>
  preload(`
    import net from 'node:net'
    const connect = net.createConnection
    let count = -1
    net.createConnection = (options) => {
      count++
      const code = ${code}
      if (!code) return connect(options)
      const socket = new net.Socket()
      process.nextTick(() => socket.destroy(Object.assign(new Error('connect'), { code, syscall: 'connect' })))
      return socket
    }`)

describe('64 descriptors', () => {
  const hosts = Array.from({ length: 2000 }, (_, at) => `127.1.${at >> 8}.${at & 255}`)

  test.each([
    ['over 2,000 hosts', (port: number) => hosts.map((host) => `http://${host}:${port}/`), []],
    ['of one host', (port: number) => hosts.map((_, at) => `http://127.0.0.1:${port}/${at}`), []],
    [
      'of one host, 200 at once',
      (port: number) => hosts.map((_, at) => `http://127.0.0.1:${port}/${at}`),
      ['-c', '500', '--per-host', '200'],
    ],
  ])('are enough for 2,000 URLs %s', async (_where, lines, flags) => {
    const server = await serve()
    const { rows, code, stderr } = await ask(lines(server.port), flags, { maxOpenFiles: 64 })
    expect(rows.filter((row) => ending(row) !== 200)).toEqual([])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(server.maxOpenConnections()).toBeLessThan(48)
    expect(server.requests()).toBe(2000)
  })

  test('are enough for names and for a list, a report and a summary besides', async () => {
    const server = await serve()
    const { answer, startDnsServer } = await import('../support/dns-server.js')
    const { tempFolder } = await import('../cli/support/temp-folder.js')
    const names = Array.from({ length: 1000 }, (_, at) => `n${at}.zone.example`)
    const dns = closeAfterTest(
      await startDnsServer(Object.fromEntries(names.map((name) => [name, { A: answer('127.0.0.1') }]))),
    )
    const lines = names.map((name) => `http://${name}:${server.port}/`)
    const flags = ['--dns-server', dns.address, '-o', 'rows.csv', '-o', 'rows.json', '-o', 'summary=summary.json']
    const { rows, code, stderr } = await ask(lines, flags, { maxOpenFiles: 64, cwd: await tempFolder() })
    expect(rows.filter((row) => ending(row) !== 200)).toEqual([])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

test('a fault that stays is local.<code>, inconclusive, said once, and exit 4; the URLs beside it have their verdict', async () => {
  const server = await serve()
  const codes = ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL']
  const nodeArgs = failing(`${JSON.stringify(codes)}[Number(options.host.split('.')[3]) - 2]`)
  const lines = [...codes.map((_, at) => server.urlOf(`127.0.0.${at + 2}`, '/')), `${server.url}/`, `${server.url}/a`]
  const { rows, code, stderr } = await ask(lines, ['-t', '1s'], { nodeArgs })
  expect(rows.map(({ kind, outcome }) => [kind, outcome])).toEqual([
    ...codes.map((each) => [`local.${each}`, 'inconclusive']),
    ['ok', 'ok'],
    ['ok', 'ok'],
  ])
  for (const row of rows.slice(0, codes.length)) {
    expect(row).toMatchObject({ status: 0, code: row.kind.slice('local.'.length) })
    expect(row.hint).toMatch(/machine/)
  }
  expect(code).toBe(4)
  expect(stderr.match(/this machine ran into a limit/g)).toHaveLength(1)
  expect(stderr).toMatch(/going on with \d+ requests at once/)
  expect(stderr).toMatch(/5 URLs could not be judged because of this machine/)
  expect(server.requests()).toBe(2)
})

test.each(['EMFILE', 'ENOBUFS', 'EADDRNOTAVAIL'])(
  '%s that passes leaves no trace but a notice: every URL is ok',
  async (fault) => {
    const server = await serve()
    const lines = Array.from({ length: 300 }, (_, at) => server.urlOf(`127.2.0.${at % 250}`, `/${at}`))
    const { rows, code, stderr } = await ask(lines, [], { nodeArgs: failing(`count < 50 && '${fault}'`) })
    expect(rows.filter((row) => ending(row) !== 200)).toEqual([])
    expect(rows.every(({ attempts }) => attempts === 1)).toBe(true)
    expect(code).toBe(0)
    expect(stderr).toBe(`scrape-status: this machine ran into a limit (${fault}); going on with 64 requests at once\n`)
    expect(server.requests()).toBe(300)
  },
)

test('one in ten connections that fails with EMFILE, all the time, loses nothing', async () => {
  const server = await serve()
  const lines = Array.from({ length: 500 }, (_, at) => server.urlOf(`127.3.${at % 2}.${at % 250}`, `/${at}`))
  const { rows, code } = await ask(lines, [], { nodeArgs: failing("count % 10 === 9 && 'EMFILE'") })
  expect(rows.filter((row) => ending(row) !== 200)).toEqual([])
  expect(code).toBe(0)
})

test('in a race of two addresses the fault of this machine is told, not the refusal of the other', async () => {
  const { answer, startDnsServer } = await import('../support/dns-server.js')
  const dns = closeAfterTest(await startDnsServer({ 'two.example': { A: answer('127.0.0.2', '127.0.0.3') } }))
  const nodeArgs = failing("options.host === '127.0.0.2' && 'ENOBUFS'")
  const { rows, code } = await ask(['http://two.example:1/'], ['--dns-server', dns.address], { nodeArgs })
  expect(rows[0]!.kind).toBe('local.ENOBUFS')
  expect(code).toBe(4)
})

test('an interrupted wait for this machine to recover ends at once', async () => {
  const { startCli } = await import('../support/spawn-cli.js')
  const cli = startCli(['--retries', '0', '-r', 'ndjson', 'http://127.0.0.1:1/'], { nodeArgs: failing("'EMFILE'") })
  await cli.wrote('ran into a limit')
  // In the middle of the wait from 1.5 s to 3.1 s.
  await sleep(1600)
  const watch = stopwatch()
  cli.kill('SIGINT')
  const { code, waitedMs } = await cli.finished
  expect(code).toBe(130)
  expect(watch.wallMs()).toBeLessThan(1000 + waitedMs)
})
