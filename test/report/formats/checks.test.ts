// What the table and the card say of expectations, of a body that did not come and of skipped lines.

import { expect, it } from 'vitest'
import { table } from '../../../src/report/formats/table.js'
import type { Verdict } from '../../../src/words/verdict.js'
import { printed, summaryOf, surroundings, verdict } from '../support/verdicts.js'

const failed = verdict({
  outcome: 'failed',
  kind: 'check.contains',
  reason: 'the body does not contain "Bye"',
  failedChecks: [
    { check: 'contains', expected: 'Bye', actual: 'not in the body' },
    { check: 'max-latency', expected: '100 ms', actual: '142 ms' },
    { check: 'expect-header', expected: 'x: y', actual: 'x: \x1b[31mz' },
  ],
})
const shown = (...verdicts: Verdict[]) => printed(table.create(surroundings()), verdicts)

it('the list below the table says all that did not hold, escaped', () => {
  const lines = shown(failed, verdict({ index: 1 }))
    .split('\n')
    .map((line) => line.trim())
  const at = lines.indexOf('the body does not contain "Bye"')
  expect(lines.slice(at + 1, at + 3)).toEqual([
    'also max-latency: 142 ms, expected 100 ms',
    'also expect-header: x: \\x1b[31mz, expected x: y',
  ])
})

it('the card says them too', () => {
  const text = printed(table.create(surroundings()), [failed], summaryOf({ lines: { ...summaryOf().lines, total: 1 } }))
  expect(text).toContain('✗  200  the body does not contain "Bye"\n')
  expect(text).toContain('   also max-latency: 142 ms, expected 100 ms\n')
})

it('nothing more is said where one thing failed', () => {
  expect(shown(verdict({ ...failed, failedChecks: failed.failedChecks.slice(0, 1) }))).not.toContain('also')
})

it('a body that did not come is no missing answer', () => {
  const late = { outcome: 'failed', kind: 'timeout', status: 0, durationMs: 10_000 } as const
  expect(shown(verdict({ ...late, code: 'body' }), verdict())).toMatch(/LATE .* no whole body in 10 s/)
  expect(shown(verdict({ ...late, code: 'firstByte' }), verdict())).toMatch(/LATE .* no answer in 10 s/)
})

it('a skipped line says why', () => {
  expect(shown(verdict({ outcome: 'skipped', kind: 'skipped', status: 0, reason: 'down' }), verdict())).toMatch(
    /SKIP .* down\n/,
  )
})
