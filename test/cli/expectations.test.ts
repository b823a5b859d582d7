// Expectations by the command as a whole: flags, rules and lines against real servers, what is printed and the exit code.

import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { run } from '../../src/cli.js'
import { checkAll } from '../../src/run/check-all.js'
import type { Verdict } from '../../src/words/verdict.js'
import { verdictSchema } from '../report/support/schemas.js'
import { startHttpServer } from '../support/http-server.js'
import { startRawServer, step } from '../support/raw-server.js'
import { createTestWorld } from '../support/world.js'

/** Runs the command over a list; its rows in the order of the list, its stderr and its exit code. */
async function check(list: readonly string[], flags: readonly string[] = [], env: Record<string, string> = {}) {
  const world = createTestWorld({ stdin: `${list.join('\n')}\n`, env })
  const code = await run(['-r', 'ndjson', '--no-progress', ...flags], world)
  const rows = world.stdoutText().trim().split('\n').filter(Boolean)
  const verdicts = rows.map((row) => JSON.parse(row) as Verdict).sort((a, b) => a.index - b.index)
  for (const verdict of verdicts) expect(verdictSchema.faults(verdict)).toBe('')
  return { code, verdicts, stderr: world.stderrText() }
}

const site = () =>
  startHttpServer({
    '/': { body: 'Welcome', headers: { 'content-type': 'text/html' } },
    '/zip': { body: gzipSync('Welcome'), headers: { 'content-encoding': 'gzip' } },
    '/old': { status: 301, headers: { location: '/new' } },
    '/new': { body: 'new' },
    '/slow': { delayMs: 300 },
    '/who': (request, response) => {
      response.writeHead(request.headers.authorization === undefined ? 401 : 200).end()
    },
  })

it('judges every line by its own keys', async () => {
  const { url } = await site()
  const { code, verdicts } = await check([
    `${url}/ contains=Welcome expect-header=content-type:^text/html$`,
    `${url}/zip contains=Welcome`,
    `${url}/ contains=Goodbye expect-header=content-type:json`,
    `${url}/old location=/new`,
    `${url}/old location=/other`,
    `${url}/old final-url=/new location=/new`,
    `${url}/old final-url=/other`,
    `${url}/old follow=no accept=301`,
    `${url}/slow max-latency=100ms`,
    `${url}/gone accept=404`,
    `${url}/gone skip="not yet built"`,
  ])
  expect(code).toBe(1)
  expect(verdicts.map(({ outcome, kind, status }) => `${outcome} ${kind} ${status}`)).toEqual([
    'ok ok 200',
    'ok ok 200',
    'failed check.contains 200',
    'ok ok 301',
    'failed check.location 301',
    'ok ok 200',
    'failed check.final-url 200',
    'ok ok 301',
    'failed check.max-latency 200',
    'ok ok 404',
    'skipped skipped 0',
  ])
  expect(verdicts[2]?.failedChecks).toEqual([
    { check: 'contains', expected: 'Goodbye', actual: 'not in the body' },
    { check: 'expect-header', expected: 'content-type: json', actual: 'content-type: text/html' },
  ])
  expect(verdicts[4]?.reason).toBe(`redirects to ${url}/new, expected ${url}/other`)
  expect(verdicts[10]).toMatchObject({ reason: 'not yet built', attempts: 0 })
})

it('lays rules over flags and lines over rules', async () => {
  const server = await startHttpServer({ '*': 404 }, { host: '0.0.0.0' })
  const at = (host: string) => server.urlOf(host, '/')
  const list = [at('127.0.0.1'), at('127.0.0.2'), `${at('127.0.0.2')} accept=200`, at('127.0.0.3')]
  const rules = ['--rule', '127.0.0.2 accept=500', '--rule', '127.0.0.2 accept=404 header="X-A: $A"']
  const { code, verdicts } = await check(list, ['-a', '404', ...rules, '--rule', '127.0.0.3 skip=down'], {
    A: 'secret',
  })
  expect(verdicts.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'failed', 'skipped'])
  expect(code).toBe(1)
  const seen = server.seen().map(({ host, headers }) => `${host} ${headers['x-a']}`)
  expect(seen.sort()).toEqual(['127.0.0.1 undefined', '127.0.0.2 secret', '127.0.0.2 secret'])
})

it('gives a host its password from the environment, and says which rule is wrong', async () => {
  const { url } = await site()
  expect((await check([`${url}/who`], ['--rule', '127.0.0.1 user=me:$PW'], { PW: 'x' })).code).toBe(0)
  const wrong = await check([`${url}/who`], ['--rule', '127.0.0.1 user=me:$PW'])
  expect(wrong).toMatchObject({
    code: 2,
    verdicts: [],
    stderr: "scrape-status: --rule '127.0.0.1 …': user: $PW is not set in the environment; a dollar is written \\$\n",
  })
})

