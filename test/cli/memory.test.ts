// What a run knows of earlier ones, by the command: baselines, interrupted runs, lists of failures, empty lists.

import { statSync, writeFileSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { run } from '../../src/cli.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { type HttpServer, startHttpServer } from '../support/http-server.js'
import { createTestWorld } from '../support/world.js'
import { createPlace, type Place, rowsOf } from './support/memory-run.js'

/** Answers by the first part of the path: `/404/x` is 404; `/hang/x` is answered only once the test says so. */
async function serve() {
  const state = { hangs: true }
  const server = closeAfterTest(
    await startHttpServer((request, response) => {
      const [, word] = request.url!.split(/[/?]/)
      if (word === 'hang' && state.hangs) return
      response.statusCode = word === 'hang' ? 200 : Number(word)
      response.end()
    }),
  )
  return { server, state, url: server.url }
}

const FAST = ['--retries', '0', '-q']

/** Runs until something is so, then Ctrl-C. */
async function interrupt(argv: readonly string[], isTime: () => boolean, stdin: string | null = null) {
  const world = createTestWorld({ stdin })
  const done = run(argv, world)
  while (!isTime()) await new Promise((resolve) => setTimeout(resolve, 5))
  world.signal('SIGINT')
  return { code: await done, stderr: world.stderrText(), stdout: world.stdoutText() }
}

const hasRows = (place: Place, rows: number) =>
  place.exists('out.ndjson.part') && place.text('out.ndjson.part').split('\n').length > rows

describe('--baseline', () => {
  const lines = (url: string, ...paths: string[]) => paths.map((path) => `${url}/${path}\n`).join('')

  test('says what is new, fixed, still failing and gone, and --fail-on new fails for new ones only', async () => {
    const { url } = await serve()
    const place = await createPlace()
    const base = ['--baseline', place.path('base.ndjson')]
    const urls = place.path('urls.txt')
    await place.write('urls.txt', lines(url, '200/a', '404/b', '404/gone', '200/c?token=1', '404/d?token=2'))
    const first = await place.run([urls, ...FAST, ...base, '--update-baseline'])
    expect(first.code).toBe(1)
    expect(first.stdout).toContain('no baseline')
    expect(first.stdout).toMatch(/baseline +3 new\n/)
    const text = place.text('base.ndjson')
    expect(text).not.toContain('token=1')

    // The same again: nothing is new.
    const again = await place.run([urls, ...FAST, ...base, '--fail-on', 'new'])
    expect(again.code).toBe(0)
    expect(again.stdout).toMatch(/baseline +3 still failing\n/)
    expect(place.text('base.ndjson')).toBe(text)

    const rows = rowsOf(text).map((row) => (row.url.includes('/200/a') ? { ...row, outcome: 'failed' } : row))
    await place.write('base.ndjson', rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    await place.write(
      'urls.txt',
      lines(url, '200/a', '404/b', '200/c?token=1', '404/d?token=2', '404/d?token=3', '200/new'),
    )
    const later = await place.run([urls, ...FAST, ...base, '--fail-on', 'new', '-o', place.path('out.ndjson')])
    expect(later.code).toBe(1)
    expect(later.stdout).toMatch(/baseline +1 new . 2 still failing . 1 fixed . 1 gone\n/u)
    expect(place.rows('out.ndjson').map(({ change }) => change)).toEqual([
      'fixed',
      'still-failing',
      'same',
      'still-failing',
      'new-failure',
      null,
    ])
    const summary = (await place.run([urls, ...FAST, ...base, '-r', 'summary'])).summary
    expect(summary).toMatchObject({ exitCode: 1, baseline: { new: 1, stillFailing: 2, fixed: 1, gone: 1 } })
    expect((await place.run([urls, ...FAST, '-r', 'summary'])).summary?.baseline).toBeNull()
  })

  test('an interrupted run leaves the baseline as it is and does not say what is gone', async () => {
    const { url, server } = await serve()
    const place = await createPlace()
    await place.write('urls.txt', lines(url, '200/a', 'hang/b'))
    await place.write('base.ndjson', `{"url":"${url}/hang/b","method":"GET","outcome":"failed"}\n`)
    const before = place.text('base.ndjson')
    const argv = [place.path('urls.txt'), '-r', 'summary', '--baseline', place.path('base.ndjson'), '--update-baseline']
    const { code, stdout } = await interrupt(argv, () => server.requests() === 2)
    expect(code).toBe(130)
    expect(JSON.parse(stdout).baseline).toEqual({ new: 0, stillFailing: 0, fixed: 0, gone: null })
    expect(place.text('base.ndjson')).toBe(before)
    expect(place.exists('base.ndjson.part')).toBe(false)
  })

  test.each([
    ['not a report', 'nonsense\n', 'line 1: not a row of an ndjson report'],
    ['--fields', '{"url":"https://a.example/"}\n', 'line 1: no method, url and outcome; was it written with --fields?'],
  ])('refuses %s', async (_, text, message) => {
    const place = await createPlace()
    await place.write('base.ndjson', text)
    const { code, stderr } = await place.run(['https://a.example/', '--baseline', place.path('base.ndjson')])
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `scrape-status: --baseline ${place.path('base.ndjson')}, ${message}\n`,
    })
  })
})

