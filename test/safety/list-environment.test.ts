// A list that changes in a pull request runs where the job's secrets are: it reads what `--env` names and nothing else.

import { describe, expect, test } from 'vitest'
import { checkLines, runCli } from '../cli/support/run-cli.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { type Routes, startHttpServer } from '../support/http-server.js'

const serve = async (routes: Routes = { '*': 200 }) => closeAfterTest(await startHttpServer(routes))
const ENV = { NPM_TOKEN: 's3cret-token', HOST: 'set below', SHA: '"c0ffee" header="X: #1', '': 'x' }

const WAYS = ['$NPM_TOKEN', '${NPM_TOKEN}', 'a$NPM_TOKEN'] as const

test.each([
  ['alone', []],
  ['beside another name', ['--env', 'SHA']],
])('a list sends no variable that was not given, %s', async (_name, flags) => {
  const server = await serve()
  const lines = WAYS.flatMap((way) => [
    `${server.url}/h header="x: ${way}"`,
    `${server.url}/u user="me:${way}"`,
    `${server.url}/${way}?${way}#${way}`,
    `${server.url}/c contains="${way}" location="/${way}"`,
    `http://${way}.invalid/`,
  ])
  const { rows, stdout, stderr } = await checkLines(lines, [...flags, '--retries', '0'], { env: ENV })
  const said = JSON.stringify([server.seen(), rows, stdout, stderr])
  expect(said).not.toContain('s3cret')
  const refused = rows.filter(({ input }) => /\/[hu]$/.test(input))
  expect(refused.map(({ kind }) => kind)).toEqual(WAYS.flatMap(() => ['line.invalid', 'line.invalid']))
  expect(refused[0]!.reason).toContain('header: $NPM_TOKEN is read from the environment only with --env NPM_TOKEN')
  expect(rows[4]).toMatchObject({ kind: 'url.invalid', hint: 'If the environment is meant: --env NPM_TOKEN' })
  expect(server.seen().map(({ target }) => target)).toContain('/$NPM_TOKEN?$NPM_TOKEN')
})

test('a value that is wrong as it stands names the flag where it has the form of a variable', async () => {
  const { rows } = await checkLines(['http://127.0.0.1/ location=$NPM_TOKEN'], [], { env: ENV })
  expect(rows).toMatchObject([{ kind: 'line.invalid', hint: 'If the environment is meant: --env NPM_TOKEN' }])
})

test('what was given is put into the URL and every value, and stays a value', async () => {
  const server = await serve({ '/healthz': { body: `build ${ENV.SHA}, fine` }, '*': 200 })
  const host = server.url.slice('http://'.length)
  const flags = ['--env', 'HOST', '--env', 'SHA', '--env', 'NPM_TOKEN', '--retries', '0']
  const { rows, stdout } = await checkLines(
    [
      'http://$HOST/healthz contains=$SHA',
      'http://${HOST}/healthz contains="build $SHA, fine"',
      'http://$HOST/token header="X-Token: $NPM_TOKEN" user=me:$NPM_TOKEN',
      'http://$HOST/a/$SHA?sha=$SHA',
    ],
    flags,
    { env: { ...ENV, HOST: host } },
  )
  expect(rows.map(({ kind, input }) => [kind, input])).toEqual([
    ['ok', 'http://$HOST/healthz'],
    ['ok', 'http://${HOST}/healthz'],
    ['ok', 'http://$HOST/token'],
    ['ok', 'http://$HOST/a/$SHA?sha=$SHA'],
  ])
  const seen = server.seen()
  expect(seen.flatMap(({ headers }) => (headers.x === undefined ? [] : [headers.x]))).toEqual([])
  const token = seen.find(({ target }) => target === '/token')!
  expect(token.headers['x-token']).toBe('s3cret-token')
  const inPath = encodeURI(ENV.SHA).replace('#', '%23')
  expect(seen.map(({ target }) => target)).toContain(`/a/${inPath}?sha=${encodeURIComponent(ENV.SHA)}`)
  expect(JSON.stringify([rows, stdout])).not.toContain('s3cret')
})

describe('a wrong call is exit 2 before anything is asked', () => {
  test.each<[string[], string]>([
    [['--env', 'UNSET'], '--env UNSET: not set in the environment; it takes a name, not a value'],
    [['--env', '__proto__'], '--env __proto__: not set in the environment; it takes a name, not a value'],
    [['--env', '$HOST'], '--env: expected the name of a variable, such as HOST, and not its value'],
    [['--env', 'A=b'], '--env: expected the name of a variable, such as HOST, and not its value'],
    [['--env', ''], '--env: expected the name of a variable, such as HOST, and not its value'],
    [['-H', 'X: $UNSET'], '--header: $UNSET is not set in the environment; a dollar is written \\$'],
    [['-A', 'me/$UNSET'], '--user-agent: $UNSET is not set in the environment; a dollar is written \\$'],
    [['--contains', '$UNSET'], '--contains: $UNSET is not set in the environment; a dollar is written \\$'],
    [['--proxy', 'http://u:$UNSET@x/'], '--proxy: $UNSET is not set in the environment; a dollar is written \\$'],
    [
      ['--expect-header', 'x: $UNSET'],
      '--expect-header: $UNSET is not set in the environment; a dollar is written \\$',
    ],
    [
      ['--rule', 'x contains=$UNSET'],
      "--rule 'x …': contains: $UNSET is not set in the environment; a dollar is written \\$",
    ],
    [
      ['--rule', '$UNSET retries=0'],
      "--rule '$UNSET …': $UNSET is not set in the environment; a dollar is written \\$",
    ],
  ])('%j', async (flags, message) => {
    const server = await serve()
    for (const argv of [flags, [...flags, '--dry-run']]) {
      const { code, stderr } = await runCli([...argv, server.url], { env: ENV })
      expect([code, stderr]).toEqual([2, `scrape-status: ${message}\n`])
    }
    expect(server.connections()).toBe(0)
  })
})

test('flags read the environment without --env, and regular expressions keep their dollars', async () => {
  const server = await serve({ '*': { headers: { 'X-Kind': 'a+b' }, body: 'a+b' } })
  const { host, port } = new URL(server.url)
  const env = { TOKEN: 's3cret', KIND: 'a+b', HOST: '127.0.0.1' }
  const flags = [
    ...['-H', 'X-Token: $TOKEN', '-H', 'X-Price: \\$TOKEN $5', '-A', 'me/${TOKEN}'],
    ...['--contains', '$KIND', '--expect-header', 'x-kind: ^$KIND$', '--rule', '$HOST header="X-Rule: $TOKEN"'],
    ...['--include', `:${port}/$`, '--exclude', 'x$'],
  ]
  const { rows } = await checkLines([`http://${host}/`], flags, { env })
  expect(rows.map(({ kind }) => kind)).toEqual(['ok'])
  expect(server.seen()[0]!.headers).toMatchObject({
    'x-token': 's3cret',
    'x-price': '$TOKEN $5',
    'user-agent': 'me/s3cret',
    'x-rule': 's3cret',
  })
})