it('counts skipped lines with the excluded ones, and the account adds up', async () => {
  const { url } = await site()
  const world = createTestWorld({ stdin: `${url}/\n\n${url}/a skip=x\n${url}/b skip\nhttp:// skip\n` })
  await run(['-r', 'summary', '--no-progress'], world)
  const { lines, verdicts, skipped } = JSON.parse(world.stdoutText())
  expect(lines).toMatchObject({ total: 5, checked: 1, invalid: 1, excluded: 2, notAsked: 0, blank: 1 })
  expect({ verdicts, skipped }).toEqual({ verdicts: 4, skipped: 2 })
})

it('expects of all what the flags say', async () => {
  const { url } = await site()
  const { verdicts } = await check(
    [`${url}/`, `${url}/new`, `${url}/slow`],
    ['--contains', 'Welcome', '--expect-header', 'content-type: html', '--max-latency', '150ms', '--cert-days', '30'],
  )
  expect(verdicts.map(({ failedChecks }) => failedChecks.map((failed) => failed.check))).toEqual([
    [],
    ['contains', 'expect-header'],
    ['contains', 'expect-header', 'max-latency'],
  ])
})

it.each([
  [['--contains', ''], '--contains : expected some text'],
  [['--contains', 'a', '-X', 'HEAD'], '--contains: needs a body; not together with --method HEAD'],
  [['--expect-header', 'nonsense'], '--expect-header nonsense: expected a header and a regular expression'],
  [['--rule', 'x'], "--rule 'x …': expected a setting behind the host"],
])('refuses %j', async (flags, message) => {
  const { code, stderr } = await check(['https://x.invalid/'], flags)
  expect(code).toBe(2)
  expect(stderr).toContain(message)
})

it('says what a status set leaves out, once for the run', async () => {
  const { url } = await site()
  const { code, verdicts, stderr } = await check([`${url}/`, `${url}/new`], ['-a', '403'])
  expect(code).toBe(1)
  expect(verdicts[0]).toMatchObject({ kind: 'http.error', hint: 'accept=403 leaves out 200; did you mean +403?' })
  expect(stderr).toContain('2 URLs answered 200, which --accept 403 leaves out; did you mean +403?')
})

it('says that a redirect was followed which is what is accepted', async () => {
  const { url } = await site()
  const { verdicts, stderr } = await check([`${url}/old`], ['-a', '301'])
  expect(verdicts[0]?.hint).toBe('It answered 301, which was followed; to judge that answer: add follow=no')
  expect(stderr).toContain('add follow=no')
})

it('says that time-outs are not retried, unless they are or nothing is', async () => {
  const { url } = await site()
  const flags = ['-t', '100ms']
  expect((await check([`${url}/slow`], flags)).stderr).toContain('1 URL timed out, not retried: --retry-timeouts')
  expect((await check([`${url}/slow`], [...flags, '--retries', '0'])).stderr).toBe('')
})

it('a body that is cut before the text is no 200', async () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nWel'
  const server = await startRawServer([step.readHead, step.write(head), step.fin])
  const { verdicts } = await check([`${server.url}/ contains=Welcome retries=0`, `${server.url}/ retries=0`])
  expect(verdicts.map(({ kind, status }) => [kind, status])).toEqual([
    ['tcp.closed', 0],
    ['ok', 200],
  ])
})

it('inconclusive is exit 0, with --strict 1, and alone 4', async () => {
  const server = await startHttpServer({ '/ok': 200, '*': { status: 403, headers: { 'cf-mitigated': 'challenge' } } })
  const list = [`${server.url}/ok`, `${server.url}/`]
  expect((await check(list)).code).toBe(0)
  const strict = await check(list, ['--strict'])
  expect(strict.code).toBe(1)
  expect(strict.stderr).toContain('1 URL inconclusive, which --strict counts as failed')
  expect((await check(list.slice(1), ['--strict'])).code).toBe(4)
})

it('so many failures may be', async () => {
  const server = await startHttpServer({ '/ok': 200, '*': 404 })
  const list = ['/ok', '/a', '/b', '/ok?'].map((path) => server.url + path)
  expect((await check(list, ['--max-failures', '1'])).code).toBe(1)
  expect((await check(list, ['--max-failures', '2'])).code).toBe(0)
  expect((await check(list, ['--max-failures', '50%'])).code).toBe(0)
  expect((await check(list, ['--max-failures', '49%'])).code).toBe(1)
})

it('the table lists every expectation that failed', async () => {
  const { url } = await site()
  const world = createTestWorld({
    stdin: `${url}/slow contains=Bye max-latency=100ms cert-days=3\n${url}/new\n`,
    env: { LANG: 'C.UTF-8' },
  })
  await run(['--no-progress'], world)
  const text = world.stdoutText()
  expect(text).toMatch(/✗ {2}200 .*the body does not contain the text/)
  expect(text).toContain('the body does not contain "Bye"\n')
  expect(text).toMatch(/also max-latency: \d+ ms, expected 100 ms\n/)
})

