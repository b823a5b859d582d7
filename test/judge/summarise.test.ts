// Counting: equal by construction, and percentiles as near as promised.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createHistogram } from '../../src/judge/histogram.js'
import { summarise } from '../../src/judge/summarise.js'
import { createTally } from '../../src/judge/tally.js'
import { anyVerdict } from '../report/support/arbitrary-verdict.js'
import { summarySchema } from '../report/support/schemas.js'
import { VERDICTS } from '../report/support/verdicts.js'

it('counts the outcomes, statuses and kinds of the sample verdicts', () => {
  expect(summarise(VERDICTS)).toMatchObject({
    verdicts: 12,
    ok: 2,
    failed: 7,
    inconclusive: 2,
    skipped: 1,
    lines: { total: 12, checked: 10, invalid: 1, duplicate: 1, notAsked: 0 },
    statuses: { '200': 2, '302': 1, '403': 1, '404': 1, '503': 1 },
    noAnswer: 4,
    kinds: { ok: 2, 'http.error': 2, 'local.EMFILE': 1 },
    timeMs: { p50: 142, max: 61_000 },
    exitCode: 4,
  })
})

it('gives half and 9 in 10 by nearest rank, as in the README', () => {
  expect(summarise(VERDICTS.slice(0, 8)).timeMs).toEqual({ p50: 142, p90: 310, p99: 310, max: 310 })
})

it('takes what is known of the run as it is given', () => {
  const run = {
    lines: { total: 3, checked: 0, invalid: 0, duplicate: 0, excluded: 1, otherShard: 0, notAsked: 0, blank: 2 },
    durationMs: 5,
    startedAt: '2026-09-23T10:00:00.000Z',
    unfinished: 'input-broke',
    baseline: null,
    notices: ['urls.txt: read as Windows-1252'],
    exitCode: 4,
  } as const
  expect(createTally().summary(run)).toEqual({
    verdicts: 0,
    ok: 0,
    failed: 0,
    inconclusive: 0,
    skipped: 0,
    statuses: {},
    noAnswer: 0,
    redirected: 0,
    redirectedForGood: 0,
    kinds: {},
    timeMs: null,
    ...run,
  })
})

it('every summary of any verdicts adds up and fits its schema', () => {
  fc.assert(
    fc.property(fc.array(anyVerdict, { maxLength: 6 }), (verdicts) => {
      const summary = summarise(verdicts)
      const { lines } = summary
      expect(summary.ok + summary.failed + summary.inconclusive + summary.skipped).toBe(verdicts.length)
      expect(lines.checked + lines.invalid + lines.duplicate + lines.excluded + lines.notAsked).toBe(lines.total)
      expect(Object.values(summary.kinds).reduce((sum, often) => sum + often, 0)).toBe(verdicts.length)
      expect(summarySchema.faults(summary)).toBe('')
    }),
  )
})

it('percentiles are exact below 1 s and within 1 % above', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.nat(999), fc.nat(3_000_000)), { minLength: 1, maxLength: 200 }),
      fc.constantFrom(0.5, 0.9, 0.99, 1),
      (durations, share) => {
        const histogram = createHistogram()
        for (const ms of durations) histogram.add(ms)
        const exact = durations.toSorted((a, b) => a - b)[Math.ceil(share * durations.length) - 1]!
        expect(histogram.max).toBe(Math.max(...durations))
        expect(Math.abs(histogram.percentile(share) - exact)).toBeLessThanOrEqual(exact < 1000 ? 0 : exact * 0.01)
      },
    ),
  )
})
