// JSON lists: arrays, objects one after the other, rows a line, and reports of our own.

import { describe, expect, it } from 'vitest'
import { readList, refusalOf, shownTarget } from '../support.js'

const read = async (text: string, name = 'list.json', columns: Readonly<Record<string, string>> = {}) =>
  (await readList(text, { name, columns })).targets.map(shownTarget)

const REPORT_ROW = {
  index: 0,
  line: 1,
  input: 'a.example',
  url: 'https://a.example/',
  outcome: 'failed',
  kind: 'http.error',
  status: 404,
  method: 'HEAD',
  location: 'https://no.example',
  extra: { team: 'web' },
  key: null,
}

describe('a JSON list', () => {
  it.each<[string, string, string]>([
    ['an array', 'list.json', '["https://a.example",\n {"url": "https://b.example", "id": 7}]'],
    ['rows a line', 'list.ndjson', '"https://a.example"\n{"url": "https://b.example", "id": 7}\n'],
    [
      'rows under the ending of another',
      'list.json',
      '{"url":"https://a.example"}\n{"url":"https://b.example","id":7}\n',
    ],
    [
      'objects over several lines',
      'list.json',
      '{"url": "https://a.example"}\n{\n "url": "https://b.example",\n "id": 7}',
    ],
  ])('is %s', async (_, name, text) => {
    expect(await read(text, name)).toEqual([
      { line: 1, url: 'https://a.example/' },
      { line: 2, url: 'https://b.example/', extra: { id: 7 } },
    ])
  })

  it('takes settings by their exact names, in their own types', async () => {
    const text = JSON.stringify([
      { url: 'https://a.example', accept: 404, follow: false, timeout: '3s', retries: 0, header: ['X-A: 1', 'X-B: 2'] },
      { input: 'b.example', insecure: true, header: { 'X-C': '3' }, Location: '/x', skip: true, contains: null },
      { url: 'https://c.example', accept: { is: 404 } },
      { url: 'https://d.example', accept: 'never' },
      { url: 'https://e.example', insecure: false, skip: false },
    ])
    const { targets } = await readList(text, { name: 'list.json' })
    expect(targets[0]).toMatchObject({
      ask: {
        follow: false,
        timeoutMs: 3000,
        retries: 0,
        headers: [
          ['X-A', '1'],
          ['X-B', '2'],
        ],
      },
      extra: null,
    })
    expect(targets[0]!.expect.accept.has(404)).toBe(true)
    expect(targets[1]).toMatchObject({
      ask: { insecure: true, headers: [['X-C', '3']] },
      extra: { Location: '/x' },
      skip: 'skipped',
    })
    expect(targets[2]!.problem).toMatchObject({ reason: 'accept: expected text, not an object' })
    expect(targets[3]!.problem).toMatchObject({ key: 'accept', reason: expect.stringContaining('accept=never') })
    expect(targets[4]).toMatchObject({ ask: { insecure: false }, skip: null, problem: null })
  })

  it('has its members chosen', async () => {
    const text = '[{"page": "https://a.example", "to": "/x", "url": "https://no.example"}]'
    const { targets } = await readList(text, { name: 'list.json', columns: { url: 'page', location: 'to' } })
    expect(targets[0]).toMatchObject({
      url: 'https://a.example/',
      expect: { location: '/x' },
      extra: { url: 'https://no.example' },
    })
  })

  it('says what is wrong with a value, and goes on', async () => {
    expect(await read('["https://a.example", 7, null, ["https://b.example"], {}, {"url": 1}, "x y"]')).toEqual([
      { line: 1, url: 'https://a.example/' },
      { line: 1, input: '', reason: 'expected a URL or an object with one, not a number' },
      { line: 1, input: '', reason: 'expected a URL or an object with one, not null' },
      { line: 1, input: '', reason: 'expected a URL or an object with one, not an array' },
      { line: 1, input: '', reason: 'no url among no members' },
      { line: 1, input: '', reason: 'url: expected a URL' },
      { line: 1, input: 'x y', reason: 'a space in the URL; write %20' },
    ])
    const rows = await read('{"url":"https://a.example"}\n{oops\n\n{"url":"https://b.example"}\n', 'list.jsonl')
    expect(rows).toEqual([
      { line: 1, url: 'https://a.example/' },
      { line: 2, input: '{oops', reason: 'the row is no JSON' },
      { line: 4, url: 'https://b.example/' },
    ])
  })

  it.each<[string, string, string, string]>([
    [
      'a HAR',
      'a.har',
      '{"log": {"version": "1.2", "entries": []}}',
      "a.har is a HAR; for the URLs in it: jq -r '.log.entries[].request.url' a.har | scrape-status",
    ],
    [
      'objects without a URL',
      'list.json',
      '[{"page": "x", "id": 1}]',
      'list.json: objects without url; there are: page id. Say which one: --column url=NAME',
    ],
    [
      'rows without one',
      'list.ndjson',
      '{"page": "x"}\n',
      'list.ndjson: rows without url; there are: page. Say which one: --column url=NAME',
    ],
    [
      'one object',
      'list.json',
      '{"swagger": "2.0", "paths": {"a": 1}}',
      'list.json: rows without url; there are: swagger paths. Say which one: --column url=NAME',
    ],
    ['numbers', 'list.json', '[1, 2]', 'list.json: an array, but not of URLs or of objects with a url'],
    ['no list at all', 'list.json', '7', 'list.json: no JSON list; it begins with 7'],
  ])('that is %s is refused', async (_, name, text, message) => {
    expect(await refusalOf(text, { name })).toBe(message)
  })

  it.each<[string, string, string | null, number]>([
    ['ends in the middle', '["https://a.example", "https://b', 'the JSON ends in the middle', 1],
    ['ends between two values', '["https://a.example"', 'the JSON ends in the middle', 1],
    ['breaks off', '["https://a.example", nope]', 'no JSON: ', 1],
    ['has a value without an end', `["https://a.example", "${'x'.repeat(2 ** 21)}`, 'a value of more than 1 MiB', 1],
    ['is whole', '[]', null, 0],
    ['is empty', ' \n', null, 0],
  ])('that %s', async (_, text, broke, count) => {
    const list = await readList(text, { name: 'list.json' })
    expect(list.targets).toHaveLength(count)
    if (broke === null) expect(list.broke).toBeNull()
    else expect(list.broke).toContain(`list.json broke after line ${count} (${broke}`)
  })

  it('knows on which line a value begins, at any cut', async () => {
    const values = Array.from({ length: 3000 }, (_, at) => ({
      url: `https://a.example/${at}`,
      note: 'ä'.repeat(at % 50),
    }))
    const text = JSON.stringify(values, null, 2)
    const { targets } = await readList(text, { name: 'list.json' })
    const lines = text.split('\n')
    expect(targets).toHaveLength(3000)
    for (const { line, url } of targets) expect(lines[line!]).toContain(`"${url}"`)
  })

  it('may have a byte order mark', async () => {
    expect(await read('\ufeff["https://a.example"]')).toEqual([{ line: 1, url: 'https://a.example/' }])
    expect(await read('\ufeff{"url":"https://a.example"}\n', 'list.ndjson')).toEqual([
      { line: 1, url: 'https://a.example/' },
    ])
  })
})

