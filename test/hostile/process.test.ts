// HOSTILE cases 144 to 156: signals, readers that leave, full disks, torn inputs, and a process that is itself unwell: a
// stalled loop, a clock that jumps, a garbage collector in a hurry. No false timeout, no hang, no lost row.

import { spawn } from 'node:child_process'
import { appendFile, link, open, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Summary } from '../../src/words/summary.js'
import type { Verdict } from '../../src/words/verdict.js'
import { expectWholeAccount } from '../cli/support/run-cli.js'
import { tempFolder } from '../cli/support/temp-folder.js'
import { startBlackHole } from '../support/black-hole.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { dropped, startDnsServer } from '../support/dns-server.js'
import { startHttpServer } from '../support/http-server.js'
import { type Script, startRawServer, step } from '../support/raw-server.js'
import { spawnCli, startCli } from '../support/spawn-cli.js'
import { stopwatch } from '../support/stopwatch.js'
import { ask, ending, read } from './support/ask.js'
import { peakMemory } from './support/peak-memory.js'
import { preload } from './support/preload.js'

const BIN = fileURLToPath(new URL('../../bin/scrape-status.js', import.meta.url))
/** What the kernel, Node and two busy cores may add. */
const SLACK_MS = 250

const serve = async () => closeAfterTest(await startHttpServer({ '*': 200 }))
const numbered = (url: string, count: number) => Array.from({ length: count }, (_, at) => `${url}/${at}`)
const parse = (text: string): Verdict[] => text.split('\n').flatMap((row) => (row === '' ? [] : [JSON.parse(row)]))

/** Five URLs that end in no phase of their own accord, and one that has answered. */
async function everyPhase() {
  const answering = await serve()
  const dns = closeAfterTest(await startDnsServer({ 'silent.example': { A: dropped, AAAA: dropped } }))
  const hole = closeAfterTest(await startBlackHole('127.0.0.121'))
  const silent = closeAfterTest(await startRawServer([]))
  const asked = closeAfterTest(await startRawServer([step.readHead]))
  const inBody = closeAfterTest(
    await startRawServer([
      step.readHead,
      step.write('HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n'),
      step.readHead,
    ]),
  )
  const lines = [
    `${answering.url}/`,
    'http://silent.example/',
    `${hole.url}/`,
    `https://127.0.0.1:${silent.port}/`,
    `${asked.url}/`,
    `${inBody.url}/`,
  ]
  return { lines, flags: ['--dns-server', dns.address, '-t', '60s'], servers: [silent, asked, inBody] }
}

describe('case 144: a signal', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s ends what is in DNS, connect, TLS, the wait for an answer and a redirect, at once',
    async (signal, exitCode) => {
      const { lines, flags, servers } = await everyPhase()
      const folder = await tempFolder()
      await writeFile(join(folder, 'urls.txt'), lines.join('\n'))
      const cli = startCli(['urls.txt', '--retries', '0', '-r', 'ndjson', '-o', 'summary=summary.json', ...flags], {
        cwd: folder,
      })
      await cli.wrote('"index":0')
      for (const server of servers) await expect.poll(() => server.connections()).toBeGreaterThan(0)
      const watch = stopwatch()
      cli.kill(signal)
      const { code, stdout, stderr, waitedMs } = await cli.finished
      expect(watch.wallMs()).toBeLessThan(1000 + waitedMs)
      expect(code).toBe(exitCode)
      expect(parse(stdout).map(({ index }) => index)).toEqual([0])
      expect(stderr).toMatch(/^scrape-status: .*; 5 URLs in flight\n$/)
      const summary = JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8')) as Summary
      expectWholeAccount(summary, 6, 1)
      expect(summary).toMatchObject({ unfinished: 'interrupted', exitCode })
      for (const server of servers) await expect.poll(() => server.openConnections()).toBe(0)
    },
  )

  test('in a list that never ends stops its reading too', async () => {
    const server = await serve()
    const child = spawn('sh', ['-c', `yes ${server.url}/ | exec "$NODE" "$BIN" -r csv --fields status`], {
      env: { ...process.env, NODE: process.execPath, BIN },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    onTestFinished(() => {
      try {
        process.kill(-child.pid!, 'SIGKILL')
      } catch {
        // Ended already, as it should.
      }
    })
    let errors = ''
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    child.stdout.resume()
    process.kill(-child.pid!, 'SIGINT')
    await new Promise((resolve) => child.once('close', resolve))
    expect(errors).toMatch(/interrupted/)
    expect(errors).not.toMatch(/^\s+at /m)
  })
})

