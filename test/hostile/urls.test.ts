// HOSTILE cases 122 to 143: lists as the world writes them, through the real command. A bad line is a row of its own with
// its number, it never stops the stream, and no line, however long, costs memory.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Summary } from '../../src/words/summary.js'
import { expectWholeAccount } from '../cli/support/run-cli.js'
import { tempFolder } from '../cli/support/temp-folder.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { type HttpServer, startHttpServer } from '../support/http-server.js'
import { spawnCli } from '../support/spawn-cli.js'
import { type Asked, ask, ending, read } from './support/ask.js'
import { peakMemory } from './support/peak-memory.js'

interface UrlCase {
  /** Number in HOSTILE section 4. */
  readonly number: number
  /** PORT stands for the server's. */
  readonly line: string
  /** The status, or the kind. */
  readonly ends: number | string
  /** What the server sees: `host target`; null: nothing at all. */
  readonly sees?: string | null
  readonly says?: RegExp
}

const BAD = 'url.invalid'
const DEAD = 'dns.name_not_resolved'

const CASES: readonly UrlCase[] = [
  {
    number: 122,
    line: 'http://bücher.localhost:PORT/ü?q=ß',
    ends: 200,
    sees: 'xn--bcher-kva.localhost /%C3%BC?q=%C3%9F',
  },
  { number: 122, line: 'http://faß.localhost:PORT/', ends: 200, sees: 'xn--fa-hia.localhost /' },
  { number: 122, line: 'http://BÜCHER.LOCALHOST:PORT/upper', ends: 200, sees: 'xn--bcher-kva.localhost /upper' },
  { number: 123, line: 'http://xn--.localhost:PORT/', ends: BAD },
  { number: 123, line: 'http://xn--a-b-c.localhost:PORT/', ends: BAD },
  { number: 123, line: 'http://a\u202eb.localhost:PORT/', ends: BAD },
  { number: 123, line: 'http://a\u200db.localhost:PORT/', ends: BAD },
  { number: 124, line: 'http://us%65r:p%40ss@127.0.0.1:PORT/userinfo', ends: 200, sees: '127.0.0.1 /userinfo' },
  { number: 125, line: 'http://127.0.0.1:0/', ends: BAD, says: /port must be 1 to 65535/ },
  { number: 125, line: 'http://127.0.0.1:65536/', ends: BAD, says: /port must be 1 to 65535/ },
  { number: 125, line: 'http://127.0.0.1:8o/', ends: BAD, says: /port is not a number/ },
  { number: 125, line: 'http://127.0.0.1:-1/', ends: BAD },
  { number: 125, line: 'http://127.0.0.1:000PORT/zeros', ends: 200, sees: '127.0.0.1 /zeros' },
  { number: 126, line: 'http://127.0.0.1:PORT/a b', ends: BAD, says: /write %20/ },
  { number: 126, line: 'http://127.0.0.1:PORT/a\tb', ends: BAD, says: /write %09/ },
  { number: 126, line: 'http://127.0.0.1:PORT/a\u0001b', ends: BAD, says: /control character \(U\+0001\)/ },
  { number: 126, line: 'http://127.0.0.1:PORT/a\u007fb', ends: BAD, says: /U\+007F/ },
  { number: 126, line: 'http://127.0.0.1:PORT/a\u0085b', ends: BAD, says: /U\+0085/ },
  { number: 127, line: 'http://127.0.0.1:PORT/\u001b[31mred', ends: BAD, says: /U\+001B/ },
  { number: 130, line: `http://127.0.0.1:PORT/${'a'.repeat(65_500)}`, ends: 'http.error' },
  { number: 130, line: `http://127.0.0.1:PORT/${'a'.repeat(65_536)}`, ends: 'line.invalid', says: /64 KiB/ },
  { number: 133, line: 'http://[fe80::1%25eth0]:PORT/', ends: BAD, says: /zone/ },
  { number: 133, line: 'http://[fe80::1%eth0]:PORT/', ends: BAD, says: /zone/ },
  { number: 133, line: 'http://[fe80::1]:PORT/', ends: 'tcp.address_unreachable' },
  { number: 133, line: 'http://[::1:PORT/', ends: BAD },
  { number: 133, line: 'http://[v1.x]:PORT/', ends: BAD },
  { number: 134, line: 'http://0177.0.0.1:PORT/octal', ends: 200, sees: '127.0.0.1 /octal' },
  { number: 134, line: 'http://0x7f.1:PORT/hex', ends: 200, sees: '127.0.0.1 /hex' },
  { number: 134, line: 'http://2130706433:PORT/decimal', ends: 200, sees: '127.0.0.1 /decimal' },
  { number: 134, line: '127.1:PORT/short', ends: 200, sees: '127.0.0.1 /short' },
  { number: 134, line: '①②⑦.0.0.1:PORT/circled', ends: 200, sees: '127.0.0.1 /circled' },
  { number: 134, line: '127。0。0。1:PORT/stops', ends: 200, sees: '127.0.0.1 /stops' },
  { number: 134, line: 'http://256.0.0.1:PORT/', ends: BAD },
  { number: 134, line: 'http://1.2.3.4.5:PORT/', ends: BAD },
  { number: 135, line: 'http:\\\\127.0.0.1:PORT\\back', ends: 200, sees: '127.0.0.1 /back' },
  { number: 135, line: 'http:127.0.0.1:PORT/none', ends: 200, sees: '127.0.0.1 /none' },
  { number: 135, line: 'http:///127.0.0.1:PORT/three', ends: 200, sees: '127.0.0.1 /three' },
  { number: 135, line: 'HTTP://127.0.0.1:PORT/scheme', ends: 200, sees: '127.0.0.1 /scheme' },
  { number: 136, line: 'localhost:PORT/bare', ends: 200, sees: 'localhost /bare' },
  { number: 136, line: '127.0.0.1:PORT', ends: 200, sees: '127.0.0.1 /' },
  { number: 136, line: '[::1]:1/', ends: 'tcp.refused' },
  { number: 136, line: 'htp://127.0.0.1:PORT/', ends: BAD, says: /only http and https: htp/ },
  { number: 136, line: 'ftp://127.0.0.1:PORT/', ends: 'skipped', says: /ftp/ },
  { number: 136, line: 'mailto:a@b.example', ends: 'skipped', says: /mailto/ },
  { number: 136, line: 'javascript:alert(1)', ends: 'skipped', says: /javascript/ },
  { number: 136, line: 'tel:123456', ends: 'skipped', says: /tel/ },
  { number: 136, line: 'file:///etc/passwd', ends: 'skipped', says: /file/ },
  { number: 137, line: 'http://127.0.0.1:PORT\\@good.example/x', ends: 200, sees: '127.0.0.1 /@good.example/x' },
  { number: 137, line: 'http://a@b@127.0.0.1:PORT/at', ends: 200, sees: '127.0.0.1 /at' },
  { number: 138, line: 'http://127.0.0.1:PORT/fragment#secret?x', ends: 200, sees: '127.0.0.1 /fragment' },
  { number: 139, line: 'http://a..localhost:PORT/', ends: BAD, says: /empty label/ },
  { number: 139, line: 'http://.localhost:PORT/', ends: BAD, says: /empty label/ },
  { number: 139, line: 'http://localhost.:PORT/dot', ends: 200, sees: 'localhost. /dot' },
  { number: 139, line: 'http://localhost..:PORT/', ends: BAD, says: /empty label/ },
  { number: 139, line: 'http://a_b.localhost:PORT/underscore', ends: 200, sees: 'a_b.localhost /underscore' },
  { number: 139, line: 'http://-a-.localhost:PORT/hyphen', ends: 200, sees: '-a-.localhost /hyphen' },
  { number: 141, line: 'http://127.0.0.1:PORT/twice', ends: 200, sees: '127.0.0.1 /twice' },
  { number: 141, line: 'http://127.0.0.1:PORT/twice', ends: 200, sees: '127.0.0.1 /twice' },
  { number: 142, line: '   http://127.0.0.1:PORT/blanks \t ', ends: 200, sees: '127.0.0.1 /blanks' },
  { number: 142, line: 'http://127.0.0.1:PORT/comment # nothing', ends: 200, sees: '127.0.0.1 /comment' },
  { number: 142, line: 'http://', ends: BAD, says: /no host/ },
  { number: 142, line: '"http://127.0.0.1:PORT/"', ends: BAD, says: /quotes/ },
  { number: 142, line: '<http://127.0.0.1:PORT/>', ends: BAD, says: /quotes or brackets/ },
  { number: 142, line: '/etc/passwd', ends: BAD },
  { number: 142, line: '{"url": "http://127.0.0.1:PORT/"}', ends: BAD },
  { number: 142, line: '=cmd|calc!A0', ends: BAD },
  { number: 142, line: 'no-such-host-here.invalid/', ends: DEAD },
]

