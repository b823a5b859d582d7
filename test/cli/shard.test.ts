// One list for many machines: what each of them asks, reports and remembers.

import { describe, expect, test } from 'vitest'
import { run } from '../../src/cli.js'
import { shardOf } from '../../src/index.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'
import { createTestWorld } from '../support/world.js'
import { createPlace, rowsOf } from './support/memory-run.js'
import { checkInputs, checkLines, runCli } from './support/run-cli.js'

/** URLs on hosts of the first and of the second of two shards; `/404/x` is 404, `/hang/x` waits until the test says so. */
async function serve() {
  const state = { hangs: true }
  const server = closeAfterTest(
    await startHttpServer(
      (request, response) => {
        const [, word] = request.url!.split('/')
        if (word === 'hang' && state.hangs) return
        response.statusCode = word === 'hang' ? 200 : Number(word)
        response.end()
      },
      { host: '0.0.0.0' },
    ),
  )
  const names = Array.from({ length: 40 }, (_, at) => `127.0.0.${at + 1}`)
  const urlsOf = (index: number) => {
    const own = names.filter((name) => shardOf(name, 2) === index)
    return (at: number, path: string) => server.urlOf(own[at]!, path)
  }
  return { server, state, one: urlsOf(1), two: urlsOf(2) }
}

const FAST = ['--retries', '0', '-q']
const FIRST = ['--shard', '1/2']
const SECOND = ['--shard', '2/2']

describe('--shard', () => {
  test('asks every line in one of the shards, those without a URL in the first, and accounts for all in each', async () => {
    const { server, one, two } = await serve()
    const lines = [
      '# list',
      one(0, '/200/a'),
      two(0, '/200/a'),
      'no url',
      '',
      one(1, '/404/b'),
      `${two(1, '/200/b')} # comment`,
      two(1, '/200/b'),
      `${two(2, '/200/c')} frobnicate=1`,
      two(3, '/200/x.pdf'),
    ]
    const flags = ['--dedupe', '--exclude', 'pdf$', ...FAST]
    const first = await checkLines(lines, [...FIRST, ...flags])
    expect(first.code).toBe(1)
    expect(first.rows.map(({ line, kind }) => [line, kind])).toEqual([
      [2, 'ok'],
      [4, 'url.invalid'],
      [6, 'http.error'],
      [9, 'line.invalid'],
    ])
    expect(first.stdout).toMatch(/lines +10 = 2 checked \+ 2 invalid \+ 4 in other shards \+ 2 blank or comment\n/)
    const second = await checkLines(lines, [...SECOND, ...flags])
    expect(second.code).toBe(0)
    expect(second.rows.map(({ index, line, duplicateOf }) => [index, line, duplicateOf])).toEqual([
      [1, 3, null],
      [4, 7, null],
      [5, 8, 4],
    ])
    const rest = { total: 10, checked: 2, invalid: 0, notAsked: 0, blank: 2 }
    expect(second.summary.lines).toEqual({ ...rest, duplicate: 1, excluded: 1, otherShard: 4 })
    expect(server.requests()).toBe(4)
  })

  test('of stdin is the same', async () => {
    const { one, two } = await serve()
    const stdin = `${one(0, '/200')}\n${two(0, '/200')}\n`
    const { rows, summary } = await checkInputs([], 2, [...SECOND, ...FAST], { stdin })
    expect(rows.map(({ index, line }) => [index, line])).toEqual([[1, 2]])
    expect(summary.lines.otherShard).toBe(1)
  })

  test('--dry-run counts what is in other shards', async () => {
    const { server, one, two } = await serve()
    const stdin = [one(0, '/200'), two(0, '/200'), 'no url', two(1, '/200'), ''].join('\n')
    const { code, stdout } = await runCli(['--dry-run', ...SECOND], { stdin })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^lines {4}4 = 2 to ask \+ 2 in other shards\nhosts {4}2\n/)
    expect((await runCli(['--dry-run', ...FIRST], { stdin })).stdout).toContain('4 = 1 to ask + 1 invalid + 2 in other')
    const alone = await runCli(['--dry-run', ...SECOND], { stdin: one(0, '/200') })
    expect(alone).toMatchObject({
      code: 0,
      stdout: 'lines    1 = 0 to ask + 1 in other shards\nhosts    0\nsettings\n  shard "2/2"\n',
    })
    expect(server.requests()).toBe(0)
  })

  test('that has nothing to ask is fine where other shards have, and says so', async () => {
    const { server, one, two } = await serve()
    const lines = [one(0, '/200'), one(1, '/200')]
    const { code, rows, stdout, stderr } = await checkLines(lines, [...SECOND, '--no-progress'])
    expect({ code, rows, stderr }).toEqual({
      code: 0,
      rows: [],
      stderr: 'scrape-status: nothing to ask in shard 2/2: 2 in other shards\n',
    })
    expect(stdout).toContain('2 = 2 in other shards')
    const excluded = await checkLines([...lines, two(0, '/200')], [...SECOND, '--include', 'nothing', '--no-progress'])
    expect(excluded).toMatchObject({
      code: 0,
      stderr: 'scrape-status: nothing to ask in shard 2/2: 1 URL left out, 2 in other shards\n',
    })
    expect((await checkLines(lines, [...SECOND, '-q'])).stderr).toBe('')
    expect(server.requests()).toBe(0)
  })

  test('of a list that is empty as a whole is a mistake as ever', async () => {
    const empty = await runCli(SECOND, { stdin: '# nothing\n' })
    expect(empty.code).toBe(2)
    expect(empty.stderr).toContain('nothing to ask: the list holds only blank lines and comments')
    expect((await runCli([...SECOND, '--dry-run'], { stdin: '# nothing\n' })).code).toBe(2)
  })

  test('--write-failed has the failures of this shard', async () => {
    const { one, two } = await serve()
    const place = await createPlace()
    await place.write('urls.txt', `${one(0, '/404/a')} accept=200\n${two(0, '/404/b')} # mine\n${two(1, '/200')}\n`)
    const failed = place.path('failed.txt')
    await place.run([place.path('urls.txt'), ...SECOND, ...FAST, '--write-failed', failed])
    expect(place.text('failed.txt')).toBe(`${two(0, '/404/b')} # mine  # ${place.path('urls.txt')}:2 404 Not Found\n`)
  })
})

