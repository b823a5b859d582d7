// What goes to a thread and back is what would have been there without one.

import { expect, test } from 'vitest'
import { packRows, unpackRows } from '../../../src/ask/threads/packed-rows.js'
import { createTargetPacker, createTargetUnpacker } from '../../../src/ask/threads/packed-targets.js'
import { portionsOf } from '../../../src/ask/threads/share.js'
import { DEFAULT_ASK, DEFAULT_EXPECT, type Target } from '../../../src/settings/target.js'
import { parseLine } from '../../../src/targets/parse-line.js'
import { VERDICTS } from '../../report/support/verdicts.js'

const CONTEXT = {
  ask: DEFAULT_ASK,
  expect: DEFAULT_EXPECT,
  skip: null,
  variables: { strict: false, valueOf: () => null },
  settingsOf: null,
}

function targetsOf(...lines: string[]): Target[] {
  return lines.map((line, index) => ({
    ...parseLine(line, CONTEXT as never)!,
    index,
    line: index + 1,
    source: 'urls.txt',
  }))
}

/** Sets and patterns by what they say. */
const plain = (value: unknown) =>
  JSON.parse(
    JSON.stringify(value, (_, found) =>
      typeof found === 'object' &&
      found !== null &&
      (typeof found.has === 'function' || typeof found.test === 'function' || typeof found.nameOfKind === 'function')
        ? `${found}`
        : found,
    ),
  )

test('targets keep how they are asked and what is expected of them', () => {
  const targets = targetsOf(
    'https://a.example/',
    'https://a.example/b accept=+403 timeout=3s header="X-A: é" user=me:secret retries=7',
    'https://b.example/ accept=404 inconclusive=timeout,5xx,tcp.* expect-header="content-type: ^text/(html|x)$" contains="a / b"',
    'https://c.example/ location=/there',
    'https://a.example/c',
    'https://d.example/ final-url=https://e.example/ max-latency=2s cert-days=14 insecure',
  )
  const found = createTargetUnpacker()(createTargetPacker()(targets))
  const asked = ({ index, url, host, ask, expect: wanted }: Target) => plain({ index, url, host, ask, wanted })
  expect(found.map(asked)).toEqual(targets.map(asked))
  const [first, , third, , fifth] = found
  // What shares its settings shares the object, as the targets of a list do.
  expect(fifth!.ask).toBe(first!.ask)
  expect(third!.expect.accept.has(404)).toBe(true)
  expect(third!.expect.accept.has(200)).toBe(false)
  expect(third!.expect.inconclusive!.nameOfKind('tcp.reset')).toBe('tcp.*')
  expect(third!.expect.expectHeaders[0]!.pattern.test('text/html')).toBe(true)
})

test('rows come back as they were', () => {
  const rows = VERDICTS.map((row) => ({ ...row, duplicateOf: null, change: null, key: null, ok: row.outcome === 'ok' }))
  const known = new Map(rows.map((row) => [row.index, row]))
  const back = unpackRows(packRows(rows), (index) => known.get(index) as unknown as Target)
  expect(back).toEqual(rows)
  expect(back.map((row) => Object.keys(row))).toEqual(rows.map((row) => Object.keys(row)))
})

test('what all may use is shared by what each has to do, and never more than that', () => {
  const all = { concurrency: 128, perHost: null, rate: 100, now: () => 0, wait: async () => {} }
  const many = Number.POSITIVE_INFINITY
  const shares = (...outstanding: number[]) => portionsOf(all, outstanding).map(({ concurrency }) => concurrency)
  expect(shares(many)).toEqual([128])
  expect(shares(many, many)).toEqual([64, 64])
  expect(shares(many, many, many)).toEqual([42, 43, 43])
  expect(shares(5000, 3)).toEqual([125, 3])
  expect(shares(0, 0)).toEqual([64, 64])
  expect(portionsOf(all, [300, 0]).map(({ rate }) => Math.round(rate!))).toEqual([99, 1])
  for (const loads of [
    [1, 2, 3],
    [0, 0, 900],
    [50, 50, 50, 50],
  ]) {
    const portions = portionsOf(all, loads)
    expect(portions.reduce((sum, { concurrency }) => sum + concurrency, 0)).toBeLessThanOrEqual(128)
    expect(portions.reduce((sum, { rate }) => sum + rate!, 0)).toBeCloseTo(100)
    expect(portions.every(({ concurrency }) => concurrency >= 1)).toBe(true)
  }
})