describe('a line', () => {
  let server: HttpServer
  let asked: Asked

  beforeAll(async () => {
    server = await startHttpServer(
      (request, response) => {
        response.end(request.method)
      },
      { host: '0.0.0.0' },
    )
    const { startDnsServer } = await import('../support/dns-server.js')
    const dns = await startDnsServer({})
    asked = await ask(
      CASES.map(({ line }) => line.replace('PORT', String(server.port))),
      ['--dns-server', dns.address],
    )
    await dns.close()
  })
  afterAll(() => server.close())

  test.each(CASES.map(({ line, ...rest }, at) => ({ shown: JSON.stringify(line).slice(0, 50), line, at, ...rest })))(
    'case $number: $shown',
    ({ line, ends, sees, says, at }) => {
      const row = asked.rows[at]!
      expect(ending(row)).toBe(ends)
      expect(row.line).toBe(at + 1)
      if (says !== undefined) expect(`${row.reason}. ${row.hint}`).toMatch(says)
      if (sees !== undefined) {
        const requests = server.seen().map(({ headers, target }) => `${headers.host!.replace(/:\d+$/, '')} ${target}`)
        expect(requests).toContain(sees)
      }
      if (ends === BAD || ends === 'line.invalid') {
        expect(row).toMatchObject({ url: '', attempts: 0, outcome: 'failed', status: 0 })
        // What was written is shown, and not all of it when it is long.
        expect(row.input.length).toBeLessThanOrEqual(Math.max(line.length + 5, 300))
      }
    },
  )

  test('a bad one asks nothing; each good one is asked once', () => {
    // The longest one is refused by node:http before it counts.
    const good = CASES.filter(({ ends }) => ends === 200)
    expect(server.requests()).toBe(good.length)
  })

  test('userinfo goes to the server as Basic, and into no row', () => {
    const { headers } = server.seen().find(({ target }) => target === '/userinfo')!
    expect(Buffer.from(headers.authorization!.slice('Basic '.length), 'base64').toString()).toBe('user:p@ss')
    expect(asked.stdout).not.toMatch(/p%40ss|p@ss/)
  })

  test('no control character comes out, not in rows and not in the table', async () => {
    const lines = CASES.map(({ line }) => line.replace('PORT', '1')).filter((line) => line.length < 1000)
    const folder = await tempFolder()
    await writeFile(join(folder, 'urls.txt'), lines.join('\n'))
    const { stdout, stderr } = await spawnCli(['urls.txt', '--show', 'all', '--dns-server', '127.0.0.1:1'], {
      cwd: folder,
    })
    for (const text of [asked.stdout, asked.stderr, stdout, stderr]) {
      expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/)
    }
  })
})

