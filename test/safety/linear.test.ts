// What strangers write is read in time linear in its length: servers' answers, lists, earlier rows, arguments. Growth is
// measured, in the time of the processor and not of the clock: a text of four times the length may take nine times as
// long, where squares take sixteen times.

import { expect, test } from 'vitest'
import { createFailedList } from '../../src/earlier/failed-list.js'
import { resumeCommand } from '../../src/earlier/resume-command.js'
import { faultsOf } from '../../src/judge/checks.js'
import { cleanPhrase, reasonOfStatus } from '../../src/judge/reason.js'
import { retryAfterMs } from '../../src/policies/retry-after.js'
import { escapeHidden, escapeInJson, escapeText, guardLine, joinLines } from '../../src/report/escape.js'
import { FORMATS } from '../../src/report/formats/index.js'
import { redact } from '../../src/report/redact.js'
import { toJson } from '../../src/report/to-json.js'
import * as addresses from '../../src/settings/addresses.js'
import { UsageError, ValueError } from '../../src/settings/errors.js'
import * as headers from '../../src/settings/headers.js'
import * as patterns from '../../src/settings/patterns.js'
import { parseStatusSet } from '../../src/settings/status-set.js'
import type { Target } from '../../src/settings/target.js'
import { DEFAULT_ASK, DEFAULT_EXPECT } from '../../src/settings/target.js'
import * as numbers from '../../src/settings/values.js'
import { detectFormat, isTellable } from '../../src/targets/detect-format.js'
import { variablesOfList } from '../../src/targets/expand.js'
import { whyNoTextList } from '../../src/targets/foreign-shape.js'
import { INPUT_FORMATS } from '../../src/targets/formats/index.js'
import { isNdjson, jsonHead } from '../../src/targets/json-head.js'
import { parseArgument, parseLine } from '../../src/targets/parse-line.js'
import { parseUrl } from '../../src/targets/parse-url.js'
import { parseRule } from '../../src/targets/rules.js'
import { createSitemapEntries } from '../../src/targets/sitemap-entries.js'
import { sniff } from '../../src/targets/sniff.js'
import { nearest } from '../../src/words/nearest.js'
import type { Reply } from '../../src/words/reply.js'
import type { Verdict } from '../../src/words/verdict.js'
import { summaryOf, surroundings, verdict } from '../report/support/verdicts.js'

const context = {
  ask: DEFAULT_ASK,
  expect: DEFAULT_EXPECT,
  skip: null,
  env: {},
  settingsOf: null,
  variables: variablesOfList([], {}),
}
const PLACE = 'https://example.com/'
const lookAt = (head: string) => ({ head, shown: 'list', isWhole: true, isNamed: true, columns: new Map() })
const target = (expected: Partial<Target['expect']>) =>
  ({ url: PLACE, expect: { ...DEFAULT_EXPECT, ...expected } }) as Target
const reply = (text: string) =>
  ({
    headers: { get: () => text },
    redirects: [],
    finalUrl: text,
    body: 'absent',
    method: 'GET',
    statusText: text,
  }) as unknown as Reply

/** Verdicts with a text in every place that holds foreign text. */
const verdicts = (text: string): Verdict[] =>
  (
    [
      { input: text, url: '', host: '' },
      { url: text, input: text, host: 'h' },
      { source: text, finalUrl: text, host: text },
      { reason: text, hint: text, code: text, contentType: text },
      { failedChecks: [{ check: 'location', expected: text, actual: text }] },
      { redirects: [{ url: text, status: 302, location: text }] },
      { extra: { [text]: text, list: [text] } },
      { tls: { protocol: text, issuer: text, validTo: null, error: text } },
    ] as Partial<Verdict>[]
  ).map((fields) => ({ ...verdict({ outcome: 'failed', kind: 'http.error' }), ...fields }))

const reporters = Object.fromEntries(
  Object.entries(FORMATS).map(([name, { create }]) => [
    `the report ${name}`,
    (text: string) => {
      const reporter = create(surroundings({}))
      const parts = [reporter.begin?.(), ...verdicts(text).map((one) => reporter.each(redact(one)))]
      return [...parts, ...reporter.end(summaryOf())].join('')
    },
  ]),
)

const parsers = { ...numbers, ...headers, ...addresses, ...patterns }

/** Every parser of a value: whatever it says, it says it soon. */
const values = Object.fromEntries(
  Object.entries(parsers).flatMap(([name, parse]) =>
    name.startsWith('parse') && name !== 'parseCount' ? [[name, parse as (text: string) => unknown]] : [],
  ),
)

