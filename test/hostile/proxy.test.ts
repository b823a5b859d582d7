// HOSTILE cases 116 to 121: proxies that leave, keep silent, refuse or talk nonsense, and the real ones of Debian, through
// the real command. A proxy's fault is `proxy.failed` on one connection, never a verdict on the site that nobody reached.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tempFolder } from '../cli/support/temp-folder.js'
import { testCertificates } from '../support/certificates.js'
import { type Closable, closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'
import { type RunningProxy, startMicrosocks, startTinyproxy } from '../support/proxies.js'
import { type RawServer, type Script, startRawServer, step } from '../support/raw-server.js'
import { spawnCli } from '../support/spawn-cli.js'
import { ask, ending } from './support/ask.js'

const { root, valid } = testCertificates()
/** Of the cases that are about silence; the others have time enough on a machine that is busy with something else. */
const TIMEOUT_MS = 1000
const ENOUGH_MS = 30_000
/** Dozens of processes on a machine that may be busy. */
const HOOK_MS = 120_000
const PASSWORD = 'hunter2/%:ü'
const USERINFO = `ann:${encodeURIComponent(PASSWORD)}@`

const budgetMs = ({ ends, code }: ProxyCase): number =>
  ends === 'timeout' || code === 'timeout' ? TIMEOUT_MS : ENOUGH_MS

const said = (text: string): Script => [step.readHead, step.write(text)]

interface ProxyCase {
  readonly number: number
  readonly name: string
  readonly script: Script
  /** The status, or the kind. */
  readonly ends: number | string
  readonly code?: string | null
  readonly says?: RegExp
  /** Our own reader looks once more. */
  readonly twice?: boolean
}

const CONNECT_CASES: readonly ProxyCase[] = [
  {
    number: 116,
    name: 'FIN',
    script: [step.readHead, step.fin],
    ends: 'proxy.failed',
    code: 'closed',
    says: /closed the connection/,
  },
  { number: 116, name: 'FIN at once', script: [step.fin], ends: 'proxy.failed' },
  {
    number: 116,
    name: 'RST',
    script: [step.readHead, step.rst],
    ends: 'proxy.failed',
    code: 'ECONNRESET',
    says: /reset/,
  },
  {
    number: 116,
    name: 'FIN inside the head',
    script: [step.readHead, step.write('HTTP/1.1 200 Conn'), step.fin],
    ends: 'proxy.failed',
  },
  {
    number: 117,
    name: 'nothing',
    script: [step.readHead],
    ends: 'proxy.failed',
    code: 'timeout',
    says: /proxy did not answer in 1 s/,
  },
  {
    number: 117,
    name: 'a head without end',
    script: [step.readHead, step.forever('HTTP/1.1 200 OK\r\nX: y\r\n'.padEnd(400, 'z'))],
    ends: 'proxy.failed',
    says: /no end/,
  },
  {
    number: 117,
    name: 'a byte now and then',
    script: [step.readHead, step.drip('HTTP/1.1 200 OK\r\n\r\n', 150)],
    ends: 'proxy.failed',
    code: 'timeout',
  },
  {
    number: 118,
    name: '407',
    script: said('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n'),
    ends: 'proxy.failed',
    code: '407',
    says: /407 .*name:password@/,
  },
  {
    number: 118,
    name: '403',
    script: said('HTTP/1.1 403 No\r\nContent-Length: 5\r\n\r\nnever'),
    ends: 'proxy.failed',
    code: '403',
    says: /does not let/,
  },
  ...[429, 500, 502, 503, 504].map((status) => ({
    number: 118,
    name: `${status}`,
    script: said(`HTTP/1.1 ${status} x\r\nVia: 1.1 proxy\r\n\r\n`),
    ends: 'proxy.failed',
    code: `${status}`,
  })),
  {
    number: 118,
    name: '511',
    script: said('HTTP/1.1 511 x\r\n\r\n'),
    ends: 'local.captive_portal',
    says: /Log in to this network/,
  },
  {
    number: 118,
    name: '302',
    script: said('HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\n\r\n'),
    ends: 'proxy.failed',
    code: '302',
  },
  {
    number: 119,
    name: 'garbage',
    script: said('\x00\x01\x02garbage'.repeat(20)),
    ends: 'proxy.failed',
    says: /not HTTP/,
  },
  {
    number: 119,
    name: 'an SSH banner',
    script: said('SSH-2.0-OpenSSH_9.2p1\r\n'),
    ends: 'proxy.failed',
    says: /not HTTP/,
  },
  { number: 119, name: 'a status that is none', script: said('HTTP/1.1 000 Nothing\r\n\r\n'), ends: 'proxy.failed' },
  {
    number: 119,
    name: '200, and then garbage in place of TLS',
    script: [...said('HTTP/1.1 200 OK\r\n\r\n'), step.wait(50), step.write('garbage'.repeat(20))],
    ends: 'tls.protocol.error',
  },
  {
    number: 119,
    name: '200, and then FIN',
    script: [...said('HTTP/1.1 200 OK\r\n\r\n'), step.wait(50), step.fin],
    ends: 'tcp.closed',
  },
  { number: 119, name: '200, and then nothing', script: said('HTTP/1.1 200 OK\r\n\r\n'), ends: 'timeout', code: 'tls' },
  {
    number: 119,
    name: '100, 200, and a good server',
    script: [
      ...said('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'),
      step.startTls,
      step.readHead,
      step.write('HTTP/1.1 204 X\r\n\r\n'),
    ],
    ends: 204,
  },
  {
    number: 119,
    name: '200 with a content length, and a good server',
    script: [
      ...said('HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\n'),
      step.startTls,
      step.readHead,
      step.write('HTTP/1.1 204 X\r\n\r\n'),
    ],
    ends: 204,
  },
]

const SOCKS_CASES: readonly ProxyCase[] = [
  { number: 116, name: 'FIN', script: [step.hear, step.fin], ends: 'proxy.failed', code: 'closed' },
  { number: 117, name: 'nothing', script: [], ends: 'proxy.failed', code: 'timeout' },
  {
    number: 118,
    name: 'no way to log in',
    script: [step.hear, step.write('\x05\xff')],
    ends: 'proxy.failed',
    code: 'SOCKS_AUTHENTICATION',
    says: /name:password@/,
  },
  {
    number: 118,
    name: 'connection refused',
    script: [step.hear, step.write('\x05\x00'), step.hear, step.write('\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00')],
    ends: 'tcp.refused',
    code: 'SOCKS_REFUSED',
  },
  {
    number: 118,
    name: 'host unreachable',
    script: [step.hear, step.write('\x05\x00'), step.hear, step.write('\x05\x04\x00\x01\x00\x00\x00\x00\x00\x00')],
    ends: 'proxy.failed',
    code: 'SOCKS_HOST_UNREACHABLE',
  },
  {
    number: 119,
    name: 'HTTP',
    script: [step.hear, step.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ends: 'proxy.failed',
    says: /not SOCKS5/,
  },
  {
    number: 119,
    name: 'SOCKS4',
    script: [step.hear, step.write('\x00\x5b\x00\x00\x00\x00\x00\x00')],
    ends: 'proxy.failed',
    says: /not SOCKS5/,
  },
]

/** A plain http request is sent to the proxy whole: what comes back may be its own, or that of the server behind it. */
const PLAIN_CASES: readonly ProxyCase[] = [
  { number: 116, name: 'FIN', script: [step.readHead, step.fin], ends: 'proxy.failed', code: 'closed', says: /closed/ },
  { number: 116, name: 'FIN at once', script: [step.fin], ends: 'proxy.failed' },
  { number: 116, name: 'RST', script: [step.readHead, step.rst], ends: 'proxy.failed', code: 'ECONNRESET' },
  {
    number: 117,
    name: 'nothing',
    script: [step.readHead],
    ends: 'proxy.failed',
    code: 'timeout',
    says: /in 1 s.* -t 3s/,
  },
  {
    number: 119,
    name: 'garbage',
    script: said('garbage'.repeat(20)),
    ends: 'proxy.failed',
    says: /not HTTP/,
    twice: true,
  },
  ...(
    [
      [407, '', 'proxy.failed', /407 .*name:password@/],
      [407, 'Via: 1.1 proxy', 'proxy.failed'],
      [502, '', 'proxy.failed', /the proxy answered 502 Bad Gateway/],
      [503, '', 'proxy.failed'],
      [504, '', 'proxy.failed'],
      [503, 'Via: 1.1 proxy (squid/5.7)\r\nX-Squid-Error: ERR_CONNECT_FAIL 111', 'proxy.failed'],
      [403, 'X-Squid-Error: ERR_ACCESS_DENIED 0', 'proxy.failed', /does not let/],
      [500, 'Server: tinyproxy/1.11.1', 'proxy.failed'],
      [401, 'Server: tinyproxy/1.11.1', 'proxy.failed', /name:password@/],
      [500, 'Proxy-Status: cdn.example; error=x, proxy.example; error=dns_timeout', 'proxy.failed'],
      [500, 'Proxy-Status: proxy.example; error=x; details="a, \\"b, c"', 'proxy.failed'],
      [511, '', 'local.captive_portal', /Log in to this network/],
      [502, 'Via: 1.1 proxy', 'http.error'],
      [504, 'Via: 1.1 proxy', 'http.error'],
      [503, 'Retry-After: 1', 'http.error'],
      [500, '', 'http.error'],
      [500, 'Proxy-Status: cdn.example; error=x, proxy.example; received-status=500', 'http.error'],
      [401, '', 'http.error'],
      [403, '', 'http.error'],
      [404, '', 'http.error'],
      [200, 'Server: tinyproxy/1.11.1', 200],
    ] as const
  ).map(([status, headers, ends, says]) => ({
    number: 118,
    name: `${status} ${headers}`,
    script: said(
      `HTTP/1.1 ${status} x\r\n${headers}${headers === '' ? '' : '\r\n'}Content-Length: 0\r\nConnection: close\r\n\r\n`,
    ),
    ends,
    ...(says === undefined ? {} : { says }),
    ...(ends === 'proxy.failed' ? { code: `${status}` } : {}),
  })),
]

// A host of its own that no server has: who is not asked through the proxy fails.
const NOBODY = 'nobody.zone.example'

describe.each([
  ['CONNECT, answered with', `https://${NOBODY}/`, 'http', CONNECT_CASES],
  ['SOCKS5, answered with', `http://${NOBODY}/`, 'socks5h', SOCKS_CASES],
  ['plain http, answered with', `http://${NOBODY}/`, 'http', PLAIN_CASES],
] as const)('%s', (_way, url, scheme, cases) => {
  let servers: readonly RawServer[] = []
  let outcomes: readonly Awaited<ReturnType<typeof ask>>[] = []

  beforeAll(async () => {
    servers = await Promise.all(
      cases.map(({ script }) => startRawServer(script, script.includes(step.startTls) ? { tls: valid } : {})),
    )
    outcomes = await inFours(
      servers.map((server, at) => ({ port: server.port, ms: budgetMs(cases[at]!) })),
      ({ port, ms }) => ask([url], ['--proxy', `${scheme}://127.0.0.1:${port}`, '-t', `${ms}ms`, '-k']),
    )
  }, HOOK_MS)
  afterAll(() => Promise.all(servers.map((server) => server.close())))

  test.each(cases.map((each, at) => ({ ...each, at })))('case $number: $name', ({ ends, code, says, twice, at }) => {
    const row = outcomes[at]!.rows[0]!
    expect(ending(row)).toBe(ends)
    // The way, not the page: nothing was judged.
    if (ends === 'proxy.failed') expect([row.outcome, outcomes[at]!.code]).toEqual(['inconclusive', 4])
    if (code !== undefined) expect(row.code).toBe(code)
    if (says !== undefined) expect(`${row.reason}. ${row.hint}`).toMatch(says)
    expect(row.durationMs).toBeLessThanOrEqual(budgetMs(cases[at]!))
    expect(servers[at]!.connections()).toBe(twice ? 2 : 1)
  })
})

test('case 120: a proxy that is not there is proxy.failed, for all ways; one that DNS does not know as well', async () => {
  for (const [proxy, url] of [
    ['http://127.0.0.1:1', `http://${NOBODY}/`],
    ['http://127.0.0.1:1', `https://${NOBODY}/`],
    ['socks5h://127.0.0.1:1', `https://${NOBODY}/`],
  ] as const) {
    const { rows, code } = await ask([url], ['--proxy', proxy])
    expect(rows[0]).toMatchObject({
      kind: 'proxy.failed',
      code: 'ECONNREFUSED',
      reason: 'the proxy refused the connection',
      outcome: 'inconclusive',
    })
    expect(code).toBe(4)
  }
})

test('the table says that it is the proxy, not the server, and why the run is no good', async () => {
  const { stdout, stderr, code } = await spawnCli([
    '--retries',
    '0',
    '--proxy',
    '127.0.0.1:1',
    `http://${NOBODY}/`,
    `https://${NOBODY}/`,
  ])
  expect(stdout).toContain('2 inconclusive: the proxy is in the way, the page may be fine')
  expect(stdout).not.toContain('refused this checker')
  expect(stderr).toContain('nothing could be judged: the proxy failed for 2 URLs')
  expect(code).toBe(4)
})

describe('case 121: NO_PROXY', () => {
  test('is hosts, suffixes, ports and CIDR; all else goes through the proxy', async () => {
    const proxy = closeAfterTest(await startHttpServer({ '*': 203 }))
    const server = closeAfterTest(await startHttpServer({ '*': 200 }, { host: '0.0.0.0' }))
    const { port } = server
    const hosts: readonly [host: string, status: number][] = [
      ['exact.example', 200],
      ['deep.below.suffix.example', 200],
      ['suffix.example', 200],
      ['notsuffix.example', 203],
      ['www.ported.example', 200],
      ['www.otherport.example', 203],
      ['127.9.1.2', 200],
      ['127.9.254.254', 200],
      ['127.10.0.1', 203],
      ['0x7f.9.1.2', 200],
      ['other.example', 203],
    ]
    const resolve = hosts.flatMap(([host]) => (/^[a-z]/.test(host) ? ['--resolve', `${host}:${port}:127.0.0.1`] : []))
    const { rows } = await ask(
      hosts.map(([host]) => `http://${host}:${port}/`),
      resolve,
      {
        env: {
          HTTP_PROXY: proxy.url,
          NO_PROXY: `exact.example, .suffix.example,ported.example:${port},otherport.example:1,127.9.0.0/16`,
        },
      },
    )
    expect(rows.map(({ host, status }) => [host, status])).toEqual(
      hosts.map(([host, status]) => [host.replace('0x7f', '127'), status]),
    )
    const through = hosts.flatMap(([host, status]) => (status === 203 ? [`http://${host}:${port}/`] : []))
    expect(proxy.seen().map(({ target }) => target)).toEqual(expect.arrayContaining(through))
    expect(proxy.requests()).toBe(through.length)
  })

  test.each<[string, Record<string, string>, readonly string[], number, number]>([
    ['http_proxy is for http alone', { http_proxy: 'PROXY' }, [], 203, 200],
    ['HTTPS_PROXY is for https alone', { HTTPS_PROXY: 'PROXY' }, [], 200, 0],
    ['ALL_PROXY is for both', { ALL_PROXY: 'PROXY' }, [], 203, 0],
    ['the lower case goes before', { http_proxy: 'PROXY', HTTP_PROXY: 'http://127.0.0.1:1' }, [], 203, 200],
    ['NO_PROXY=* turns it off', { ALL_PROXY: 'PROXY', NO_PROXY: '*' }, [], 200, 200],
    ['--proxy none turns it off', { ALL_PROXY: 'PROXY' }, ['--proxy', 'none'], 200, 200],
    ['--proxy goes before', { ALL_PROXY: 'http://127.0.0.1:1' }, ['--proxy', 'PROXY'], 203, 0],
    ['HTTP_PROXY in a CGI is a header of the client', { HTTP_PROXY: 'PROXY', REQUEST_METHOD: 'GET' }, [], 200, 200],
  ])('%s', async (_rule, env, flags, http, https) => {
    const proxy = closeAfterTest(await startHttpServer({ '*': 203 }))
    const plain = closeAfterTest(await startHttpServer({ '*': 200 }))
    const secure = closeAfterTest(await startHttpServer({ '*': 200 }, { tls: valid }))
    const filled = (text: string) => text.replace('PROXY', proxy.url)
    const { rows } = await ask([`${plain.url}/`, `${secure.url}/`], ['-k', ...flags.map(filled)], {
      env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, filled(value)])),
    })
    // Our proxy knows no CONNECT.
    expect(rows.map(({ status }) => status)).toEqual([http, https])
    if (https === 0) expect(rows[1]!.kind).toBe('proxy.failed')
  })
})