describe('-o FILE', () => {
  test('a run that is cut short keeps its rows in NAME.part, leaves an earlier report, and says how to go on', async () => {
    const { url, server, state } = await serve()
    const place = await createPlace()
    const [urls, rows, cells, json] = ['urls.txt', 'out.ndjson', 'out.csv', 'out.json'].map(place.path)
    const [list, out] = [urls!, rows!]
    await place.write('urls.txt', `${url}/200/a\n${url}/hang/b\n# end\n${url}/404/c\n`)
    await place.write('out.ndjson', 'yesterday\n')
    const argv = [list, '-o', out, '-o', cells!, '-o', json!, '--retries', '0']
    const { code, stderr } = await interrupt(argv, () => hasRows(place, 2))
    expect(code).toBe(130)
    const resume = [...argv, '--resume']
    expect(stderr).toContain(
      `what is done is in ${out}.part, ${cells}.part; go on with: scrape-status ${resume.join(' ')}\n`,
    )
    expect(place.text('out.ndjson')).toBe('yesterday\n')
    expect(place.rows('out.ndjson.part').map(({ line }) => line)).toEqual([1, 4])
    expect(JSON.parse(place.text('out.json')).summary.unfinished).toBe('interrupted')

    state.hangs = false
    const asked = server.requests()
    const { code: later, stdout } = await place.run([...resume, '--show', 'all'])
    expect(server.requests() - asked).toBe(1)
    expect(later).toBe(1)
    // Every report of the resumed run is whole.
    expect(stdout).toContain('2 rows kept from')
    expect(stdout).toMatch(/lines +4 = 3 checked \+ 1 blank or comment/)
    for (const path of ['/200/a', '/hang/b', '/404/c']) expect(stdout).toContain(path)
    expect(place.rows('out.ndjson').map(({ line }) => line)).toEqual([1, 2, 4])
    expect(parse(place.text('out.csv'), { columns: true })).toHaveLength(3)
    expect(JSON.parse(place.text('out.json'))).toMatchObject({
      verdicts: [expect.anything(), expect.anything(), expect.anything()],
      summary: { verdicts: 3, failed: 1, unfinished: null },
    })
    for (const name of ['out.ndjson', 'out.csv', 'out.json']) expect(place.exists(`${name}.part`)).toBe(false)

    const { code: last, stdout: nothing } = await place.run(resume)
    expect(server.requests() - asked).toBe(1)
    expect(last).toBe(1)
    expect(nothing).toContain('nothing to ask: no row is missing')
    expect(place.rows('out.ndjson')).toHaveLength(3)
  })

  test('is not touched by a mistake that shows later', async () => {
    const place = await createPlace()
    await place.write('out.ndjson', 'yesterday\n')
    await place.write('urls.txt', '# nothing\n')
    const { code } = await place.run([place.path('urls.txt'), '-o', place.path('out.ndjson')])
    expect(code).toBe(2)
    expect([place.text('out.ndjson'), place.exists('out.ndjson.part')]).toEqual(['yesterday\n', false])
  })

  test('a part of a run before is moved aside without --resume, and that is said at once', async () => {
    const { url } = await serve()
    const place = await createPlace()
    await place.write('out.ndjson.part', '{"torn')
    const { code, stderr } = await place.run([`${url}/200/a`, `${url}/200/b`, '-q', '-o', place.path('out.ndjson')])
    expect(code).toBe(0)
    expect(stderr).toMatch(
      /out\.ndjson\.part, left by a run that was cut short \(0 lines\), is now .*\.part\.old; with --resume/,
    )
    expect(place.text('out.ndjson.part.old')).toBe('{"torn')
    expect(place.rows('out.ndjson')).toHaveLength(2)
  })
})