describe('--shard with --baseline', () => {
  test('compares with the rows of this shard in the baseline of the whole list', async () => {
    const { one, two } = await serve()
    const place = await createPlace()
    const list = [
      one(0, '/404/a'),
      two(0, '/404/a'),
      one(1, '/200/gone'),
      two(1, '/200/gone'),
      two(2, '/200/t?token=1'),
    ]
    await place.write('urls.txt', `no url\n${list.join('\n')}\n`)
    const base = ['--baseline', place.path('base.ndjson')]
    await place.run([place.path('urls.txt'), ...FAST, ...base, '--update-baseline'])
    expect(place.rows('base.ndjson')).toHaveLength(6)
    const changesOf = async (shard: readonly string[]) =>
      (await place.run([place.path('urls.txt'), ...FAST, ...base, ...shard, '-r', 'summary'])).summary!.baseline
    expect(await changesOf(FIRST)).toEqual({ new: 0, stillFailing: 2, fixed: 0, gone: 0 })
    expect(await changesOf(SECOND)).toEqual({ new: 0, stillFailing: 1, fixed: 0, gone: 0 })
    await place.write('urls.txt', list.filter((url) => !url.includes('gone')).join('\n'))
    expect(await changesOf(FIRST)).toEqual({ new: 0, stillFailing: 1, fixed: 0, gone: 2 })
    expect(await changesOf(SECOND)).toEqual({ new: 0, stillFailing: 1, fixed: 0, gone: 1 })
  })

  test('writes a baseline of its own anew, and never the one of the whole list', async () => {
    const { server, one, two } = await serve()
    const place = await createPlace()
    await place.write('urls.txt', `${one(0, '/404/a')}\n${two(0, '/404/a')}\n`)
    const argv = [place.path('urls.txt'), ...FAST, '--update-baseline', '--baseline']
    await place.run([...argv, place.path('own.ndjson'), ...SECOND])
    await place.run([...argv, place.path('own.ndjson'), ...SECOND])
    expect(place.rows('own.ndjson').map(({ url, change }) => [url, change])).toEqual([
      [two(0, '/404/a'), 'still-failing'],
    ])
    await place.run([...argv, place.path('all.ndjson')])
    const [before, asked] = [place.text('all.ndjson'), server.requests()]
    const refused = await place.run([...argv, place.path('all.ndjson'), ...SECOND])
    const file = place.path('all.ndjson')
    const line = rowsOf(before.split('\n')[0]!)[0]!.url === one(0, '/404/a') ? 1 : 2
    expect(refused.code).toBe(2)
    expect(refused.stderr).toBe(
      `scrape-status: --update-baseline: line ${line} of ${file} is another shard's and would be lost; give each shard a baseline of its own\n`,
    )
    expect(server.requests()).toBe(asked)
    expect(place.text('all.ndjson')).toBe(before)
  })
})