describe('the real ones', () => {
  const auth = { username: 'ann', password: 'hunter2' }
  const open: Closable[] = []
  let proxies: Record<
    'tinyproxy' | 'microsocks' | 'tinyproxy with a password' | 'microsocks with a password',
    RunningProxy
  >
  let plain: Awaited<ReturnType<typeof startHttpServer>>
  let secure: Awaited<ReturnType<typeof startHttpServer>>

  beforeAll(async () => {
    plain = await startHttpServer({ '/gone': 404, '/moved': { status: 302, headers: { location: '/' } }, '*': 200 })
    secure = await startHttpServer({ '/gone': 404, '*': 200 }, { tls: valid })
    proxies = {
      tinyproxy: await startTinyproxy(),
      microsocks: await startMicrosocks(),
      'tinyproxy with a password': await startTinyproxy({ auth }),
      'microsocks with a password': await startMicrosocks({ auth }),
    }
    open.push(plain, secure, ...Object.values(proxies))
  })
  afterAll(() => Promise.all(open.map((each) => each.close())))

  test.each(['tinyproxy', 'microsocks', 'tinyproxy with a password', 'microsocks with a password'] as const)(
    '%s: http, https, redirects, HEAD, a closed port',
    async (name) => {
      const before = [plain.requests(), secure.requests()]
      const lines = [
        `${plain.url}/`,
        `${plain.url}/gone`,
        `${plain.url}/moved`,
        `${secure.url}/`,
        `${secure.url}/gone`,
        'https://127.0.0.1:1/',
      ]
      const ca = join(await tempFolder(), 'ca.pem')
      await writeFile(ca, root.cert)
      for (const method of ['GET', 'HEAD']) {
        const { rows, code } = await ask(lines, ['--proxy', proxies[name].url, '--ca-file', ca, '-X', method])
        // What microsocks could not reach it tells; tinyproxy says 500 of everything.
        const closed = name.startsWith('microsocks') ? 'tcp.refused' : 'proxy.failed'
        expect(rows.map(ending)).toEqual([200, 'http.error', 200, 200, 'http.error', closed])
        expect(rows.map(({ status }) => status)).toEqual([200, 404, 200, 200, 404, 0])
        expect(rows[3]!.tls).toMatchObject({ protocol: 'TLSv1.3', error: null })
        expect(code).toBe(1)
      }
      // A HEAD answered 404 is asked again with GET.
      expect([plain.requests() - before[0]!, secure.requests() - before[1]!]).toEqual([9, 5])
    },
  )

  test.each(['', 'ann:wrong@', 'ann:@'])(
    'a wrong password is the proxy’s fault, and told so (%s)',
    async (userinfo) => {
      for (const [name, scheme] of [
        ['tinyproxy with a password', 'http'],
        ['microsocks with a password', 'socks5h'],
      ] as const) {
        const { rows } = await ask(
          [`${secure.url}/`],
          ['--proxy', `${scheme}://${userinfo}127.0.0.1:${proxies[name].port}`],
        )
        expect(rows[0]).toMatchObject({ kind: 'proxy.failed', outcome: 'inconclusive' })
        expect(`${rows[0]!.reason}. ${rows[0]!.hint}`).toMatch(/name|log in|password/)
      }
    },
  )

  test('two hundred URLs through each', async () => {
    for (const name of ['tinyproxy', 'microsocks'] as const) {
      const { rows } = await ask(
        Array.from({ length: 200 }, (_, at) => `${at % 2 ? secure.url : plain.url}/${at}`),
        ['--proxy', proxies[name].url, '-k'],
      )
      expect(rows.map(ending)).toEqual(rows.map(() => 200))
    }
  })

  test('socks5 looks names up here, socks5h there', async () => {
    const where = `a.example:${plain.port}`
    const there = await ask(
      [`http://${where}/`],
      ['--proxy', proxies.microsocks.url, '--resolve', `${where}:127.0.0.1`],
    )
    expect(there.rows[0]!.kind).toBe('proxy.failed')
    const here = await ask(
      [`http://${where}/`],
      ['--proxy', proxies.microsocks.url.replace('socks5h', 'socks5'), '--resolve', `${where}:127.0.0.1`],
    )
    expect(here.rows[0]!.status).toBe(200)
  })
})

