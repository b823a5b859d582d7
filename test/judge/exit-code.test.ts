// The exit codes of the README, and which beats which.

import { expect, it } from 'vitest'
import { exitCodeOf, type RunOutcome } from '../../src/judge/exit-code.js'

const run = (fields: Partial<RunOutcome> = {}): RunOutcome => ({
  ok: 0,
  failed: 0,
  inconclusive: 0,
  kinds: {},
  unfinished: null,
  ...fields,
})

const rows: [why: string, run: Partial<RunOutcome>, code: number, why: string | null][] = [
  ['nothing to do is fine', {}, 0, null],
  ['all are ok', { ok: 3 }, 0, null],
  ['some failed', { ok: 3, failed: 1 }, 1, null],
  ['some were inconclusive beside ok ones', { ok: 1, inconclusive: 5 }, 0, null],
  ['some were inconclusive beside failed ones', { failed: 1, inconclusive: 5 }, 1, null],
  ['nothing could be judged', { inconclusive: 2 }, 4, 'nothing could be judged: 2 URLs, all inconclusive'],
  [
    'the proxy was in the way',
    { inconclusive: 2, kinds: { 'proxy.failed': 2 } },
    4,
    'nothing could be judged: the proxy failed for 2 URLs',
  ],
  ['the proxy was in the way of some', { ok: 1, inconclusive: 2, kinds: { 'proxy.failed': 2 } }, 0, null],
  [
    'this machine was in the way',
    { ok: 9, inconclusive: 1, kinds: { 'local.EMFILE': 1 } },
    4,
    '1 URL could not be judged because of this machine (EMFILE)',
  ],
  [
    'the input broke',
    { ok: 1, unfinished: 'input-broke' },
    4,
    'the input broke before its end; what was read is reported',
  ],
  [
    '4 beats 1',
    { ok: 1, failed: 1, unfinished: 'input-broke' },
    4,
    'the input broke before its end; what was read is reported',
  ],
  ['3 beats 4', { failed: 1, kinds: { internal: 1, 'local.EMFILE': 1 } }, 3, '1 URL met an error in this program'],
  ['an output failed', { ok: 1, outputFailed: 'report.csv: no space left' }, 3, 'report.csv: no space left'],
  [
    'SIGINT beats all',
    { failed: 1, kinds: { internal: 1 }, unfinished: 'interrupted', signal: 'SIGINT' },
    130,
    'interrupted',
  ],
  ['SIGTERM', { ok: 1, unfinished: 'interrupted', signal: 'SIGTERM' }, 143, 'stopped by SIGTERM'],
  ['bailed out', { ok: 1, failed: 5, unfinished: 'bail' }, 1, 'stopped after 5 failures, as --bail asked'],
  [
    'bailing out beats the failures that are allowed',
    { failed: 1, unfinished: 'bail', budget: { count: 9, percent: null } },
    1,
    'stopped after 1 failure, as --bail asked',
  ],
  ['the time limit', { ok: 1, failed: 1, unfinished: 'time-limit' }, 4, 'the time limit was over before the list'],
  [
    'this machine beats bailing out',
    { failed: 1, unfinished: 'bail', kinds: { 'local.EMFILE': 1 } },
    4,
    '1 URL could not be judged because of this machine (EMFILE)',
  ],
  [
    'strict: inconclusive fails',
    { ok: 1, inconclusive: 2, strict: true },
    1,
    '2 URLs inconclusive, which --strict counts as failed',
  ],
  ['strict beside failures', { failed: 1, inconclusive: 2, strict: true }, 1, null],
  [
    'strict, and nothing could be judged',
    { inconclusive: 2, strict: true },
    4,
    'nothing could be judged: 2 URLs, all inconclusive',
  ],
  ['strict and all ok', { ok: 2, strict: true }, 0, null],
  [
    'as many failures as allowed',
    { failed: 2, budget: { count: 2, percent: null } },
    0,
    '2 failures, within --max-failures 2',
  ],
  [
    'one more than allowed',
    { failed: 3, budget: { count: 2, percent: null } },
    1,
    '3 failures, more than --max-failures 2',
  ],
  [
    'a share of what was judged, inconclusive not counted',
    { ok: 98, failed: 2, inconclusive: 900, budget: { count: 0, percent: 2 } },
    0,
    '2 failures, within --max-failures 2% of 100',
  ],
  [
    'more than the share',
    { ok: 97, failed: 2, inconclusive: 900, budget: { count: 0, percent: 2 } },
    1,
    '2 failures, more than --max-failures 2% of 99',
  ],
  [
    'strict: inconclusive counts on both sides of the share',
    { ok: 90, failed: 2, inconclusive: 8, strict: true, budget: { count: 0, percent: 10 } },
    0,
    '10 failures, within --max-failures 10% of 100',
  ],
  [
    'a share of 0',
    { ok: 9, failed: 1, budget: { count: 0, percent: 0 } },
    1,
    '1 failure, more than --max-failures 0% of 10',
  ],
  ['no failures need no budget', { ok: 1, budget: { count: 2, percent: null } }, 0, null],
  [
    'only new failures count',
    { ok: 1, failed: 3, newFailures: 0 },
    0,
    '3 failures as before, not counted (--fail-on new)',
  ],
  ['none failed, new or not', { ok: 1, newFailures: 0 }, 0, null],
  [
    'new failures within the budget',
    { failed: 3, newFailures: 1, budget: { count: 1, percent: null } },
    0,
    '1 failure, within --max-failures 1',
  ],
]

it.each(rows)('%s', (_, fields, code, why) => {
  expect(exitCodeOf(run(fields))).toEqual({ code, why })
})
