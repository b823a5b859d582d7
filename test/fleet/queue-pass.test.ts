// A pass of the queue over a made desk: what an earlier process has left, whenever the list comes to it.

import { expect, test } from 'vitest'
import { neverAsked } from '../../src/ask/reply-of.js'
import { packRows } from '../../src/ask/threads/packed-rows.js'
import type { Desk, JobState, OldJob } from '../../src/fleet/desk.js'
import type { Answer, Slice } from '../../src/fleet/protocol.js'
import { createQueueAsker } from '../../src/fleet/queue-asker.js'
import { judge } from '../../src/judge/judge.js'
import type { Target } from '../../src/settings/target.js'
import { target } from '../targets/support.js'

const WRITTEN = { flags: [], config: null, files: {} }
const targetAt = (index: number): Target => {
  const host = `h${index % 500}.example`
  const url = `http://${host}/${index}`
  return target({ index, line: index + 1, host, url, input: url, raw: url })
}
const rowOf = (one: Target) =>
  judge(one, neverAsked('GET', one.url!, { kind: 'internal', code: 'Made', detail: null, hint: null }))
const answerFor = (indexes: readonly number[], rest: readonly number[] = []): Answer => ({
  rows: packRows(indexes.map((index) => rowOf(targetAt(index)))),
  rest,
  isFruitless: false,
})

/** A worker that answers every slice at once; `answers` are of jobs that were there before. */
class MadeDesk implements Desk {
  readonly slices = new Map<string, Slice>()
  readonly calls: string[] = []
  readonly old: readonly OldJob[]
  readonly answers: ReadonlyMap<string, Answer>

  constructor(old: readonly OldJob[] = [], answers: ReadonlyMap<string, Answer> = new Map()) {
    this.old = old
    this.answers = answers
  }

  async earlier() {
    return this.old
  }
  async add(slice: Slice) {
    const id = `own.${this.slices.size}`
    this.slices.set(id, slice)
    return id
  }
  async look(ids: readonly string[]): Promise<readonly JobState[]> {
    return ids.map(() => 'completed')
  }
  async answer(id: string) {
    const slice = this.slices.get(id)
    return slice === undefined ? (this.answers.get(id) ?? null) : answerFor(slice.targets.map(([index]) => index))
  }
  async whyFailed() {
    return ''
  }
  async forget(ids: readonly string[]) {
    this.calls.push(...ids.map(() => 'forget'))
  }
  async withdraw() {
    this.calls.push('withdraw')
  }
  async workers() {
    return 1
  }
  async stop() {
    this.calls.push('stop')
  }
}

const oldJob = (id: string, indexes: readonly number[], raw = (index: number) => targetAt(index).raw!): OldJob => ({
  id,
  slice: {
    ...{ run: 'r', parts: [...Array(256).keys()].map((part) => part + 1), gently: false, among: 1, fruitless: 0 },
    ...{ written: WRITTEN, targets: indexes.map((index) => [index, index + 1, raw(index)] as const) },
  },
})

function askerOver(desk: Desk, { isLost = false } = {}) {
  let tellLost = (_: string) => {}
  const asker = createQueueAsker({
    ...{ desk, run: 'r', written: WRITTEN, now: () => performance.now(), notify() {}, refusal: () => null },
    isOurs: async () => !isLost,
    onLost(listener) {
      tellLost = listener
    },
    isThere: () => true,
    leave: async () => {},
  })
  return { asker, lose: () => tellLost('somebody else has it') }
}

async function* inBatches(from: number, to: number) {
  for (let at = from; at < to; at += 1000) {
    yield Array.from({ length: Math.min(1000, to - at) }, (_, index) => targetAt(at + index))
  }
}

test('a list longer than what is read ahead goes on where an earlier process left it', async () => {
  const before = [...Array(3000).keys()]
  const desk = new MadeDesk(
    [oldJob('old.1', before)],
    new Map([['old.1', answerFor(before.slice(0, 2000), before.slice(2000))]]),
  )
  const { asker } = askerOver(desk)
  const asking = asker.ask(inBatches(0, 90_000), { gently: false })
  const seen = new Map<number, number>()
  for await (const batch of asking.results) for (const { index } of batch) seen.set(index, (seen.get(index) ?? 0) + 1)
  expect([seen.size, Math.max(...seen.values()), asking.gaveUp]).toEqual([90_000, 1, false])
  // What was found out already is not asked again.
  const asked = [...desk.slices.values()].flatMap(({ targets }) => targets.map(([index]) => index))
  expect(asked.filter((index) => index < 2000)).toEqual([])
  await asker.close?.()
})

test('a line that reads otherwise now is asked, and rows of lines that are gone are for nobody', async () => {
  const old = oldJob('old.1', [0, 1, 5000], (index) => (index === 1 ? 'http://other.example/' : targetAt(index).raw!))
  const desk = new MadeDesk([old], new Map([['old.1', answerFor([0, 1, 5000])]]))
  const { asker } = askerOver(desk)
  const rows = []
  for await (const batch of asker.ask(inBatches(0, 3), { gently: false }).results) rows.push(...batch)
  expect(rows.map(({ index }) => index).toSorted()).toEqual([0, 1, 2])
  const asked = [...desk.slices.values()].flatMap(({ targets }) => targets.map(([index]) => index))
  expect(asked.toSorted()).toEqual([1, 2])
})

test('rows that nobody of ours has made are no rows', async () => {
  const desk = new MadeDesk(
    [oldJob('old.1', [0])],
    new Map([['old.1', { rows: '[1,2,3]', rest: [], isFruitless: false }]]),
  )
  const { asker } = askerOver(desk)
  const rows = []
  for await (const batch of asker.ask(inBatches(0, 1), { gently: false }).results) rows.push(...batch)
  expect(rows.map(({ index }) => index)).toEqual([0])
})

test('a run that somebody else has is left as it is', async () => {
  const desk = new MadeDesk()
  desk.look = async (ids) => ids.map(() => 'going')
  const { asker, lose } = askerOver(desk)
  const asking = asker.ask(inBatches(0, 10), { gently: false })
  const ended = (async () => {
    for await (const _ of asking.results);
  })()
  while (desk.slices.size === 0) await new Promise((resolve) => setImmediate(resolve))
  lose()
  await ended
  await asker.close?.()
  expect([asking.gaveUp, asking.gaveUpWhy, desk.calls]).toEqual([true, 'queue-broke', []])
})