describe('the password', () => {
  test('goes to the proxy alone, decoded, and into no output: not the good one, not a refused one, not a badly written one', async () => {
    const proxy = closeAfterTest(await startHttpServer({ '*': 203 }))
    const closed = closeAfterTest(await startRawServer([step.readHead, step.write('HTTP/1.1 407 No\r\n\r\n')]))
    const site = closeAfterTest(await startHttpServer({ '*': 200 }))
    const [, host] = proxy.url.split('//')
    const folder = await tempFolder()
    const files = ['rows.ndjson', 'rows.json', 'rows.csv', 'table.txt'].map((name) => join(folder, name))
    const outputs = [...files.flatMap((file) => ['-o', file]), '-o', `summary=${join(folder, 'summary.json')}`]
    const everything = async (flags: readonly string[], env = {}, report = 'table') => {
      const { stdout, stderr } = await spawnCli(
        [...flags, ...outputs, '-r', report, `http://${NOBODY}/`, `https://${NOBODY}/`, `${site.url}/`],
        { env },
      )
      const written = await Promise.all(
        [...files, join(folder, 'summary.json')].map((file) => readFile(file, 'utf8').catch(() => '')),
      )
      return [stdout, stderr, ...written].join('\n')
    }
    const texts = [
      await everything(['--proxy', `http://${USERINFO}${host}`]),
      await everything([], { ALL_PROXY: `http://${USERINFO}${host}`, NO_PROXY: '127.0.0.1' }, 'ndjson'),
      await everything(['--proxy', `http://${USERINFO}127.0.0.1:${closed.port}`], {}, 'json'),
      await everything(['--proxy', `socks5h://${USERINFO}127.0.0.1:${closed.port}`, '-t', '500ms']),
      await everything(['--proxy', `http://${USERINFO}127.0.0.1:1`]),
      await everything(['--proxy', `ftp://${USERINFO}${host}`]),
      await everything(['--proxy', `http://ann:hunter2/x@${host}`]),
      await everything([], { HTTPS_PROXY: `http://ann:hunter2 @${host}` }),
    ]
    for (const text of texts) {
      expect(text).not.toContain('hunter2')
      expect(text).not.toContain(Buffer.from(`ann:${PASSWORD}`).toString('base64'))
    }
    const seen = proxy.seen().map(({ headers }) => headers['proxy-authorization'])
    expect(new Set(seen)).toEqual(new Set([`Basic ${Buffer.from(`ann:${PASSWORD}`).toString('base64')}`]))
    expect(site.seen().map(({ headers }) => headers['proxy-authorization'])).toEqual(site.seen().map(() => undefined))
    expect(site.requests()).toBeGreaterThan(0)
    expect(closed.heads().join()).toContain('Proxy-Authorization: Basic ')
  })
})

/** Four at a time: each is a process. */
async function inFours<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at]!)
  }
  await Promise.all([worker(), worker(), worker(), worker()])
  return results
}