const FUNCTIONS: Readonly<Record<string, (text: string) => unknown>> = {
  ...values,
  parseCount: (text) => parsers.parseCount(text, 0, 9),
  nearest: (text) => nearest(text, ['accept', 'location', 'expect-header']),
  parseStatusSet,
  parseUrl,
  parseArgument: (text) => parseArgument(text, context),
  parseLine: (text) => parseLine(text, context),
  'parseLine, behind a URL': (text) => parseLine(`${PLACE} ${text}`, context),
  'parseLine, in a value': (text) => parseLine(`${PLACE} header="X: ${text}" contains="${text}"`, context),
  'parseLine, the whole value': (text) => parseLine(`${PLACE} ${'user='}${text}`, context),
  parseRule: (text) => parseRule(text, {}),
  'parseRule, behind a host': (text) => parseRule(`example.com ${text}`, {}),
  retryAfterMs: (text) => retryAfterMs({ status: 503, headers: { get: () => text, toJSON: () => ({}) } }, 0),
  reasonOfStatus: (text) => reasonOfStatus(590, text),
  cleanPhrase: (text) => cleanPhrase(text),
  'a location': (text) => faultsOf(target({ location: PLACE }), reply(text)),
  'a final URL': (text) => faultsOf(target({ finalUrl: PLACE }), reply(text)),
  'a header': (text) => faultsOf(target({ expectHeaders: [headers.parseHeaderPattern('x: ^(a+)+$')] }), reply(text)),
  redact: (text) => verdicts(text).map((one) => redact(one)),
  resumeCommand: (text) => resumeCommand(['urls.txt', text]),
  escapeText: (text) => [escapeText(text), escapeText(text, 2000)],
  guardLine,
  joinLines: (text) => joinLines([text]),
  escapeInJson,
  escapeHidden,
  toJson,
  failedList(text) {
    const list = createFailedList({ strict: false, isReadAs: () => true, safe: escapeText })
    list.begins({ index: 0, raw: text } as Target)
    return list.each(verdict({ index: 0, outcome: 'failed' }))
  },
  ...reporters,
  sniff: (text) => sniff(Buffer.from(`PK\x03\x04${text}`, 'latin1')),
  detectFormat: (text) => [detectFormat('-', text), detectFormat('robots.txt', text), isTellable(text)],
  whyNoTextList: (text) => whyNoTextList(text, 'a.txt'),
  'the start of JSON': (text) => [
    isNdjson(text),
    isNdjson(`{${text}`),
    jsonHead(text),
    jsonHead(`[${text}`),
    jsonHead(`{${text}`),
  ],
  'the start of a table': (text) => INPUT_FORMATS.csv.look(lookAt(text)),
  'the start of a sitemap': (text) => INPUT_FORMATS.sitemap.look(lookAt(text)),
  'a sitemap': (text) => createSitemapEntries('<urlset>')!.push(`<urlset><url><loc>${text}`),
  'lines of sitemaps': (text) => createSitemapEntries('Sitemap: x')!.push(text),
}

const PIECES = [
  ...[
    'a',
    'A',
    '1',
    ' ',
    '\t',
    '=',
    '@',
    ':',
    '/',
    '\\',
    '?',
    '&',
    ';',
    '#',
    '%',
    '.',
    '-',
    '"',
    "'",
    '[',
    ']',
    '(',
    '{',
  ],
  ...[
    'a=',
    'a:',
    ':1',
    'a.',
    ';a=',
    '&a=',
    '://',
    'http://',
    'https://a',
    'a@',
    '%25',
    '%253D',
    '%40',
    '##',
    '::',
    '$a',
  ],
  ...[
    'key',
    'token=',
    'user:',
    '  # a:1 ',
    ' # ',
    ']:',
    '\\"',
    '\u0301',
    '\u202e',
    '漢',
    '😀',
    '…',
    'xn--',
    ', ',
    '\r\n',
  ],
  ...['<', '<!--', '<a ', '&', '{"', '"\\', 'sitemap:', '\n', '#\n', 'url,'],
]
const AROUND = [
  ['', ''],
  ['', '!'],
  ['https://', '/'],
  ['http://', 'x:1'],
  ['https://example.com/?a', '@'],
  ['  # ', 'x'],
] as const

const LENGTHS = { short: 16_384, long: 65_536 }
/** Where squares would show: 0.1 ns a step. A busy machine only sends more texts to the second look. */
const SUSPECT_MS = 100
const GROWTH_MAX = 9

const made = (piece: string, [before, after]: (typeof AROUND)[number], length: number) =>
  before + piece.repeat(Math.ceil(length / piece.length)).slice(0, length) + after

function timeOf(read: (text: string) => unknown, text: string): number {
  const start = process.cpuUsage()
  try {
    read(text)
  } catch (error) {
    if (!(error instanceof ValueError || error instanceof UsageError)) throw error
  }
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

/** The quickest of some: what else the machine did is in none of them, or in all. */
function quickest(read: (text: string) => unknown, text: string): number {
  return Math.min(...Array.from({ length: 4 }, () => timeOf(read, text)))
}

/** Reports put 64 KiB of everything together many times over, so they see fewer. */
const fits = (name: string, at: number) => !name.startsWith('the report') || at % 3 === 0

test.each(Object.entries(FUNCTIONS))(
  '%s',
  (name, read) => {
    const faults: string[] = []
    for (const piece of PIECES.filter((_, at) => fits(name, at))) {
      for (const around of AROUND.filter((_, at) => fits(name, at))) {
        const long = made(piece, around, LENGTHS.long)
        if (timeOf(read, long) < SUSPECT_MS) continue
        const longMs = quickest(read, long)
        const growth = longMs / quickest(read, made(piece, around, LENGTHS.short))
        // The first look was at a cold function.
        if (longMs < SUSPECT_MS / 4 || growth < GROWTH_MAX) continue
        faults.push(`${JSON.stringify(`${around[0]}${piece}…${around[1]}`)} ×${growth.toFixed(0)}`)
        if (faults.length > 3) return expect(faults).toEqual([])
      }
    }
    expect(faults).toEqual([])
  },
  120_000,
)