describe('--resume', () => {
  /** A list of which some lines are done. */
  async function cutShort(lines: readonly string[], done: readonly number[]) {
    const { url, server } = await serve()
    const place = await createPlace()
    const list = (texts: readonly string[]) => texts.map((text) => `${text.replaceAll('URL', url)}\n`).join('')
    await place.write('urls.txt', list(lines))
    const argv = [place.path('urls.txt'), '-r', 'summary', ...FAST, '-o', place.path('out.ndjson'), '--resume']
    await place.run(argv)
    const rows = place.text('out.ndjson').split('\n')
    const kept = rows.filter((row) => row !== '' && done.includes(JSON.parse(row).index))
    return {
      place,
      argv,
      server,
      list,
      asked: server.requests(),
      /** As kill -9 would leave it. */
      async tear(torn = '{"index":1,"li') {
        await place.write('out.ndjson.part', `${kept.join('\n')}\n${torn}`)
        await place.write('out.ndjson', '')
      },
    }
  }

  test.each<[string, string[], string]>([
    ['a line that is another one', ['URL/200/a', 'URL/200/b', 'URL/200/X'], 'line 3 was URL/200/c'],
    ['a line that is gone', ['URL/200/a', 'URL/200/c'], 'it ends before line 3, which was URL/200/c'],
    ['a line in front', ['', 'URL/200/a', 'URL/200/b', 'URL/200/c'], 'line 1 was URL/200/a'],
  ])('refuses %s, before anything is asked', async (_, lines, message) => {
    const { place, argv, server, list, asked, tear } = await cutShort(['URL/200/a', 'URL/200/b', 'URL/200/c'], [0, 2])
    await tear()
    const part = place.text('out.ndjson.part')
    await place.write('urls.txt', list(lines))
    const { code, stderr } = await place.run(argv)
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `scrape-status: ${place.path('urls.txt')} changed: ${message.replace('URL', server.url)}; to begin anew: the same command without --resume\n`,
    })
    expect(server.requests()).toBe(asked)
    expect(place.text('out.ndjson.part')).toBe(part)
  })

  test('of a list on stdin ends where it changed, with what was read before', async () => {
    const { url } = await serve()
    const place = await createPlace()
    const argv = ['-r', 'summary', '-q', '-o', place.path('out.ndjson'), '--resume']
    const { stderr } = await interrupt(argv, () => hasRows(place, 2), `${url}/200/a\n${url}/hang/b\n${url}/200/c\n`)
    expect(stderr).toContain('go on with the same list on stdin: scrape-status -r summary')
    const changed = await place.run(argv, { stdin: `${url}/200/a\n${url}/200/b\n${url}/200/X\n${url}/200/d\n` })
    expect(changed.code).toBe(4)
    expect(changed.summary).toMatchObject({
      unfinished: 'input-broke',
      notices: [
        expect.stringContaining('2 rows kept'),
        `stdin changed: line 3 was ${url}/200/c; to begin anew: the same command without --resume`,
      ],
    })
    const whole = await place.run(argv, { stdin: `${url}/200/a\n${url}/200/b\n${url}/200/c\n` })
    expect(whole).toMatchObject({ code: 0, summary: { verdicts: 3 } })
  })

  test('knows redacted URLs, invalid lines and HEAD that became GET again', async () => {
    const lines = [
      'URL/200/a?token=1',
      'URL/200/b?token=2',
      'http://u:p@[bad',
      'not a url',
      'URL/200/c method=HEAD',
      'URL/200/d',
    ]
    const { place, argv, server, list, asked, tear } = await cutShort(lines, [0, 2, 3, 4, 5])
    await tear()
    const { code, summary } = await place.run(argv)
    expect({ code, asked: server.requests() - asked }).toEqual({ code: 1, asked: 1 })
    expect(summary).toMatchObject({ verdicts: 6, lines: { total: 6, checked: 4, invalid: 2 } })
    await tear()
    await place.write('urls.txt', list(['URL/200/a?token=9', ...lines.slice(1)]))
    expect((await place.run(argv)).stderr).toContain(`changed: line 1 was ${server.url}/200/a?token=***`)
  })

  test('counts repeats and left-out lines as the first run would have', async () => {
    const lines = ['URL/200/a', 'URL/200/b', 'URL/200/a', 'URL/404/x', 'URL/200/b', 'URL/200/c']
    const { place, argv, server, asked, tear } = await cutShort(lines, [2, 4, 5])
    await tear()
    const { summary } = await place.run([...argv, '--dedupe', '--exclude', '/404/'])
    // Lines 3 and 5 are done, so line 1 and 2 are asked all the same: they stand before them.
    expect(server.requests() - asked).toBe(2)
    expect(summary).toMatchObject({ verdicts: 5, lines: { total: 6, checked: 5, excluded: 1, duplicate: 0 } })
    const first = place.rows('out.ndjson')[0]
    await place.write('out.ndjson.part', `${JSON.stringify(first)}\n`)
    const repeats = await place.run([...argv, '--dedupe', '--exclude', '/404/'])
    expect(repeats.summary).toMatchObject({ lines: { total: 6, checked: 3, excluded: 1, duplicate: 2 } })
    expect(place.rows('out.ndjson').find(({ index }) => index === 2)?.duplicateOf).toBe(0)
  })

  test('a longer list goes on from a finished report', async () => {
    const { place, argv, server, list, asked } = await cutShort(['URL/200/a', 'URL/200/b'], [])
    await place.write('urls.txt', list(['URL/200/a', 'URL/200/b', 'URL/404/c']))
    const { code, summary } = await place.run(argv)
    expect({ code, asked: server.requests() - asked }).toEqual({ code: 1, asked: 1 })
    expect(summary).toMatchObject({ verdicts: 3, failed: 1 })
    expect(place.rows('out.ndjson')).toHaveLength(3)
  })

  test('asks rows that were inconclusive again, and leaves one row a line', async () => {
    const { place, argv, server, asked } = await cutShort(['URL/200/a', 'URL/999/b', 'URL/404/c', 'URL/200/d'], [])
    expect(place.rows('out.ndjson').map(({ outcome }) => outcome)).toEqual(['ok', 'inconclusive', 'failed', 'ok'])
    // From a finished report, from a part, and from one that somebody has rewritten with spaces in it.
    const spaced = place.text('out.ndjson').replaceAll('","', '", "').replaceAll('":"', '": "')
    for (const [name, text] of [['out.ndjson'], ['out.ndjson.part'], ['out.ndjson.part', spaced]] as const) {
      const before = server.requests()
      await place.write(name, text ?? place.text('out.ndjson'))
      const { code, summary } = await place.run(argv)
      expect({ code, asked: server.requests() - before }).toEqual({ code: 1, asked: 1 })
      expect(summary).toMatchObject({ verdicts: 4, inconclusive: 1 })
      expect(summary?.notices[0]).toMatch(/^3 rows kept from .*; 1 inconclusive there: asked again$/)
      expect(place.rows('out.ndjson').map(({ line }) => line)).toEqual([1, 2, 3, 4])
    }
    expect(server.requests() - asked).toBe(3)
    expect(place.exists('out.ndjson.part')).toBe(false)
  })

  test.each<[string[], string[], string | null]>([
    [['-a', '200-299'], ['-a', '200-299'], null],
    [[], ['-a', '200-299,404'], '--accept'],
    [['--contains', 'x'], [], '--contains'],
    [
      ['--rule', '127.0.0.1 accept=404', '--max-latency', '5s'],
      ['--no-follow', '-X', 'HEAD'],
      '--max-latency --rule --method --no-follow',
    ],
  ])('after %j, %j are flags that judge otherwise: %s', async (before, after, names) => {
    const { url, server, state } = await serve()
    const place = await createPlace()
    await place.write('urls.txt', `${url}/404/a\n${url}/hang/b\n`)
    const argv = [place.path('urls.txt'), '-o', place.path('out.ndjson'), ...FAST]
    await interrupt([...argv, ...before], () => hasRows(place, 1))
    const resume = [...argv, ...after, '--resume']
    const asked = server.requests()
    state.hangs = true
    // Cut short once more: it is the rows' flags that count, not those of the run before.
    const second = await interrupt(resume, () => server.requests() > asked)
    state.hangs = false
    const third = await place.run(resume)
    const part = place.path('out.ndjson.part')
    const said = `--resume: ${names} not as in the run before; the rows kept from ${part} are judged as they were\n`
    for (const { stderr } of [second, third]) {
      expect(stderr.includes('not as in the run before')).toBe(names !== null)
      if (names !== null) expect(stderr).toContain(said)
    }
    expect(place.rows('out.ndjson')).toHaveLength(2)
    expect(place.exists('out.ndjson.part.run')).toBe(false)
  })

  test.each([
    ['UTF-8 with a byte order mark', (text: string) => Buffer.from(`\ufeff${text}`)],
    [
      'UTF-16, as PowerShell writes',
      (text: string) => Buffer.from(`\ufeff${text.replaceAll('\n', '\r\n')}`, 'utf16le'),
    ],
    ['UTF-16 the other way round', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['CRLF', (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'))],
  ])('and --baseline read a report in %s', async (_, encode) => {
    const { place, argv, server, asked } = await cutShort(['URL/200/ä', 'URL/404/b', 'URL/200/c'], [])
    const text = place.text('out.ndjson')
    const half = text.split('\n').slice(0, 2).join('\n')
    writeFileSync(place.path('out.ndjson.part'), encode(`${half}\n{"torn`))
    expect((await place.run(argv)).code).toBe(1)
    expect(server.requests() - asked).toBe(1)
    expect(place.rows('out.ndjson').map(({ line }) => line)).toEqual([1, 2, 3])
    expect(place.text('out.ndjson')).not.toContain('\ufeff')
    writeFileSync(place.path('base.ndjson'), encode(text))
    const flags = ['-r', 'summary', '--baseline', place.path('base.ndjson'), '--fail-on', 'new', '--retries', '0']
    const { code, summary } = await place.run([place.path('urls.txt'), ...flags])
    expect(code).toBe(0)
    expect(summary?.baseline).toEqual({ new: 0, stillFailing: 1, fixed: 0, gone: 0 })
  })

  test.each<[string[], string]>([
    [['--resume'], '--resume: a report to go on with; it needs -o FILE.ndjson'],
    [['--resume', '-o', 'x.csv'], '--resume: x.csv has no rows that can be gone on with; it needs -o FILE.ndjson'],
    [['--resume', '-o', 'ndjson=/dev/null'], '--resume /dev/null: not a file; only a file can be gone on with'],
    [
      ['--resume', '-o', 'x.ndjson', '--fields', 'url,status'],
      '--fields: --resume needs index line source input outcome kind reason method attempts durationMs key as well',
    ],
    [['--update-baseline'], '--update-baseline: only together with --baseline FILE'],
    [['--fail-on', 'new'], '--fail-on new: only together with --baseline FILE'],
    [
      ['-o', 'x.ndjson', '--baseline', './x.ndjson'],
      '--output x.ndjson: that is the baseline; to write it anew: --update-baseline',
    ],
    [['-o', 'x.txt', '--write-failed', 'x.txt'], '--write-failed x.txt: two reports into one file'],
  ])('%j is a mistake', async (flags, message) => {
    const place = await createPlace()
    expect(await place.run(['https://a.example/', ...flags])).toMatchObject({
      code: 2,
      stderr: `scrape-status: ${message}\n`,
    })
  })
})

describe('--write-failed', () => {
  async function failures(): Promise<{ place: Place; url: string; server: HttpServer; state: { hangs: boolean } }> {
    const { url, server, state } = await serve()
    const place = await createPlace()
    const lines = [
      `${url}/200/a`,
      `  ${url}/404/b?token=abc  user=me:secret   # mine`,
      `${url}/404/ok accept=404`,
      'two words here',
      `${url}/500/c`,
    ]
    await place.write('urls.txt', lines.map((line) => `${line}\n`).join(''))
    return { place, url, server, state }
  }

  test('writes lines as they were, with what came of them, for the owner alone; and the list runs again', async () => {
    const { place, url } = await failures()
    await place.write('failed.txt', 'old\n')
    await chmod(place.path('failed.txt'), 0o666)
    const failed = place.path('failed.txt')
    const { code } = await place.run([place.path('urls.txt'), ...FAST, '--write-failed', failed])
    expect(code).toBe(1)
    const name = place.path('urls.txt')
    expect(place.text('failed.txt').split('\n').sort()).toEqual(
      [
        '',
        `  ${url}/404/b?token=abc  user=me:secret   # mine  # ${name}:2 404 Not Found`,
        `two words here  # ${name}:4 words, none of them a URL`,
        `${url}/500/c  # ${name}:5 500 Internal Server Error`,
      ].sort(),
    )
    expect(statSync(failed).mode & 0o777).toBe(0o600)

    // Again: the notes are replaced, not heaped up.
    const next = place.path('again.txt')
    const again = await place.run([failed, ...FAST, '-r', 'summary', '--write-failed', next])
    expect(again.summary).toMatchObject({ verdicts: 3, failed: 3 })
    const lines = place.text('again.txt').trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    for (const line of lines) expect(line.match(/:\d+ /g)?.length).toBe(1)

    const onItself = await place.run([failed, '--write-failed', failed])
    expect(onItself.stderr).toBe(`scrape-status: --write-failed ${failed}: that is the input ${failed}\n`)
  })

  test('has the failures of before in a resumed run too', async () => {
    const { place, url, state } = await failures()
    await place.write('urls.txt', `${url}/404/a accept=200\n${url}/hang/b\n${url}/500/c\n`)
    const argv = [
      place.path('urls.txt'),
      ...FAST,
      '-o',
      place.path('out.ndjson'),
      '--write-failed',
      place.path('failed.txt'),
    ]
    await interrupt(argv, () => hasRows(place, 2))
    expect(place.exists('failed.txt')).toBe(false)
    state.hangs = false
    await place.run([...argv, '--resume'])
    const name = place.path('urls.txt')
    expect(place.text('failed.txt').trimEnd().split('\n').sort()).toEqual([
      `${url}/404/a accept=200  # ${name}:1 404 Not Found`,
      `${url}/500/c  # ${name}:3 500 Internal Server Error`,
    ])
  })
})

describe('--allow-empty', () => {
  test.each([
    ['no line', ''],
    ['comments alone', '# nothing today\n\n'],
  ])('a list with %s is fine with it, and a mistake without', async (_, text) => {
    const place = await createPlace()
    await place.write('urls.txt', text)
    const argv = [place.path('urls.txt'), '-r', 'json', '-o', place.path('out.ndjson')]
    expect((await place.run(argv)).code).toBe(2)
    const { code, stdout, stderr } = await place.run([...argv, '--allow-empty'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ verdicts: [], summary: { verdicts: 0, exitCode: 0 } })
    expect(place.text('out.ndjson')).toBe('')
    expect((await place.run([...argv, '--allow-empty', '--dry-run'])).code).toBe(0)
  })
})