it('the library expects the same in its own words', async () => {
  const server = await site()
  const targets = [
    { url: `${server.url}/`, contains: 'Welcome' },
    { url: `${server.url}/old`, location: '/new' },
    { url: `${server.url}/old`, finalUrl: '/other' },
    { url: `${server.url}/gone`, skip: 'later' },
    `${server.url}/slow`,
  ]
  const checking = checkAll(targets, { maxLatencyMs: 200, rules: ['127.0.0.1 retries=0'] })
  const kinds: string[] = []
  for await (const { index, kind } of checking) kinds[index] = kind
  expect(kinds).toEqual(['ok', 'ok', 'check.final-url', 'skipped', 'check.max-latency'])
  expect(checking.summary.lines).toMatchObject({ total: 5, checked: 4, excluded: 1 })
  expect(() => checkAll([], { accept: 'x' })).toThrow(
    'accept: expected statuses such as 200-299,301,4xx or +403, got x',
  )
})

describe('what is named in inconclusive', () => {
  const server = () => startHttpServer({ '/ok': 200, '/down': 503, '*': 403 })

  it('is exit 0, with --strict 1, and alone 4', async () => {
    const { url } = await server()
    const list = [`${url}/ok`, `${url}/down`, `${url}/a`]
    const flags = ['--retries', '0', '--inconclusive', '403,5xx']
    const found = await check(list, flags)
    expect(found.code).toBe(0)
    expect(found.verdicts.map(({ outcome, kind, reason }) => [outcome, kind, reason])).toEqual([
      ['ok', 'ok', '200 OK'],
      ['inconclusive', 'http.error', '503 Service Unavailable'],
      ['inconclusive', 'http.error', '403 Forbidden'],
    ])
    expect((await check(list, [...flags, '--strict'])).code).toBe(1)
    expect((await check(list.slice(1), flags)).code).toBe(4)
    expect((await check(list, ['--retries', '0'])).code).toBe(1)
  })

  it('is said by flag, rule and line; the nearer wins, and a plus adds', async () => {
    const { url } = await server()
    const flags = ['--retries', '0', '--inconclusive', '403', '--rule', '127.0.0.1 inconclusive=+503']
    const list = [`${url}/a`, `${url}/down`, `${url}/a inconclusive=timeout`, `${url}/a inconclusive=+timeout`]
    const { verdicts } = await check(list, flags)
    expect(verdicts.map(({ outcome, hint }) => [outcome, hint])).toEqual([
      ['inconclusive', 'Named in inconclusive=403'],
      ['inconclusive', 'Named in inconclusive=503'],
      ['failed', null],
      ['inconclusive', 'Named in inconclusive=403'],
    ])
  })

  it('has a list of its own below the table', async () => {
    const { url } = await server()
    const world = createTestWorld({
      stdin: `${url}/ok\n${url}/ contains=a inconclusive=403,check.*\n${url}/ok contains=a inconclusive=check.*\n`,
    })
    await run(['--no-progress'], world)
    const text = world.stdoutText()
    expect(text).toContain('2 inconclusive: named so with --inconclusive or inconclusive=\n')
    expect(text).toContain('403 Forbidden. Named in inconclusive=403\n')
    expect(text).toMatch(/\? {2}200 .*the body does not contain the text/)
    expect(text).not.toMatch(/refused this checker|could not be/)
  })

  it('is refused where no URL is judged so: exit 2 for flags and rules, a wrong line in a list', async () => {
    const world = () => createTestWorld({ stdin: 'https://x/\n' })
    const [flag, rule] = [world(), world()]
    expect(await run(['--inconclusive', 'timeot'], flag)).toBe(2)
    expect(flag.stderrText()).toContain(
      '--inconclusive timeot: expected statuses and kinds such as timeout,403,5xx,tcp.*; did you mean timeout?',
    )
    expect(await run(['--rule', 'x inconclusive=internal'], rule)).toBe(2)
    expect(rule.stderrText()).toContain('internal is no failure of a URL that was asked')
    const { verdicts } = await check(['https://x/ inconclusive=ok'])
    expect(verdicts[0]).toMatchObject({ outcome: 'failed', kind: 'line.invalid' })
  })

  it('may be named by a list that somebody else wrote, for its own rows', async () => {
    const { url } = await server()
    const { verdicts } = await check(
      [`${url}/a inconclusive=blocked.*`, `${url}/a`, `${url}/a inconclusive=line.*`],
      ['--untrusted', '--retries', '0'],
    )
    expect(verdicts.map(({ outcome, kind }) => [outcome, kind])).toEqual([
      ['inconclusive', 'blocked.private_address'],
      ['failed', 'blocked.private_address'],
      ['failed', 'line.invalid'],
    ])
  })

  it('is an option of the library, for all targets and for one', async () => {
    const { url } = await server()
    const outcomes: string[] = []
    const checking = checkAll([`${url}/a`, { url: `${url}/a`, inconclusive: 'timeout' }], { inconclusive: '4xx' })
    for await (const { index, outcome } of checking) outcomes[index] = outcome
    expect(outcomes).toEqual(['inconclusive', 'failed'])
    expect(() => checkAll([], { inconclusive: 'x' })).toThrow('inconclusive: expected statuses and kinds such as')
    expect(() => checkAll([], { inconclusive: 403 as never })).toThrow('inconclusive: expected a string, got 403')
  })
})