/** A list of these bytes, and what came of it. */
async function askBytes(bytes: Uint8Array, flags: readonly string[] = []) {
  const folder = await tempFolder()
  await writeFile(join(folder, 'urls.txt'), bytes)
  const result = await spawnCli(
    ['urls.txt', '--retries', '0', '-r', 'ndjson', '-o', 'summary=summary.json', ...flags],
    { cwd: folder },
  )
  const asked = read(result)
  const summary = await readFile(join(folder, 'summary.json'), 'utf8').then(
    (text) => (text === '' ? null : JSON.parse(text)),
    () => null,
  )
  return { ...asked, summary: summary as Summary | null }
}

describe('a file', () => {
  const serve = async () => closeAfterTest(await startHttpServer({ '*': 200 }))
  const text = (url: string) => `# Bücher\n${url}/a\n\n${url}/b`
  const utf16 = (bom: readonly number[], written: string, swap: boolean) => {
    const bytes = Buffer.from(written, 'utf16le')
    return Buffer.concat([Buffer.from(bom), swap ? bytes.swap16() : bytes])
  }

  test.each<[string, (url: string) => Uint8Array]>([
    ['UTF-8', (url) => Buffer.from(text(url))],
    ['UTF-8 with a byte order mark', (url) => Buffer.from(`\ufeff${text(url)}`)],
    ['CRLF', (url) => Buffer.from(text(url).replaceAll('\n', '\r\n'))],
    ['lone CR', (url) => Buffer.from(text(url).replaceAll('\n', '\r'))],
    ['a mixture of line ends', (url) => Buffer.from(`# x\r\n${url}/a\r\r${url}/b\n`)],
    ['UTF-16 LE', (url) => utf16([0xff, 0xfe], text(url), false)],
    ['UTF-16 BE', (url) => utf16([0xfe, 0xff], text(url), true)],
    ['UTF-16 LE without a byte order mark', (url) => utf16([], text(url), false)],
    ['Windows-1252', (url) => Buffer.from(text(url), 'latin1')],
  ])('case 128, 129: in %s is read', async (_encoding, bytes) => {
    const server = await serve()
    const { rows, code, summary } = await askBytes(bytes(server.url))
    expect(rows.map(({ line, status }) => [line, status])).toEqual([
      [2, 200],
      [4, 200],
    ])
    expect(code).toBe(0)
    expectWholeAccount(summary!, 4, 2)
  })

  test('case 128: a byte order mark in the middle, where files were joined, is no part of a URL', async () => {
    const server = await serve()
    const { rows } = await askBytes(Buffer.from(`\ufeff${server.url}/a\n\ufeff${server.url}/b\n`))
    expect(rows.map(ending)).toEqual([200, 200])
  })

  test.each<[string, Uint8Array, RegExp]>([
    ['a gzip', Buffer.from('1f8b0800000000000003', 'hex'), /gunzip|gzip/],
    ['a zip', Buffer.from('PK\x03\x04abcdefgh', 'latin1'), /zip/i],
    ['a PDF', Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1'), /PDF/],
    [
      'a program',
      Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), Buffer.alloc(5000)]),
      /binary|program|ELF/i,
    ],
    ['zeros', Buffer.alloc(70_000), /binary/],
    ['noise', Buffer.from(Array.from({ length: 9000 }, (_, at) => (at * 7919 + (at >> 3) * 31) & 255)), /binary/],
  ])('case 132: %s is exit 2 with a message, not a million bad rows', async (_what, bytes, says) => {
    const { code, stdout, stderr } = await askBytes(bytes)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(says)
    expect(stderr.length).toBeLessThan(300)
  })

  test('case 132: binary bytes that come later are bad rows, each echoed in no more than 200 characters', async () => {
    const server = await serve()
    const good = `${server.url}/a\n`
    const { rows, code } = await askBytes(
      Buffer.concat([
        Buffer.from(good),
        Buffer.from(`# ${'x'.repeat(66_000)}\n`),
        Buffer.alloc(3000),
        Buffer.from(`\n${good}`),
      ]),
    )
    expect([rows[0]!, rows.at(-1)!].map(ending)).toEqual([200, 200])
    const bad = rows.slice(1, -1)
    expect(bad.length).toBeGreaterThan(0)
    for (const row of bad) {
      expect(row.ok).toBe(false)
      expect(row.input.length).toBeLessThanOrEqual(3000)
    }
    expect(code).toBe(1)
  })

  test('case 140: bytes that are no UTF-8 and halves of surrogates break nothing', async () => {
    const server = await serve()
    const lone = Buffer.from([0xed, 0xa0, 0x80])
    const { rows, stdout } = await askBytes(
      Buffer.concat([Buffer.from(`# ü\n${server.url}/a`), lone, Buffer.from('\n'), Buffer.from(`${server.url}/b\n`)]),
    )
    expect(rows).toHaveLength(2)
    expect(rows[1]!.status).toBe(200)
    expect(stdout).not.toMatch(/\p{Cs}/u)
    const wide = await askBytes(utf16([0xff, 0xfe], `${server.url}/a\ud800b\n${server.url}/c\n`, false))
    expect(wide.rows.map(ending)).toEqual([200, 200])
    expect(wide.rows[0]!.url).toContain('%EF%BF%BD')
  })

  test('that is empty, blank or missing, or a folder, is exit 2 with a message', async () => {
    for (const bytes of ['', '\n\n', '# nothing\n', '\ufeff', '\r\r']) {
      const { code, stderr } = await askBytes(Buffer.from(bytes))
      expect([bytes, code]).toEqual([bytes, 2])
      expect(stderr).toContain('nothing to ask')
    }
    const folder = await tempFolder()
    await mkdir(join(folder, 'lists'))
    for (const name of ['lists', 'missing.txt']) {
      const { code, stderr } = await spawnCli([name], { cwd: folder })
      expect(code).toBe(2)
      expect(stderr).toContain(name)
    }
  })
})

