// One run of the real command over hostile servers and a hostile list, into all outputs at once: no secret anywhere, and
// nothing that a terminal, a CI runner or a spreadsheet would obey. Each output is read again by a real parser.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../../src/cli.js'
import type { Verdict } from '../../src/words/verdict.js'
import { type CliResult, spawnCli } from '../support/spawn-cli.js'
import { createTestWorld } from '../support/world.js'
import { type AnswersServer, startAnswersServer } from './answers-server.js'
import { expectHarmless, harmIn, leaksIn, SECRET } from './harm.js'

/** UTF-8 text as the bytes of it, for what a server sends. */
const bytes = (text: string) => Buffer.from(text, 'utf8').toString('latin1')
const reason = (status: number, text: string) => `HTTP/1.1 ${status} ${bytes(text)}\r\nContent-Length: 0\r\n\r\n`
const header = (text: string, status = '200 OK') => `HTTP/1.1 ${status}\r\n${bytes(text)}\r\nContent-Length: 0\r\n\r\n`

const ESC = '\x1b'
const RLO = '\u202e'
const CI = ['::error::pwned', '  ::set-output name=x::y', '##[error]pwned', 'x ##vso[task.x]y', '##teamcity[x]']

/** What the servers send, by path; anything else is a plain 200. Only of odd statuses is the reason phrase repeated. */
const ANSWERS: Readonly<Record<string, string>> = {
  '/reason/ansi': reason(490, `${ESC}[31mred${ESC}]0;title\x07${ESC}]8;;http://evil.example\x07link`),
  '/reason/overwrite': reason(490, '\rOK \b\b\b 200 OK'),
  '/reason/c1': 'HTTP/1.1 490 \x9b31m\x85x\x7f\r\nContent-Length: 0\r\n\r\n',
  '/reason/bidi': reason(490, `${RLO}KO\u2066\u200f\ufeff\u200b\u{e0041}\u00ad`),
  '/reason/formula': reason(490, "=cmd|'/c calc'!A1"),
  '/reason/markup': reason(490, '"; </script> ]]> | `x` \u2028 \\u001b'),
  ...Object.fromEntries(CI.map((text, at) => [`/reason/ci/${at}`, reason(590, text)])),
  '/type/ansi': header(`Content-Type: text/html${ESC}[2J`),
  '/type/c1': 'HTTP/1.1 200 OK\r\nContent-Type: \x9b2J\x90q\x9c\r\nContent-Length: 0\r\n\r\n',
  '/type/bidi': header(`Content-Type: ${RLO}lmth/txet`),
  '/type/formula': header('Content-Type: =HYPERLINK("http://evil.example","x")'),
  '/type/at': header('Content-Type: @SUM(1+1)'),
  ...Object.fromEntries(CI.map((text, at) => [`/type/ci/${at}`, header(`Content-Type: ${text}`)])),
  '/cookie': header(`Set-Cookie: session=${SECRET}-cookie`, '404 No'),
  '/location/userinfo': header(`Location: http://eve:${SECRET}-location@HERE/ok?token=${SECRET}-next`, '302 Found'),
  '/location/bad': header(`Location: http://eve:${SECRET}-badlocation@[/ok`, '302 Found'),
  '/location/script': header(`Location: javascript:alert('${ESC}[31m')`, '302 Found'),
  '/location/ansi': header(`Location: /ok${ESC}[2J${RLO}##[error]x`, '301 Moved'),
  '/location/ftp': header(`Location: ftp://eve:${SECRET}-ftp@h.example/?sig=${SECRET}-ftpsig`, '307 Go'),
  '/location/loop': header(`Location: /location/loop?sig=${SECRET}-loop`, '302 Found'),
  '/garbage': `\x1b[31m::error::pwned\n##[error]pwned ${SECRET}-garbage\x9b`,
  'http://proxied.example/denied': reason(407, `${ESC}[31m::error::${RLO}`),
  'tunnelled.example:443': reason(407, `${ESC}[31m##[error]${RLO}`),
}

