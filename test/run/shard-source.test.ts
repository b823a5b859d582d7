import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkAll, type Shard, type Summary, shardOf, type Verdict } from '../../src/index.js'
import { listSource } from '../../src/run/list-source.js'
import { shardSource } from '../../src/run/shard-source.js'
import { createTargetOf } from '../../src/run/target-of.js'
import { DEFAULT_ASK, DEFAULT_EXPECT } from '../../src/settings/target.js'
import { isRowOf } from '../../src/targets/shard-of.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'

const plain = { targetOf: createTargetOf(() => ({ ask: DEFAULT_ASK, expect: DEFAULT_EXPECT, skip: null }), null) }
const shards = (count: number): Shard[] => Array.from({ length: count }, (_, at) => ({ index: at + 1, count }))

async function targetsOf(list: readonly string[], shard: Shard | null) {
  const source = shardSource(listSource(list, plain), shard)
  const targets = []
  for await (const batch of source.batches) targets.push(...batch)
  return { targets, others: source.otherShard() }
}

describe('the shards of a list', () => {
  const host = fc.constantFrom('a.example', 'b.example', 'C.example', 'd.example.', '127.0.0.1', '[::1]', 'no host')
  const line = fc.tuple(fc.constantFrom('http', 'https'), host, fc.nat(9)).map(([scheme, name, page]) => {
    return name === 'no host' ? `a line with blanks ${page}` : `${scheme}://${name}:${8000 + page}/${page}`
  })

  test('hold every target once, with the index of the whole list, and all of a host in the same one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), async (list, count) => {
        const whole = (await targetsOf(list, null)).targets
        const parts = await Promise.all(shards(count).map((shard) => targetsOf(list, shard)))
        for (const { targets, others } of parts) expect(targets.length + others).toBe(list.length)
        const all = parts.flatMap(({ targets }) => targets).sort((a, b) => a.index - b.index)
        expect(all).toEqual(whole)
        for (const name of new Set(whole.map((target) => target.host))) {
          expect(parts.filter(({ targets }) => targets.some((target) => target.host === name))).toHaveLength(1)
        }
        // What holds no URL is in the first one.
        expect(
          parts.flatMap(({ targets }, at) => (at > 0 ? targets.filter(({ problem }) => problem !== null) : [])),
        ).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  test('are told apart by the URL of a row as by the target', async () => {
    const list = ['https://a.example/?token=1', 'https://me:pw@b.example.:81/', 'no url', 'http://[::1]/x', 'C.example']
    for (const shard of shards(4)) {
      const { targets } = await targetsOf(list, shard)
      const rows = (await targetsOf(list, null)).targets.filter(({ url }) => isRowOf(shard, url ?? ''))
      expect(rows).toEqual(targets)
    }
    expect(isRowOf({ index: 1, count: 4 }, 'https://***@a.example/?token=***')).toBe(
      isRowOf({ index: 1, count: 4 }, 'https://a.example/'),
    )
    expect(isRowOf(null, 'https://a.example/')).toBe(true)
  })

  test('cost nothing where there is only one', () => {
    const source = listSource(['https://a.example/'], plain)
    expect(shardSource(source, null)).toBe(source)
  })
})

describe('checkAll', () => {
  async function run(list: readonly string[], shard: Shard | null) {
    const checking = checkAll(list, { shard, dedupe: true, exclude: [/left-out/] })
    const verdicts: Verdict[] = []
    for await (const verdict of checking) verdicts.push(verdict)
    return { verdicts, summary: checking.summary }
  }
  const sumOf = ({ lines: { total, ...rest } }: Summary) =>
    Object.values(rest).reduce((sum, part) => sum + part, 0) - total

  test('asks its shard only, and counts the others', async () => {
    const server = closeAfterTest(await startHttpServer({ '*': 200 }, { host: '0.0.0.0' }))
    const at = (name: number, path: string) => server.urlOf(`127.0.0.${name}`, path)
    const list = [
      at(1, '/a'),
      at(2, '/a'),
      'no url',
      at(1, '/a'),
      at(3, '/left-out'),
      at(4, '/b'),
      at(1, '/b'),
      at(2, '/b'),
    ]
    const runs = await Promise.all(shards(3).map((shard) => run(list, shard)))
    const rows = runs.flatMap(({ verdicts }) => verdicts).sort((a, b) => a.index - b.index)
    expect(rows.map(({ index }) => index)).toEqual([0, 1, 2, 3, 5, 6, 7])
    expect(rows[3]).toMatchObject({ outcome: 'skipped', duplicateOf: 0 })
    expect(server.requests()).toBe(5)
    for (const [index, { verdicts, summary }] of runs.entries()) {
      for (const { host } of verdicts) expect(shardOf(host, 3)).toBe(index + 1)
      expect(summary.lines.total).toBe(list.length)
      expect(sumOf(summary)).toBe(0)
    }
    expect(runs.map(({ summary }) => summary.lines.otherShard).reduce((a, b) => a + b)).toBe(2 * list.length)
    // What another shard would leave out is not this one's.
    expect(runs.map(({ summary }) => summary.lines.excluded).sort()).toEqual([0, 0, 1])
  })

  test('of a shard without targets is done, and well', async () => {
    const { verdicts, summary } = await run(['no url'], { index: 2, count: 2 })
    expect(verdicts).toEqual([])
    expect(summary).toMatchObject({ exitCode: 0, lines: { total: 1, checked: 0, otherShard: 1 } })
  })

  test.each<[Shard, string]>([
    [{ index: 0, count: 4 }, 'shard: expected a shard from 1/4 to 4/4, or null, got {"index":0,"count":4}'],
    [{ index: 5, count: 4 }, 'shard: expected a shard from 1/4 to 4/4, or null, got {"index":5,"count":4}'],
    [{ index: 1.5, count: 4 }, 'shard: expected a shard I/N such as 1/8, or null, got {"index":1.5,"count":4}'],
    [
      { index: 1, count: Number.NaN },
      'shard: expected a shard I/N such as 1/8, or null, got {"index":1,"count":"NaN"}',
    ],
  ])('refuses the shard %j', (shard, message) => {
    expect(() => checkAll([], { shard })).toThrow(new TypeError(message))
  })
})