describe('a list of great size', () => {
  const MIB = 1024 * 1024
  /** What a run of one URL has, and room for a garbage collector in no hurry. */
  const SMALL_KB = 100 * 1024
  const serve = async () => closeAfterTest(await startHttpServer({ '*': 200 }))

  test.each([
    ['through stdin', false],
    ['in a file', true],
  ])('case 131: a line of 60 MB %s is one bad row, with its neighbours asked, in flat memory', async (_way, inFile) => {
    const { url } = await serve()
    const bytes = Buffer.concat([Buffer.from(`${url}/a\n`), Buffer.alloc(60 * MIB, 'x'), Buffer.from(`\n${url}/b\n`)])
    const folder = await tempFolder()
    if (inFile) await writeFile(join(folder, 'urls.txt'), bytes)
    const { nodeArgs, peakKb } = await peakMemory()
    const where = inFile ? { cwd: folder } : { input: bytes }
    const { rows, stdout } = read(
      await spawnCli(['--retries', '0', '-r', 'ndjson', ...(inFile ? ['urls.txt'] : [])], { ...where, nodeArgs }),
    )
    expect(rows.map((row) => [row.line, ending(row)])).toEqual([
      [1, 200],
      [2, 'line.invalid'],
      [3, 200],
    ])
    expect(rows[1]!.reason).toContain('64 KiB')
    expect(stdout.length).toBeLessThan(10_000)
    expect(await peakKb()).toBeLessThan(SMALL_KB + 40 * 1024)
  })

  test('case 131: 60 MB without any line end, cut off, is one bad row', async () => {
    const { nodeArgs, peakKb } = await peakMemory()
    const result = await spawnCli(['--retries', '0', '-r', 'ndjson'], {
      input: Buffer.alloc(60 * MIB, 'http://x/'),
      nodeArgs,
    })
    expect(read(result).rows.map(({ kind }) => kind)).toEqual(['line.invalid'])
    expect(await peakKb()).toBeLessThan(SMALL_KB + 40 * 1024)
  })

  test('case 143: 500,000 lines, half of them comments, the rest left out but one, in flat memory', async () => {
    const { url } = await serve()
    const folder = await tempFolder()
    await writeFile(join(folder, 'urls.txt'), `${`${url}/left-out\n# comment\n`.repeat(250_000)}${url}/asked\n`)
    const { nodeArgs, peakKb } = await peakMemory()
    const flags = ['urls.txt', '--retries', '0', '-r', 'ndjson', '--exclude', 'left-out', '-o', 'summary=summary.json']
    expect(read(await spawnCli(flags, { cwd: folder, nodeArgs })).rows.map(ending)).toEqual([200])
    const { lines } = JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8')) as Summary
    expect(lines).toMatchObject({ total: 500_001, excluded: 250_000, blank: 250_000, checked: 1 })
    expect(await peakKb()).toBeLessThan(SMALL_KB + 60 * 1024)
  })

  test('case 141: 100,000 repeats under --dedupe are one request and 99,999 rows that name the first', async () => {
    const server = await serve()
    const folder = await tempFolder()
    await writeFile(join(folder, 'urls.txt'), `${server.url}/same\n`.repeat(100_000))
    const result = await spawnCli(['urls.txt', '-r', 'csv', '--fields', 'kind', '--dedupe'], { cwd: folder })
    const kinds = result.stdout.trim().split(/\r?\n/).slice(1)
    expect(kinds.length).toBe(100_000)
    expect(kinds.filter((kind) => /duplicate/.test(kind)).length).toBe(99_999)
    expect(server.requests()).toBe(1)
    expect(result.code).toBe(0)
  })
})
