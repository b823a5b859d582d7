// A run that was counted in parts, as by threads or shards, is counted as one.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createTally, type Tally } from '../../src/judge/tally.js'
import type { Verdict } from '../../src/words/verdict.js'
import { anyVerdict } from '../report/support/arbitrary-verdict.js'

const RUN = {
  lines: { total: 0, checked: 0, invalid: 0, duplicate: 0, excluded: 0, otherShard: 0, notAsked: 0, blank: 0 },
  durationMs: 5,
  startedAt: '2026-09-23T10:00:00.000Z',
  unfinished: null,
  notices: [],
  exitCode: 0,
}
const FACTS = { accept: '200-299', sparesTimeouts: true }

/** Verdicts of which the sentences about the run as a whole speak. */
const hinted = fc
  .record({
    verdict: anyVerdict,
    status: fc.constantFrom(200, 204, 301),
    expected: fc.constantFrom('200-299', '404', '500'),
    what: fc.constantFrom('set', 'followed', 'timeout'),
  })
  .map(({ verdict, status, expected, what }): Verdict => {
    if (what === 'timeout') return { ...verdict, kind: 'timeout', status: 0, attempts: 1 }
    const hint = what === 'set' ? `accept=${expected} leaves out ${status}; did you mean +${expected}?` : 'follow=no'
    return { ...verdict, kind: 'http.error', status, hint, failedChecks: [{ check: 'status', expected, actual: '' }] }
  })

const tallyOf = (verdicts: readonly Verdict[]): Tally => {
  const tally = createTally()
  for (const verdict of verdicts) tally.add(verdict)
  return tally
}

const shownBy = (tally: Tally) => ({ summary: tally.summary(RUN), counts: tally.counts(), hints: tally.hints(FACTS) })

it.each([
  ['as a thread gets them', structuredClone],
  ['as a file has them', <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T],
])('parts put together are the whole, %s', (_case, copy) => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.oneof(anyVerdict, hinted), { maxLength: 5 }), { maxLength: 4 }), (parts) => {
      const merged = createTally()
      for (const part of parts) merged.merge(copy(tallyOf(part).snapshot()))
      const whole = tallyOf(parts.flat())
      expect(shownBy(merged)).toEqual(shownBy(whole))
      // Of the whole, too, nothing is lost on the way.
      const again = createTally()
      again.merge(copy(whole.snapshot()))
      expect(shownBy(again)).toEqual(shownBy(whole))
    }),
    { numRuns: 60 },
  )
})

it('a part that was handed on does not change any more', () => {
  fc.assert(
    fc.property(anyVerdict, hinted, (first, second) => {
      const tally = tallyOf([first])
      const part = tally.snapshot()
      const before = JSON.stringify(part)
      tally.add(second)
      expect(JSON.stringify(part)).toBe(before)
    }),
    { numRuns: 20 },
  )
})
