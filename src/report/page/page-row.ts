// A row of the page, and how it lies in the file: as a list of values whose texts are numbers into a list of texts. Names
// of members, 50,000 times, are a quarter of a page. The page's own script reads with this same file what was written.

import type { Change, Outcome } from '../../words/verdict.js'

/** Most urgent first: the order of the table. */
export const OUTCOMES = ['failed', 'inconclusive', 'skipped', 'ok'] as const satisfies readonly Outcome[]

const CHANGES = ['new-failure', 'still-failing', 'fixed', 'changed', 'same'] as const satisfies readonly Change[]

/** Of `Row.phasesMs`, in the order in which they come. */
export const PHASES = ['waited for its turn', 'DNS', 'connect', 'TLS', 'first byte'] as const

/** What the page shows of a verdict. */
export interface Row {
  /** Place among all targets. */
  readonly index: number
  readonly line: number | null
  readonly source: string
  /** '' when the line holds no URL. */
  readonly url: string
  /** As it stands in the list. */
  readonly written: string
  readonly host: string
  readonly outcome: Outcome
  readonly change: Change | null
  readonly status: number
  /** The status, or the word for what happened instead. */
  readonly label: string
  readonly kind: string
  readonly reason: string
  readonly hint: string
  readonly attempts: number
  readonly durationMs: number | null
  /** By `PHASES`; null when nothing was measured. */
  readonly phasesMs: readonly (number | null)[] | null
  readonly finalUrl: string
  readonly hops: readonly (readonly [status: number, url: string])[]
  /** Whether redirects were followed, not only seen. */
  readonly isRedirected: boolean
  /** Whether the URL leads where the list says; not when a secret was taken out of it. */
  readonly isWhole: boolean
  /** Of the answer's body, as announced. */
  readonly contentLength: number | null
  /** What else is known: `['Certificate', 'R11, until 2026-12-01']`. */
  readonly facts: readonly (readonly [name: string, text: string])[]
}

/** A number into the list of texts of the block. */
type Text = number
/** A number into its lists of facts: most rows of a host have the same ones. */
type FactList = number

/** A row in the file; 0 stands for "the same as the URL" or "none". Differences are small numbers, which pack well. */
export type PackedRow = readonly [
  indexAfterTheOneBefore: number,
  lineAfterIndex: number | null,
  source: Text,
  url: string,
  written: string | 0,
  host: Text | -1,
  outcome: number,
  change: number,
  status: number,
  label: Text,
  kind: Text,
  reason: Text,
  hint: Text,
  attempts: number,
  durationMs: number | null,
  phasesMs: readonly (number | null)[] | 0,
  finalUrl: string | 0,
  hops: Row['hops'] | 0,
  flags: number,
  contentLength: number | null,
  facts: FactList,
]

/** Some rows with the texts that they share, as JSON in the file. */
export interface Block {
  readonly texts: readonly string[]
  /** Names and texts by turns. */
  readonly facts: readonly (readonly Text[])[]
  readonly rows: readonly PackedRow[]
}

const REDIRECTED = 1
const WHOLE = 2

/** Packs rows, which come in the order of the list. */
export function packRows(rows: readonly Row[]): Block {
  const texts = createNumbers()
  const factLists = createNumbers()
  const numbers: Omit<Packing, 'before'> = {
    textOf: texts.of,
    factsOf: (facts) => factLists.of(facts.flatMap(([name, text]) => [texts.of(name), texts.of(text)]).join()),
  }
  const packed = rows.map((row, at) => packRow(row, { before: rows[at - 1]?.index ?? 0, ...numbers }))
  const facts = factLists.all().map((list) => (list === '' ? [] : list.split(',').map(Number)))
  return { texts: texts.all(), facts, rows: packed }
}

/** The rows again. */
export function unpackRows(block: Block): Row[] {
  const { texts } = block
  const facts = block.facts.map((list) => pairs(list.map((at) => texts[at]!)))
  let before = 0
  return block.rows.map((packed) => {
    const row = unpackRow(packed, { before, texts, facts })
    before = row.index
    return row
  })
}

/** Texts numbered as they come. */
function createNumbers() {
  const numbers = new Map<string, number>()
  return {
    of(text: string): number {
      const known = numbers.get(text)
      if (known === undefined) numbers.set(text, numbers.size)
      return known ?? numbers.size - 1
    },
    all: (): readonly string[] => [...numbers.keys()],
  }
}

interface Packing {
  /** The index of the row before. */
  readonly before: number
  readonly textOf: (text: string) => Text
  readonly factsOf: (facts: Row['facts']) => FactList
}

function packRow(row: Row, { before, textOf, factsOf }: Packing): PackedRow {
  return [
    row.index - before,
    row.line === null ? null : row.line - row.index,
    textOf(row.source),
    row.url,
    row.written === row.url ? 0 : row.written,
    hostOf(row.url) === row.host ? -1 : textOf(row.host),
    OUTCOMES.indexOf(row.outcome),
    row.change === null ? 0 : CHANGES.indexOf(row.change) + 1,
    row.status,
    textOf(row.label),
    textOf(row.kind),
    textOf(row.reason),
    textOf(row.hint),
    row.attempts,
    row.durationMs,
    row.phasesMs ?? 0,
    row.finalUrl === row.url ? 0 : row.finalUrl,
    row.hops.length === 0 ? 0 : row.hops,
    (row.isRedirected ? REDIRECTED : 0) + (row.isWhole ? WHOLE : 0),
    row.contentLength,
    factsOf(row.facts),
  ]
}

interface Unpacking {
  readonly before: number
  readonly texts: readonly string[]
  readonly facts: readonly Row['facts'][]
}

/** By places and in loops: taking the list apart by names was ten times slower, a second for 50,000 rows. */
function unpackRow(packed: PackedRow, { before, texts, facts }: Unpacking): Row {
  const index = before + packed[0]
  const url = packed[3]
  const flags = packed[18]
  return {
    index,
    line: packed[1] === null ? null : index + packed[1],
    source: texts[packed[2]]!,
    url,
    written: packed[4] === 0 ? url : packed[4],
    host: packed[5] === -1 ? hostOf(url) : texts[packed[5]]!,
    outcome: OUTCOMES[packed[6]]!,
    change: packed[7] === 0 ? null : CHANGES[packed[7] - 1]!,
    status: packed[8],
    label: texts[packed[9]]!,
    kind: texts[packed[10]]!,
    reason: texts[packed[11]]!,
    hint: texts[packed[12]]!,
    attempts: packed[13],
    durationMs: packed[14],
    phasesMs: packed[15] === 0 ? null : packed[15],
    finalUrl: packed[16] === 0 ? url : packed[16],
    hops: packed[17] === 0 ? NONE : packed[17],
    isRedirected: (flags & REDIRECTED) !== 0,
    isWhole: (flags & WHOLE) !== 0,
    contentLength: packed[19],
    facts: facts[packed[20]]!,
  }
}

/** Where a normalised URL has its host; '' for other texts. */
function hostOf(url: string): string {
  return /^https?:\/\/([^/?#:@]+)/.exec(url)?.[1] ?? ''
}

const NONE: readonly never[] = []

function pairs(list: readonly string[]): Row['facts'] {
  return list.flatMap((name, at) => (at % 2 === 0 ? [[name, list[at + 1]!] as const] : []))
}
