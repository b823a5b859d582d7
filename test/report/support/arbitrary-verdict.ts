// Any verdict that a run could make, with every hostile text in every place that holds foreign text.

import fc from 'fast-check'
import { KINDS } from '../../../src/settings/kinds.js'
import type { Kind } from '../../../src/words/kinds.js'
import type { Summary } from '../../../src/words/summary.js'
import type { Verdict } from '../../../src/words/verdict.js'

/** Control, bidi, zero-width and tag characters, half surrogate pairs, formulas, CI commands, quotes and line breaks. */
export const HOSTILE = [
  ...Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)),
  ...Array.from({ length: 0x21 }, (_, code) => String.fromCharCode(0x7f + code)),
  ...['\u061c', '\u200b', '\u200e', '\u200f', '\u202a', '\u202e', '\u2066', '\u2069', '\u2028', '\u2029', '\ufeff'],
  ...[
    '\ud800',
    '\udfff',
    '\u{e0041}',
    '\u{e007f}',
    '\u00ad',
    '\u115f',
    '\ufe0f',
    '\u0301\u0301\u0301\u0301\u0301\u0301',
  ],
  ...['=cmd|x!A1', '+1', '-1', '@SUM(A1)', '＝1', '"', '""', ',', ';', '\r\n', "'", '\\', '\\u0023'],
  ...['::error::x', ' ::error::x', '##[error]x', '###[error]x', '##vso[task.x]', '##teamcity[x]', '#', '##', ':'],
  ...['\x1b[31m', '\x1b]8;;http://e/\x07', '漢字', 'ｗ', '👩‍💻', 'é', '</script>', '|', '`'],
] as const

/** Text of hostile pieces and plain ones. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 5 }), fc.string({ maxLength: 8 })),
    {
      maxLength: 6,
    },
  )
  .map((parts) => parts.join(''))

const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
const ms = fc.oneof(fc.nat(200_000), fc.double({ min: 0, max: 1e6, noNaN: true }).map(Math.abs))
const status = fc.oneof(fc.constant(0), fc.integer({ min: 100, max: 999 }))
const moment = fc
  .date({ min: new Date(0), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString())
const kind = fc.oneof(
  fc.constantFrom(...(Object.keys(KINDS) as Kind[])),
  fc.constantFrom<Kind>('local.EMFILE', 'local.EADDRNOTAVAIL'),
)
const url = fc.oneof(fc.webUrl({ withFragments: true, withQueryParameters: true }), hostileText)
const outcome = fc.constantFrom('ok', 'failed', 'inconclusive', 'skipped')

const record = fc.record({
  index: fc.nat(),
  line: nullable(fc.integer({ min: 1, max: 1e9 })),
  source: fc.oneof(fc.constantFrom('-', 'argv', 'urls.txt', ':'), hostileText),
  input: url,
  url,
  host: hostileText,
  outcome,
  ok: fc.boolean(),
  status,
  kind,
  reason: hostileText.map((text) => `x${text}`),
  hint: nullable(hostileText),
  code: nullable(hostileText),
  failedChecks: fc.array(fc.record({ check: fc.constant('status'), expected: hostileText, actual: hostileText }), {
    maxLength: 2,
  }),
  method: fc.constantFrom('GET', 'HEAD'),
  attempts: fc.nat(4),
  finalUrl: url,
  redirects: fc.array(fc.record({ url, status: fc.integer({ min: 300, max: 399 }), location: nullable(hostileText) }), {
    maxLength: 3,
  }),
  httpVersion: nullable(fc.constantFrom('1.0', '1.1')),
  remoteAddress: nullable(fc.ipV4()),
  contentType: nullable(hostileText),
  contentLength: nullable(fc.maxSafeNat()),
  bodyBytes: fc.nat(),
  durationMs: nullable(ms),
  timingsMs: fc.record({
    queue: nullable(ms),
    dns: nullable(ms),
    connect: nullable(ms),
    tls: nullable(ms),
    firstByte: nullable(ms),
  }),
  tls: nullable(
    fc.record({
      protocol: nullable(hostileText),
      issuer: nullable(hostileText),
      validTo: nullable(moment),
      error: nullable(hostileText),
    }),
  ),
  inferred: fc.boolean(),
  secondLook: fc.boolean(),
  duplicateOf: nullable(fc.nat()),
  change: fc.constantFrom('new-failure', 'fixed', 'still-failing', 'changed', 'same', null),
  extra: nullable(fc.dictionary(hostileText, fc.oneof(hostileText, fc.integer(), fc.constant(null)), { maxKeys: 2 })),
  key: nullable(fc.constant('0123456789abcdef')),
  checkedAt: moment,
})

/** A verdict whose every text may be hostile. */
export const anyVerdict: fc.Arbitrary<Verdict> = record.map((made) => ({
  ...(made as unknown as Verdict),
  ok: made.outcome === 'ok',
}))

/** Verdicts and a summary with a hostile notice. */
export const anyNotice: fc.Arbitrary<Partial<Summary>> = fc.record({ notices: fc.array(hostileText, { maxLength: 2 }) })