describe('cases 145 to 148: an output', () => {
  test('whose reader leaves is dropped, and a file goes on to its end', async () => {
    const server = await serve()
    const folder = await tempFolder()
    await writeFile(join(folder, 'urls.txt'), numbered(server.url, 3000).join('\n'))
    const cli = startCli(['urls.txt', '--retries', '0', '-r', 'ndjson', '-o', 'rows.ndjson', '--per-host', '5'], {
      cwd: folder,
    })
    await cli.wrote('"index":1,')
    cli.leaveStdout()
    const { code, stderr } = await cli.finished
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const rows = parse(await readFile(join(folder, 'rows.ndjson'), 'utf8'))
    expect(rows.map(({ index }) => index).sort((a, b) => a - b)).toEqual(Array.from({ length: 3000 }, (_, at) => at))
  })

  test('that is full on stdout is exit 3, and a file goes on to its end', async () => {
    const server = await serve()
    const folder = await tempFolder()
    await writeFile(join(folder, 'urls.txt'), numbered(server.url, 500).join('\n'))
    const flags = ['urls.txt', '--retries', '0', '-r', 'ndjson', '-o', 'rows.ndjson']
    const { code, stderr } = await spawnCli(flags, { cwd: folder, stdoutTo: '/dev/full' })
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: 'scrape-status: stdout: no space left on the device (ENOSPC)\n',
    })
    expect(parse(await readFile(join(folder, 'rows.ndjson'), 'utf8'))).toHaveLength(500)
  })

  test('of which one of three is full is exit 3, the other two are whole', async () => {
    const server = await serve()
    const folder = await tempFolder()
    await writeFile(join(folder, 'urls.txt'), numbered(server.url, 500).join('\n'))
    const flags = ['--retries', '0', '-r', 'ndjson', '-o', 'csv=/dev/full', '-o', 'rows.ndjson']
    const result = await spawnCli(['urls.txt', ...flags], { cwd: folder })
    expect(result.code).toBe(3)
    expect(result.stderr).toBe('scrape-status: /dev/full: no space left on the device (ENOSPC)\n')
    expect(read(result).rows).toHaveLength(500)
    expect(parse(await readFile(join(folder, 'rows.ndjson'), 'utf8'))).toHaveLength(500)
  })

  test('that is a pipe gets every byte, however late it is read, and meanwhile no memory is used', async () => {
    const folder = await tempFolder()
    const count = 150_000
    await writeFile(join(folder, 'urls.txt'), 'not a url at all\n'.repeat(count))
    const { nodeArgs, peakKb } = await peakMemory()
    const child = spawn(process.execPath, [...nodeArgs, BIN, 'urls.txt', '--retries', '0', '-r', 'ndjson'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    await sleep(1500)
    let bytes = 0
    let rows = 0
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      for (const byte of chunk) if (byte === 10) rows++
    })
    const [code] = await new Promise<[number]>((resolve) => child.once('close', (status) => resolve([status!])))
    expect({ code, rows }).toEqual({ code: 1, rows: count })
    expect(bytes).toBeGreaterThan(50 * 2 ** 20)
    expect(await peakKb()).toBeLessThan(200 * 1024)
  })

  test('case 155: that is the input is refused, by whatever name, and the input stays what it was', async () => {
    const folder = await tempFolder()
    const list = join(folder, 'urls.csv')
    await writeFile(list, 'http://127.0.0.1:1/\n')
    await symlink(list, join(folder, 'soft.csv'))
    await link(list, join(folder, 'hard.csv'))
    for (const output of [
      'urls.csv',
      './urls.csv',
      'soft.csv',
      'hard.csv',
      `../${folder.split('/').at(-1)}/urls.csv`,
    ]) {
      const { code, stderr } = await spawnCli([list, '-o', output], { cwd: folder })
      expect(code).toBe(2)
      expect(stderr).toContain('that is the input')
    }
    expect(await readFile(list, 'utf8')).toBe('http://127.0.0.1:1/\n')
  })
})

