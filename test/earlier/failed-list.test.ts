// The list of failures: lines as they were written, whichever comes first, the verdict or its target.

import { expect, it } from 'vitest'
import { createFailedList } from '../../src/earlier/failed-list.js'
import type { Target } from '../../src/settings/target.js'
import { DEFAULT_ASK, DEFAULT_EXPECT } from '../../src/settings/target.js'
import { verdict } from '../report/support/verdicts.js'

const target = (index: number, raw: string | null): Target => ({
  index,
  line: index + 1,
  source: 'urls.txt',
  input: 'https://www.example.com/',
  url: 'https://www.example.com/',
  host: 'www.example.com',
  problem: null,
  ask: DEFAULT_ASK,
  expect: DEFAULT_EXPECT,
  skip: null,
  raw,
})
const failed = (index: number) =>
  verdict({ index, line: index + 1, outcome: 'failed', status: 404, reason: '404 Not Found' })
const list = (strict = false) =>
  createFailedList({ strict, safe: (text) => text.replaceAll('\x1b', '?'), isReadAs: () => true })

it.each<[string, string | null, string]>([
  ['a plain line', 'https://x.example/', 'https://x.example/  # urls.txt:1 404 Not Found\n'],
  [
    'keys and secrets',
    '  https://x.example/?token=abc user=a:b # mine',
    '  https://x.example/?token=abc user=a:b # mine  # urls.txt:1 404 Not Found\n',
  ],
  [
    'a line of an earlier list',
    'https://x.example/  # old.txt:7 500 Oops',
    'https://x.example/  # urls.txt:1 404 Not Found\n',
  ],
  ['a line that could not be read', null, '# urls.txt:1 404 Not Found\n'],
])('writes %s', (_, raw, text) => {
  const asked = list()
  asked.begins(target(0, raw))
  expect(asked.each(failed(0))).toBe(text)
  const replayed = list()
  expect([replayed.each(failed(0)), replayed.kept(target(0, raw))]).toEqual(['', text])
})

it('leaves out what did not fail; with strict what is inconclusive did', () => {
  const unsure = verdict({ outcome: 'inconclusive', reason: 'challenge' })
  for (const [strict, text] of [
    [false, ''],
    [true, 'a  # urls.txt:2 challenge\n'],
  ] as const) {
    const failures = list(strict)
    failures.begins(target(0, 'a'))
    expect(failures.each(unsure)).toBe(text)
  }
})

it('names arguments by their number, and makes names and reasons safe', () => {
  const failures = list()
  failures.begins(target(2, 'a'))
  const argument = { ...failed(2), line: null, source: 'argv', reason: '404 \x1b[1m' }
  expect(failures.each(argument)).toBe('a  # argv:3 404 ?[1m\n')
  failures.begins(target(3, 'b'))
  expect(failures.each({ ...failed(3), source: 'my list.txt' })).toBe('b  # my_list.txt:4 404 Not Found\n')
})