describe('--shard with --resume', () => {
  async function interrupted() {
    const { server, state, one, two } = await serve()
    const place = await createPlace()
    const list = [one(0, '/200/a'), two(0, '/200/a'), one(1, '/hang/b'), two(1, '/hang/b'), 'no url', two(2, '/404/c')]
    await place.write('urls.txt', `${list.join('\n')}\n`)
    const argv = [place.path('urls.txt'), '-o', place.path('out.ndjson'), '--retries', '0']
    const world = createTestWorld({ stdin: null })
    const done = run([...argv, ...SECOND], world)
    const hasRows = () => place.exists('out.ndjson.part') && place.text('out.ndjson.part').split('\n').length > 2
    while (!hasRows()) await new Promise((resolve) => setTimeout(resolve, 5))
    world.signal('SIGINT')
    expect(await done).toBe(130)
    expect(world.stderrText()).toContain(`go on with: scrape-status ${[...argv, ...SECOND, '--resume'].join(' ')}\n`)
    state.hangs = false
    return { server, place, argv: [...argv, '--resume'], before: server.requests() }
  }

  test('asks what is missing in this shard, and the account is whole', async () => {
    const { server, place, argv, before } = await interrupted()
    const { code, summary } = await place.run([...argv, ...SECOND, '-r', 'summary'])
    expect(code).toBe(1)
    expect(server.requests() - before).toBe(1)
    expect(place.rows('out.ndjson').map(({ index }) => index)).toEqual([1, 3, 5])
    expect(summary!.lines).toMatchObject({ total: 6, checked: 3, otherShard: 3 })
    const again = await place.run([...argv, ...SECOND])
    expect(again.stdout).toContain('nothing to ask: no row is missing')
    expect(server.requests() - before).toBe(1)
  })

  test('refuses rows of another shard, and takes them all without --shard', async () => {
    const { server, place, argv, before } = await interrupted()
    const { code, stderr } = await place.run([...argv, ...FIRST])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^scrape-status: --resume: .*\.part: the row of line [26] is of another shard; go on with /)
    expect(server.requests()).toBe(before)
    expect(place.exists('out.ndjson')).toBe(false)
    const { summary } = await place.run([...argv, '-r', 'summary'])
    expect(summary!.lines).toMatchObject({ total: 6, checked: 5, invalid: 1, otherShard: 0 })
    expect(server.requests() - before).toBe(3)
  })

  test('refuses a list that changed', async () => {
    const { server, place, argv, before } = await interrupted()
    const lines = place.text('urls.txt').split('\n')
    await place.write('urls.txt', [...lines.slice(0, 1), ...lines.slice(0, 1), ...lines.slice(2)].join('\n'))
    const { code, stderr } = await place.run([...argv, ...SECOND])
    expect(code).toBe(2)
    expect(stderr).toContain('changed')
    expect(server.requests()).toBe(before)
  })
})