const LINES = (here: string): readonly string[] => [
  ...Object.keys(ANSWERS).flatMap((path) => (path.startsWith('/') ? [`http://${here}${path}`] : [])),
  // Secrets in URLs, also in those that are none.
  `http://alice:${SECRET}-userinfo@${here}/ok`,
  `http://${SECRET}-user@${here}/ok`,
  `http://${here}/ok?sig=${SECRET}-sig&X-Amz-Signature=${SECRET}-amz&a=1#access_token=${SECRET}-fragment`,
  `http://${here}/reason/ansi?api_key=${SECRET}-apikey`,
  `http://bob:${SECRET}-space@exa mple.example/`,
  `http://bob:${SECRET}-port@h.example:99999/`,
  `http://bob:${SECRET}/slash@h.example:99999/`,
  `ftp://bob:${SECRET}-scheme@h.example/`,
  `bob:${SECRET}-bare@[h.example/`,
  `http://bob:${SECRET}-bidi@h${RLO}.example/`,
  // Secrets in keys, also in those that are wrong.
  `http://${here}/key header="X-Key: ${SECRET}-line" user=dave:${SECRET}-lineuser`,
  `http://${here}/env header="X-Key: $LINE_KEY" header="X-Other: \${LINE_KEY}" user=$LINE_USER`,
  `http://${here}/ok user=${SECRET}-nocolon`,
  `http://${here}/ok user=$LINE_KEY`,
  `http://${here}/ok header="${SECRET} no name"`,
  `http://${here}/ok header="Connection: ${SECRET}-reserved"`,
  `http://${here}/ok header="X: ${SECRET}-unclosed`,
  `http://${here}/ok user="x:${SECRET}"-after`,
  `http://${here}/ok pasword=${SECRET}-unknown`,
  `http://${here}/ok user=a:${SECRET}-twice user=a:${SECRET}-again`,
  `http://${here}/ok user=a:${SECRET}-first accept=nonsense`,
  `user=a:${SECRET}-keyfirst http://${here}/ok`,
  // Text that somebody would obey.
  `http://${here}/${ESC}[31m`,
  `http://${here}/\x9b31m`,
  `http://${here}/${RLO}gnp.exe`,
  `http://exa${RLO}mple.example/`,
  `http://${here}/%1b[31m?=cmd|'/c calc'!A1`,
  `http://${here}/##[error]pwned`,
  "=cmd|'/c calc'!A1",
  '=HYPERLINK("http://evil.example")',
  '+1+1',
  '-1+1',
  '@SUM(1+1)',
  '＝1+1',
  ...CI.filter((text) => !text.startsWith('#')),
  `http://${here}/ok accept=${ESC}[31m`,
  `http://${here}/ok ##[error]pwned=1`,
  `http://${here}/ok ${RLO}=1`,
  // Through the proxy.
  'http://proxied.example/ok',
  'http://proxied.example/denied',
  'https://tunnelled.example/',
]

const PROXY_USER = `puser:${SECRET}-proxy`
/** Beside it none of `user=` would be sent, so the first run has another one. */
/** Without them the list could not read what it holds. */
const ENV_FLAGS = ['--env', 'LINE_KEY', '--env', 'LINE_USER']
const FLAG_HEADER = `Authorization: Bearer ${SECRET}-flag`
const KEY_HEADER = `X-Api-Key: ${SECRET}-flag`
const LINE_USER = `erin:${SECRET}-envuser`
/** In the clear, and as they go over the wire. */
const SECRETS = [
  SECRET,
  ...[PROXY_USER, LINE_USER, `dave:${SECRET}-lineuser`, `alice:${SECRET}-userinfo`, `${SECRET}-user:`].map((user) =>
    Buffer.from(user).toString('base64'),
  ),
]

let folder: string
let here: AnswersServer
let proxy: AnswersServer
let list: string
let env: Record<string, string>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scrape-status-safety-'))
  const answers = { ...ANSWERS }
  here = await startAnswersServer(answers)
  answers['/location/userinfo'] = ANSWERS['/location/userinfo']!.replace('HERE', `127.0.0.1:${here.port}`)
  proxy = await startAnswersServer(ANSWERS)
  list = join(folder, `list${ESC}[31m${RLO}.txt`)
  await writeFile(list, `${LINES(`127.0.0.1:${here.port}`).join('\n')}\n`)
  const proxyUrl = `http://${PROXY_USER}@127.0.0.1:${proxy.port}`
  env = {
    HTTP_PROXY: proxyUrl,
    HTTPS_PROXY: proxyUrl,
    NO_PROXY: '127.0.0.1',
    LINE_KEY: `${SECRET}-envkey`,
    LINE_USER,
  }
})
afterAll(async () => {
  await Promise.all([here.close(), proxy.close()])
  await rm(folder, { recursive: true })
})

