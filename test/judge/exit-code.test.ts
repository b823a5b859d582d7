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
  ['a run that stopped quietly counts what it has', { ok: 1, failed: 1, unfinished: 'stopped' }, 1, null],
]

it.each(rows)('%s', (_, fields, code, why) => {
  expect(exitCodeOf(run(fields))).toEqual({ code, why })
})