describe('an input', () => {
  test('case 150: that never ends gives its rows as they come, and waiting costs nothing', async () => {
    const server = await serve()
    const folder = await tempFolder()
    const child = spawn(process.execPath, [BIN, '--retries', '0', '-r', 'ndjson', '-'], {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    for (let at = 0; at < 3; at++) {
      child.stdin.write(`${server.url}/${at}\n${server.url}/torn`)
      await expect.poll(() => parse(out).length, { timeout: 5000 }).toBe(at * 2 + 1)
      child.stdin.write('-end\n')
      await expect.poll(() => parse(out).length, { timeout: 5000 }).toBe(at * 2 + 2)
    }
    const ticks = async () => {
      const fields = (await readFile(`/proc/${child.pid}/stat`, 'utf8')).split(') ')[1]!.split(' ')
      return Number(fields[11]) + Number(fields[12])
    }
    const before = await ticks()
    await sleep(1000)
    // A tick is 10 ms.
    expect((await ticks()) - before).toBeLessThanOrEqual(5)
    child.stdin.end()
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0)
    expect(parse(out).map(({ url }) => new URL(url!).pathname)).toContain('/torn-end')
  })

  test('that is torn in the middle of a line gives that line as far as it came', async () => {
    const server = await serve()
    const { rows, code } = read(
      await spawnCli(['--retries', '0', '-r', 'ndjson'], { input: `${server.url}/a\n${server.url}/b-to` }),
    )
    expect(rows.map(({ url }) => new URL(url!).pathname)).toEqual(['/a', '/b-to'])
    expect(code).toBe(0)
    const bad = read(await spawnCli(['--retries', '0', '-r', 'ndjson'], { input: `${server.url}/a\nhttp://[` }))
    expect(bad.rows.map(ending)).toEqual([200, 'url.invalid'])
  })

  test('case 154: that is cut off, replaced or grows while it is read is what was read of it', async () => {
    const server = closeAfterTest(await startHttpServer({ '*': { delayMs: 20 } }))
    for (const meddle of ['truncate', 'grow', 'replace'] as const) {
      const folder = await tempFolder()
      const list = join(folder, 'urls.txt')
      // More than the window takes in at once.
      await writeFile(list, `${server.url}/a\n# ${'x'.repeat(60)}\n`.repeat(500) + `# ${'y'.repeat(60)}\n`.repeat(2000))
      const cli = startCli(['urls.txt', '--retries', '0', '-r', 'ndjson', '-o', 'summary=summary.json'], {
        cwd: folder,
      })
      await cli.wrote('"index":0')
      if (meddle === 'truncate') await truncate(list, 100)
      if (meddle === 'grow') await appendFile(list, `${server.url}/grown\n`)
      if (meddle === 'replace') await writeFile(list, 'http://[\n')
      const { code, stdout, stderr } = await cli.finished
      const rows = parse(stdout)
      const summary = JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8')) as Summary
      expectWholeAccount(summary, summary.lines.total, rows.length)
      expect([0, 1]).toContain(code)
      expect(stderr).not.toMatch(/^\s+at /m)
      expect(rows.length).toBeGreaterThan(0)
    }
  })

  test('case 151: that is a keyboard gives the usage and exit 2 in place of a wait', async () => {
    const child = spawn('script', ['-qec', `"${process.execPath}" "${BIN}"`, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(2)
    expect(out).toContain('scrape-status urls.txt')
  })

  test('that breaks while it is read is finished, reported, and exit 4', async () => {
    const server = await serve()
    const folder = await tempFolder()
    await writeFile(join(folder, 'urls.txt'), numbered(server.url, 5).join('\n'))
    // The second read of the list, after the look at its start.
    const nodeArgs = preload(`
      import files from 'node:fs/promises'
      const open = files.open
      files.open = async (...given) => {
        const handle = await open(...given)
        const read = handle.read.bind(handle)
        let reads = 0
        handle.read = (...place) =>
          ++reads > 1 ? Promise.reject(Object.assign(new Error('read'), { code: 'EIO' })) : read(...place)
        return handle
      }`)
    const result = await spawnCli(['urls.txt', '--retries', '0', '-r', 'ndjson'], { cwd: folder, nodeArgs })
    const { rows, code, stderr } = read(result)
    // The fifth line has no end: it may be half of one.
    expect(rows.map(ending)).toEqual([200, 200, 200, 200, 'line.invalid'])
    expect(code).toBe(4)
    expect(stderr).toContain('the input broke before its end')
  })
})

describe('a process that is unwell', () => {
  /** Stands still for so long when it gets SIGUSR2. */
  const stalling = (ms: number) =>
    preload(`process.on('SIGUSR2', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${ms}))`)

  test.each([
    ['http', false],
    ['https', true],
  ])('case 153: a stall makes no timeout of answers that wait in the kernel (%s)', async (_scheme, isSecure) => {
    const { testCertificates } = await import('../support/certificates.js')
    let release!: () => void
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const server = closeAfterTest(
      await startHttpServer(
        async (_request, response) => {
          await released
          response.end('ok')
        },
        isSecure ? { tls: testCertificates().valid } : {},
      ),
    )
    const cli = startCli(
      ['-k', '--retries', '0', '-r', 'ndjson', '-t', '1500ms', '--per-host', '50', ...numbered(server.url, 50)],
      {
        nodeArgs: stalling(2500),
      },
    )
    await expect.poll(() => server.requests(), { timeout: 60_000 }).toBe(50)
    cli.kill('SIGUSR2')
    await sleep(100)
    release()
    const { rows, code } = read(await cli.finished)
    expect(rows.map(ending)).toEqual(rows.map(() => 200))
    expect({ code, count: rows.length }).toEqual({ code: 0, count: 50 })
  })

  test.each<[string, boolean, Script, number]>([
    ['a handshake', true, [step.wait(300), step.startTls, step.readHead, step.write('HTTP/1.1 204 X\r\n\r\n')], 204],
    [
      'a redirect',
      false,
      [
        step.wait(300),
        step.readHead,
        step.write('HTTP/1.1 302 X\r\nLocation: /2\r\nContent-Length: 0\r\n\r\n'),
        step.readHead,
        step.write('HTTP/1.1 204 X\r\n\r\n'),
      ],
      204,
    ],
    ['an answer', false, [step.wait(300), step.readHead, step.wait(3000), step.write('HTTP/1.1 204 X\r\n\r\n')], 204],
  ])('case 153: the time of a stall in the middle of %s is not the server’s', async (_what, isSecure, script, ends) => {
    const { testCertificates } = await import('../support/certificates.js')
    const server = closeAfterTest(await startRawServer(script, isSecure ? { tls: testCertificates().valid } : {}))
    const cli = startCli(['-k', '--retries', '0', '-r', 'ndjson', '-t', '1500ms', `${server.url}/`], {
      nodeArgs: stalling(2500),
    })
    await expect.poll(() => server.connections(), { timeout: 60_000, interval: 5 }).toBe(1)
    cli.kill('SIGUSR2')
    const { rows } = read(await cli.finished)
    expect(rows.map(ending)).toEqual([ends])
  })

  test('case 153: a stop and a continuation, as of a laptop, make none either', async () => {
    let release!: () => void
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const server = closeAfterTest(
      await startHttpServer(async (_request, response) => {
        await released
        response.end('ok')
      }),
    )
    const cli = startCli(['--retries', '0', '-r', 'ndjson', '-t', '1500ms', ...numbered(server.url, 20)])
    await expect.poll(() => server.requests(), { timeout: 60_000 }).toBe(20)
    cli.kill('SIGSTOP')
    await sleep(2500)
    release()
    await sleep(100)
    cli.kill('SIGCONT')
    const { rows } = read(await cli.finished)
    expect(rows.map(ending)).toEqual(rows.map(() => 200))
  })

  test('case 153: a server that is silent still times out after a stall, by no more than the stall later', async () => {
    const silent = closeAfterTest(await startRawServer([step.readHead]))
    const cli = startCli(['--retries', '0', '-r', 'ndjson', '-t', '1500ms', `${silent.url}/`], {
      nodeArgs: stalling(700),
    })
    await expect.poll(() => silent.heads().length, { timeout: 60_000 }).toBe(1)
    cli.kill('SIGUSR2')
    const { rows, waitedMs } = read(await cli.finished)
    expect(rows[0]).toMatchObject({ kind: 'timeout', code: 'firstByte' })
    expect(rows[0]!.durationMs).toBeLessThanOrEqual(1500 + 700 + SLACK_MS + waitedMs)
  })

  test.each([
    ['back by a day', -86_400_000],
    ['on by a day', 86_400_000],
  ])('case 152: a clock that jumps %s changes no duration and no deadline', async (_way, jumpMs) => {
    const server = closeAfterTest(await startHttpServer({ '*': { delayMs: 400 } }))
    const silent = closeAfterTest(await startRawServer([step.readHead]))
    const nodeArgs = preload(`
      const real = Date.now
      let jump = 0
      Date.now = () => real() + jump
      process.on('SIGUSR2', () => { jump = ${jumpMs} })`)
    const cli = startCli(
      ['--retries', '0', '-r', 'ndjson', '-t', '1200ms', ...numbered(server.url, 10), `${silent.url}/`],
      { nodeArgs },
    )
    await expect.poll(() => server.requests() + silent.heads().length, { timeout: 60_000 }).toBe(11)
    cli.kill('SIGUSR2')
    const { rows, waitedMs } = read(await cli.finished)
    expect(rows.map(ending)).toEqual([...Array<number>(10).fill(200), 'timeout'])
    for (const row of rows.slice(0, 10)) {
      expect(row.durationMs).toBeGreaterThanOrEqual(100)
      expect(row.durationMs).toBeLessThan(1200)
    }
    expect(rows[10]!.durationMs).toBeGreaterThanOrEqual(600)
    expect(rows[10]!.durationMs).toBeLessThanOrEqual(1200 + SLACK_MS + waitedMs)
  })

  test('a garbage collector in a hurry stops no deadline, in no phase', async () => {
    const { lines, flags } = await everyPhase()
    const nodeArgs = ['--expose-gc', ...preload('setInterval(() => globalThis.gc(), 20).unref()')]
    const { rows, durationMs, waitedMs } = await ask([...lines, ...lines, ...lines], [...flags, '-t', '1s'], {
      nodeArgs,
    })
    expect(rows.map((row) => row.code ?? row.status)).toEqual(
      [1, 2, 3].flatMap(() => [200, 'dns', 'connect', 'tls', 'firstByte', 'firstByte']),
    )
    for (const row of rows.filter(({ status }) => status === 0)) {
      expect(row.kind).toBe('timeout')
      expect(row.durationMs).toBeLessThanOrEqual(1000 + SLACK_MS + waitedMs)
    }
    expect(durationMs).toBeLessThan(5000)
  })

  test.each<[string, readonly string[], string, readonly string[]]>([
    ['of a name server', ['--dns-server', 'SILENT'], 'http://silent.example/', []],
    ['of the system', [], 'http://intranet/', preload("import dns from 'node:dns'\ndns.lookup = () => {}")],
  ])(
    'a lookup %s that never answers, with nothing else to keep the process, ends in a verdict',
    async (_whose, flags, url, nodeArgs) => {
      const silent = closeAfterTest(await startDnsServer({ 'silent.example': { A: dropped, AAAA: dropped } }))
      const { rows, code, durationMs } = await ask(
        [url],
        [...flags.map((flag) => (flag === 'SILENT' ? silent.address : flag)), '-t', '1s'],
        { nodeArgs },
      )
      expect(rows[0]).toMatchObject({ kind: 'timeout', code: 'dns', reason: 'DNS did not answer in 1 s' })
      expect(code).toBe(1)
      expect(durationMs).toBeLessThan(4000)
    },
  )
})

test('an open stdin that nobody asked for keeps no finished run alive', async () => {
  const server = await serve()
  const { code, durationMs } = await spawnCli([`${server.url}/`], { input: 'open' })
  expect(code).toBe(0)
  expect(durationMs).toBeLessThan(3000)
})

test('a FIFO is read as a list', async () => {
  const server = await serve()
  const folder = await tempFolder()
  await new Promise((resolve) => spawn('mkfifo', [join(folder, 'list')]).once('close', resolve))
  const cli = startCli(['list', '--retries', '0', '-r', 'ndjson'], { cwd: folder })
  const pipe = await open(join(folder, 'list'), 'w')
  await pipe.write(`${server.url}/a\n`)
  await cli.wrote('"index":0')
  await pipe.write(`${server.url}/b`)
  await pipe.close()
  const { rows, code } = read(await cli.finished)
  expect(rows.map(ending)).toEqual([200, 200])
  expect(code).toBe(0)
})