describe('a run into all outputs at once', () => {
  const texts: Record<string, string> = {}
  let result: CliResult
  let rows: Verdict[]

  beforeAll(async () => {
    const file = (name: string) => join(folder, name)
    const outputs = ['rows.ndjson', 'rows.json', 'rows.csv', 'rows.txt'].flatMap((name) => ['-o', file(name)])
    const flags = [
      ...ENV_FLAGS,
      '-H',
      KEY_HEADER,
      '-t',
      '5s',
      '--show',
      'all',
      '-o',
      `summary=${file('summary')}`,
      ...outputs,
    ]
    // The server of names is none, so that no host of the list is looked for outside.
    result = await spawnCli([...flags, '--dns-server', '127.0.0.1:1', list], { env })
    for (const name of ['rows.ndjson', 'rows.json', 'rows.csv', 'rows.txt', 'summary']) {
      texts[name] = await readFile(file(name), 'utf8')
    }
    rows = texts['rows.ndjson']!.trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  })

  test('says nothing that is secret, and nothing that anybody would obey', () => {
    const { 'rows.csv': csv, ...others } = texts
    expectHarmless({ stdout: result.stdout, stderr: result.stderr, ...others }, SECRETS)
    // Programs read it, so text stays what it was, bidi included; only controls are made visible.
    const visible = csv!.replaceAll('\r\n', '\n').replace(/\p{Cf}/gu, '')
    expect(harmIn(visible, SECRETS)).toEqual([])
    expect([result.code, result.stderr]).toEqual([1, ''])
  })

  test('asked what the list says, secrets included, and the hostile answers came', () => {
    const sent = here.received()
    for (const secret of [
      `${SECRET}-flag`,
      `${SECRET}-line`,
      `${SECRET}-envkey`,
      `${SECRET}-sig`,
      ...SECRETS.slice(2),
    ]) {
      expect(sent, secret).toContain(secret)
    }
    expect(proxy.received()).toContain(SECRETS[1])
    const told = rows.map(({ reason, contentType }) => `${reason} ${contentType}`).join(' ')
    for (const text of ['[31mred', '\x9b2J', RLO, '=cmd|', `${ESC}[2J`, '@SUM', ...CI.map((each) => each.trim())]) {
      expect(told, JSON.stringify(text)).toContain(text)
    }
  })

  test('has a row for every line in every format, and parsers read the same in each', () => {
    const lines = LINES('').length
    const document = JSON.parse(texts['rows.json']!)
    expect(rows).toHaveLength(lines)
    expect(document.verdicts).toEqual(rows)
    expect(document.summary.lines.total).toBe(lines)
    expect(rows.filter(({ kind }) => kind === 'internal')).toEqual([])
    const [names, ...cells] = parse(texts['rows.csv']!, { recordDelimiter: '\r\n' }) as string[][]
    expect(cells).toHaveLength(lines)
    expect(cells.map((row) => Number(row[names!.indexOf('status')]))).toEqual(rows.map(({ status }) => status))
  })

  test('has no cell that a spreadsheet computes', () => {
    const cells = (parse(texts['rows.csv']!, { recordDelimiter: '\r\n' }) as string[][]).flat()
    expect(cells.filter((cell) => /^[=+\-@\t\r\n＝＋－＠]/.test(cell))).toEqual([])
    expect(cells.filter((cell) => cell.startsWith("'="))).not.toEqual([])
  })
})

test.each([
  ['--dry-run', ['--dry-run']],
  ['-r ndjson', ['-r', 'ndjson']],
  ['-r json --fields', ['-r', 'json', '--fields', 'url,input,finalUrl,reason,contentType,redirects']],
  ['-r summary', ['-r', 'summary']],
  ['failures only', ['--show', 'failed', '--no-color']],
])('%s says nothing that is secret or obeyed', async (_name, flags) => {
  const { stdout, stderr } = await spawnCli(
    [...ENV_FLAGS, '-H', FLAG_HEADER, '--dns-server', '127.0.0.1:1', ...flags, list],
    { env },
  )
  expect(stdout).not.toBe('')
  expectHarmless({ stdout, stderr }, SECRETS)
})

