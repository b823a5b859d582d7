// `--untrusted`: a list that somebody else wrote asks for nothing that its reader does not allow, in the one place where
// flags alone did not hold: settings behind a URL beat them.

import { describe, expect, test } from 'vitest'
import { parseLine } from '../../src/targets/parse-line.js'
import { checkLines, runCli } from '../cli/support/run-cli.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'
import { CONTEXT } from '../targets/support.js'

const ENV = { NPM_TOKEN: 's3cret' }
const serve = async () => closeAfterTest(await startHttpServer({ '*': 200 }))
const ask = { ...CONTEXT.ask, timeoutMs: 5000, maxRedirects: 5, retries: 1 }
const STRANGE = { ...CONTEXT, ask, untrusted: true }
const read = (line: string, context = STRANGE) => parseLine(line, context)!

describe('a line of a stranger', () => {
  test.each([
    ['header="X: 1"', 'header', 'header: not from a list under --untrusted'],
    ['header="x: $NPM_TOKEN"', 'header', 'header: not from a list under --untrusted'],
    ['header="X: 1', 'header', 'header: not from a list under --untrusted'],
    ['user=a:b', 'user', 'user: not from a list under --untrusted'],
    ['insecure', 'insecure', 'insecure: not from a list under --untrusted'],
    ['insecure=no', 'insecure', 'insecure: not from a list under --untrusted'],
    ['expect-header="x: ^(a+)+$"', 'expect-header', 'expect-header: not from a list under --untrusted'],
    ['timeout=5001ms', 'timeout', 'timeout=5001ms: at most 5s under --untrusted'],
    ['timeout="12s"', 'timeout', 'timeout=12s: at most 5s under --untrusted'],
    ['max-redirects=6', 'max-redirects', 'max-redirects=6: at most 5 under --untrusted'],
    ['retries=2', 'retries', 'retries=2: at most 1 under --untrusted'],
    ['contains=a timeout=6s', 'timeout', 'timeout=6s: at most 5s under --untrusted'],
  ])('with %s is wrong', (keys, key, reason) => {
    expect(read(`https://x/ ${keys}`)).toMatchObject({ url: null, problem: { kind: 'line.invalid', key, reason } })
    expect(read(`https://x/ ${keys}`).ask).toBe(ask)
  })

  test.each(['https://u:p@x/', 'https://u@x/ accept=404', 'u:@x', '//u:p@x/', 'http://:p@x/'])(
    '%s is wrong',
    (line) => {
      expect(read(line).problem).not.toBeNull()
      expect(JSON.stringify(read(line).problem)).not.toContain('u:p')
    },
  )

  test.each([
    ['timeout=5s', { timeoutMs: 5000 }],
    ['timeout=1s max-redirects=0 retries=0', { timeoutMs: 1000, maxRedirects: 0, retries: 0 }],
    ['follow=no', { follow: false }],
    ['follow=yes method=HEAD', { follow: true, method: 'HEAD' }],
    ['contains=a', { readsUntil: 'a' }],
    ['accept=404 location=/x max-latency=1s cert-days=1', { follow: false }],
  ])('with %s is fine', (keys, expected) => {
    expect(read(`https://x/@a:b?c@d ${keys}`)).toMatchObject({ problem: null, ask: expected })
  })

  test('may go as far as the rule for its host', () => {
    const slow = { ...STRANGE, ask: { ...ask, timeoutMs: 60_000 } }
    const context = { ...STRANGE, settingsOf: (host: string) => (host === 'slow.example' ? slow : STRANGE) }
    expect(read('https://slow.example/ timeout=30s', context).ask.timeoutMs).toBe(30_000)
    expect(read('https://slow.example/ timeout=61s', context).problem?.reason).toContain('at most 60s')
    expect(read('https://x/ timeout=30s', context).problem?.reason).toContain('at most 5s')
  })

  test('does not follow where the flags do not', () => {
    const context = { ...STRANGE, ask: { ...ask, follow: false } }
    for (const keys of ['follow', 'follow=yes', 'final-url=/x']) {
      expect(read(`https://x/ ${keys}`, context).problem?.reason).toContain('redirects are not followed')
    }
    expect(read('https://x/ follow=no location=/x', context).problem).toBeNull()
  })

  test('that is a path has the user of the base, which is not its own', () => {
    const context = { ...STRANGE, base: 'https://me:pw@x/' }
    expect(read('/a', context).url).toBe('https://me:pw@x/a')
    expect(read('https://me:px@x/a', context).problem?.kind).toBe('line.invalid')
  })
})

test('the command sends nothing, connects to no private address, and every line has its row', async () => {
  const server = await serve()
  const lines = [
    `${server.url}/a`,
    `${server.url}/b header="x: $NPM_TOKEN"`,
    `${server.url}/$NPM_TOKEN`,
    `${server.url}/c timeout=12s`,
    `${server.url}/d max-redirects=300`,
    `${server.url.replace('//', '//u:p@')}/e`,
    'https://$NPM_TOKEN/',
  ]
  const { code, rows, stdout, stderr } = await checkLines(lines, ['--untrusted', '--max-redirects', '5', '-t', '5s'], {
    env: ENV,
  })
  expect(rows.map(({ kind }) => kind)).toEqual([
    'blocked.private_address',
    'line.invalid',
    'blocked.private_address',
    'line.invalid',
    'line.invalid',
    'line.invalid',
    'url.invalid',
  ])
  expect(code).toBe(1)
  expect(server.connections()).toBe(0)
  expect(JSON.stringify([rows, stdout, stderr])).not.toMatch(/s3cret|--env/)
})

test('the dry run shows what is refused', async () => {
  const argv = ['--dry-run', '--untrusted', '-t', '5s', '-']
  const { code, stdout } = await runCli(argv, { stdin: 'https://x/ timeout=6s\nhttps://x/\n', env: ENV })
  expect(code).toBe(1)
  expect(stdout).toContain('timeout=6s: at most 5s under --untrusted')
})

test.each([
  [['--env', 'NPM_TOKEN'], '--env: not together with --untrusted'],
  [
    ['--proxy', 'http://127.0.0.1:1'],
    '--deny-private: not with a proxy, which looks names up by itself; add --proxy none (--untrusted implies --deny-private)',
  ],
])('with %j it is exit 2', async (flags, message) => {
  const { code, stderr } = await runCli(['--untrusted', ...flags, 'https://x/'], { env: ENV })
  expect([code, stderr]).toEqual([2, `scrape-status: ${message}\n`])
})