describe('a report of ours as a list', () => {
  const rows = [
    REPORT_ROW,
    { ...REPORT_ROW, url: '', input: 'x y' },
    { ...REPORT_ROW, url: 'https://b.example/?token=***', key: '0123456789abcdef' },
  ]
  const expected = [
    { line: 1, url: 'https://a.example/', extra: { team: 'web' } },
    { input: 'x y', reason: 'a space in the URL; write %20' },
    {
      input: 'https://b.example/?token=***',
      reason: 'a report, and the secret in this URL was taken out; ask it from its own list',
    },
  ]

  it.each<[string, string, string]>([
    ['ndjson', 'r.ndjson', rows.map((row) => `${JSON.stringify(row)}\n`).join('')],
    ['json', 'r.json', JSON.stringify({ verdicts: rows, summary: { verdicts: 3 } })],
    ['json over several lines', 'r.json', JSON.stringify({ verdicts: rows, summary: { verdicts: 3 } }, null, 2)],
    ['json with the summary first', 'r.json', JSON.stringify({ summary: { verdicts: 3, list: [1] }, verdicts: rows })],
  ])('is asked as it was, without what it found: %s', async (_, name, text) => {
    const { targets } = await readList(text, { name })
    expect(targets.map(shownTarget)).toMatchObject(expected.map(({ line: _line, ...rest }) => rest))
    expect(targets[0]).toMatchObject({ ask: { method: 'GET' }, expect: { location: null } })
  })
})