test('on a terminal, progress and colours are all that steers it', async () => {
  const world = createTestWorld({ isTTY: true, env: { ...env, LANG: 'C.UTF-8', TERM: 'xterm' } })
  // Silence somewhere, so that progress is shown.
  await run([...ENV_FLAGS, '-H', FLAG_HEADER, '--show', 'all', '-c', '1', '--dns-server', '127.0.0.1:1', list], world)
  const plain = (text: string) => text.replace(/\x1b\[(?:\d+(?:;\d+)*)?[mK]|\r/g, '')
  expect(world.stdoutText()).toContain(`${ESC}[`)
  expectHarmless({ stdout: plain(world.stdoutText()), stderr: plain(world.stderrText()) }, SECRETS)
})

test.each(Object.keys(ANSWERS).filter((path) => path.startsWith('/')))(
  'the card of %s alone is harmless',
  async (path) => {
    const world = createTestWorld({ env })
    await run(['-H', FLAG_HEADER, `http://alice:${SECRET}-userinfo@127.0.0.1:${here.port}${path}?sig=${SECRET}`], world)
    expect(world.stdoutText()).toContain('127.0.0.1')
    expectHarmless({ stdout: world.stdoutText(), stderr: world.stderrText() }, SECRETS)
  },
)

describe('a wrong call', () => {
  const OK = 'http://127.0.0.1:1/'

  test.each<[argv: string[], env?: Record<string, string>]>([
    [['--proxy', `http://u:${SECRET}@`, OK]],
    [['--proxy', `http://u:${SECRET}@h.example:99999`, OK]],
    [['--proxy', `http://u:${SECRET}/x@h.example`, OK]],
    [['--proxy', `gopher://u:${SECRET}@h.example`, OK]],
    [[OK], { HTTP_PROXY: `http://u:${SECRET}@:80` }],
    [[OK], { ALL_PROXY: `ftp://u:${SECRET}@h.example` }],
    [['--deny-private', '--proxy', `http://u:${SECRET}@127.0.0.1:1`, OK]],
    [['-H', `Authorization: ${SECRET}\ny`, OK]],
    [['-H', `Authorization: ${SECRET}${ESC}[31m`, OK]],
    [['-H', `Authorization ${SECRET}`, OK]],
    [[`--header=Authorization ${SECRET}`, OK]],
    [['-H', `Bad Name: ${SECRET}`, OK]],
    [['-H', `Connection: ${SECRET}`, OK]],
    [['-u', `alice:${SECRET}`, OK]],
    [[`-ualice:${SECRET}`, OK]],
    [[`--user=alice:${SECRET}`, OK]],
    [[`--proxy-user=alice:${SECRET}`, OK]],
    [[`--hedaer=Authorization: ${SECRET}`, OK]],
    [[`ftp://alice:${SECRET}@h.example/`]],
    [[`alice:${SECRET}@h.example`]],
  ])('%j tells no secret', async (argv, variables = {}) => {
    const { code, stdout, stderr } = await spawnCli(argv, { env: variables })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^scrape-status: [^\n]+\n$/)
    expectHarmless({ stderr }, [SECRET])
  })

  test.each<[argv: string[]]>([
    [['-t', `${ESC}[31m`, OK]],
    [['-A', `x${ESC}[31m`, OK]],
    [['-a', `\x9b${RLO}`, OK]],
    [[`--${ESC}[31m`, OK]],
    [['-o', `x${ESC}.csv/y.csv`, OK]],
    [['--fields', `${RLO}`, OK]],
    [[`${ESC}[31m${RLO}.txt`]],
    [['-o', '##[error].xls', OK]],
  ])('%j is told without what steers a terminal', async (argv) => {
    const { code, stderr } = await spawnCli(argv)
    expect(code).toBe(2)
    expectHarmless({ stderr }, [])
  })
})

test('the search for harm finds harm', () => {
  expect(leaksIn(`a ${SECRET.toLowerCase()} b`, [SECRET])).toHaveLength(1)
  for (const text of [ESC, '\x9b', '\t', '\r', RLO, '\u200b', '\u{e0041}', ...CI]) {
    expect(harmIn(text, []), JSON.stringify(text)).not.toEqual([])
  }
  expect(harmIn('a::b #[x]\n✓ é 漢\n', [SECRET])).toEqual([])
})
