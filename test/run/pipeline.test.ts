import { describe, expect, test } from 'vitest'
import { judge } from '../../src/judge/judge.js'
import { type RunOptions, startRun } from '../../src/run/pipeline.js'
import type { Asker, TargetSource } from '../../src/settings/seams.js'
import type { Target } from '../../src/settings/target.js'
import type { Time } from '../../src/words/limits.js'
import type { LineAccount } from '../../src/words/summary.js'
import type { Verdict } from '../../src/words/verdict.js'
import { answered, failed, targetOf } from '../policies/policy-rig.js'

const OK = answered(200)
const DOWN = failed('tcp.refused')

/** An asker that answers at once, a batch a batch: what threads and a queue will be to the run. */
function createFakeAsker(answer: (target: Target, pass: number) => typeof OK) {
  const passes: boolean[] = []
  const asked: number[] = []
  let stops = 0
  const asker: Asker = {
    ask(batches, { gently }) {
      passes.push(gently)
      const pass = passes.length
      let stopped = false
      const progress = { known: 0, inputEnded: false, done: 0, notAsked: 0 }
      async function* results(): AsyncGenerator<readonly Verdict[]> {
        for await (const batch of batches) {
          if (stopped) return
          asked.push(...batch.map(({ index }) => index))
          progress.done += batch.length
          // As a verdict that was sent from elsewhere.
          yield structuredClone(batch.map((target) => judge(target, answer(target, pass))))
        }
        progress.inputEnded = true
      }
      const stop = () => {
        stops++
        stopped = true
      }
      return { results: results(), progress, stop, gaveUp: false }
    },
  }
  return { asker, passes, asked, stops: () => stops }
}

const TIME: Time = {
  now: () => 0,
  wallNow: () => 0,
  random: () => 0,
  wait: () => Promise.resolve(),
  soon: (done) => void setImmediate(done),
}

const good = (index: number) => targetOf(`http://h${index}.test/`, {}, index)
const wrong = (index: number): Target => ({
  ...good(index),
  url: null,
  host: '',
  problem: { kind: 'line.invalid', reason: 'no URL', hint: null, key: null, column: null },
})

function sourceOf(batches: AsyncIterable<readonly Target[]> | Iterable<readonly Target[]>, blank = 0): TargetSource {
  const read = (async function* () {
    for await (const batch of batches) yield batch
  })()
  return { batches: read, blank: () => blank, otherShard: () => 0, notices: [], broke: () => null, close() {} }
}

/** A run on a fake asker, all its rows by index and kind. */
async function play(
  source: TargetSource,
  options: RunOptions = {},
  answer: (target: Target, pass: number) => typeof OK = () => OK,
) {
  const fake = createFakeAsker(answer)
  const run = startRun(source, fake.asker, { ...options, time: TIME })
  const rows: Verdict[] = []
  for await (const batch of run.batches) rows.push(...batch)
  return { ...fake, run, rows, summary: run.summary({ signal: null, outputFailed: null }) }
}

function sumOf({ total: _, ...parts }: LineAccount): number {
  return Object.values(parts).reduce((sum, part) => sum + part, 0)
}

describe('whoever asks', () => {
  test('is given what has to be asked, and no more', async () => {
    const targets = [good(0), wrong(1), { ...good(2), skip: 'later' }, good(3), { ...good(0), index: 4 }]
    const { asked, rows, summary } = await play(sourceOf([targets], 2), { dedupe: true })
    expect(asked).toEqual([0, 3])
    expect(rows.map(({ index, kind }) => [index, kind]).toSorted()).toEqual([
      [0, 'ok'],
      [1, 'line.invalid'],
      [2, 'skipped'],
      [3, 'ok'],
      [4, 'duplicate'],
    ])
    expect(summary.lines).toMatchObject({ total: 7, checked: 2, invalid: 1, excluded: 1, duplicate: 1, blank: 2 })
    expect(sumOf(summary.lines)).toBe(summary.lines.total)
  })

  test('is asked gently for what may pass, and its news is added to what was known', async () => {
    const { passes, rows } = await play(sourceOf([[good(0), good(1)]]), { recheckMs: 1 }, ({ index }, pass) =>
      index === 1 && pass === 1 ? DOWN : OK,
    )
    expect(passes).toEqual([false, true])
    expect(rows.map(({ index, outcome, attempts }) => [index, outcome, attempts])).toEqual([
      [0, 'ok', 1],
      [1, 'ok', 2],
    ])
  })
})

describe('rows that need no asking', () => {
  test('come while the list is open and nothing is asked', async () => {
    let goOn = () => {}
    const isOpen = new Promise<void>((resolve) => {
      goOn = resolve
    })
    async function* slow() {
      yield [wrong(0)]
      await isOpen
      yield [good(1)]
    }
    const run = startRun(sourceOf(slow()), createFakeAsker(() => OK).asker, { time: TIME })
    const batches = run.batches[Symbol.asyncIterator]()
    expect((await batches.next()).value).toMatchObject([{ index: 0 }])
    goOn()
    expect((await batches.next()).value).toMatchObject([{ index: 1 }])
    expect(await batches.next()).toMatchObject({ done: true })
  })

  test('are read no faster than they are taken', async () => {
    let read = 0
    async function* endless() {
      for (let index = 0; ; index += 100) {
        read += 100
        yield Array.from({ length: 100 }, (_, at) => wrong(index + at))
      }
    }
    const run = startRun(sourceOf(endless()), createFakeAsker(() => OK).asker, { time: TIME })
    let taken = 0
    for await (const batch of run.batches) {
      taken += batch.length
      await new Promise(setImmediate)
      expect(read - taken).toBeLessThan(5000)
      if (taken > 20_000) break
    }
    const { lines } = run.summary({ signal: null, outputFailed: null })
    expect(sumOf(lines)).toBe(lines.total)
    expect(lines.total).toBeGreaterThanOrEqual(taken)
  })

  test('are not lost when the list breaks behind them', async () => {
    async function* breaking() {
      yield [wrong(0), good(1)]
      throw new Error('the disk is gone')
    }
    const run = startRun(sourceOf(breaking()), createFakeAsker(() => OK).asker, { time: TIME })
    const rows: number[] = []
    const reading = (async () => {
      for await (const batch of run.batches) rows.push(...batch.map(({ index }) => index))
    })()
    await expect(reading).rejects.toThrow('the disk is gone')
    expect(rows.toSorted()).toEqual([0, 1])
  })
})

describe('a run that is left', () => {
  test('accounts for every target that was read, and stops whoever asks', async () => {
    const targets = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? good(index) : wrong(index)))
    const fake = createFakeAsker(() => OK)
    const run = startRun(sourceOf([targets.slice(0, 20), targets.slice(20)]), fake.asker, { time: TIME })
    let taken = 0
    for await (const batch of run.batches) {
      taken += batch.length
      break
    }
    const { lines } = run.summary({ signal: null, outputFailed: null })
    expect(lines.checked + lines.invalid).toBe(taken)
    expect(lines.total).toBe(run.progress.known)
    expect(lines.notAsked).toBe(lines.total - taken)
    expect(fake.stops()).toBeGreaterThan(0)
  })

  test('is not gone on with after bail, and what was held for a later pass is a row', async () => {
    const targets = Array.from({ length: 4 }, (_, index) => good(index))
    const { rows, summary } = await play(sourceOf(targets.map((each) => [each])), { bail: 1 }, () => DOWN)
    expect(rows.length).toBe(1)
    expect(summary).toMatchObject({ unfinished: 'bail', exitCode: 1 })
  })
})
