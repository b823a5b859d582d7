// Sitemaps (sitemaps.org 0.9): the `loc` of every `url`, those of the sitemaps that an index names, and of those that a
// robots.txt names. One sitemap is open a level, and nothing of it is kept but which ones were read.

import { UsageError } from '../../settings/errors.js'
import type { LineProblem, Target } from '../../settings/target.js'
import { markupAdvice } from '../foreign-shape.js'
import { parseRecord, recordLine } from '../parse-record.js'
import { createSitemapEntries, type SitemapEntries, type SitemapEntry } from '../sitemap-entries.js'
import { utf8Bytes } from '../utf8-bytes.js'
import { BATCH_TARGETS, type InputBytes, type InputContext, type InputFormat, type ListedList } from './input-format.js'

/** An index of indexes of indexes is none that anybody means. */
const MOST_DEPTH = 3
const MOST_SITEMAPS = 50_000
/** What the protocol allows a file; more is read, and said. */
const ALLOWED_URLS = 50_000
const ALLOWED_BYTES = 52_428_800
/** Unpacked: five times what is allowed. */
const MOST_BYTES = 268_435_456
/** Told apart by this much of the start. */
const HEAD_BYTES = 1024
const SHOWN = 200

export const sitemap: InputFormat = {
  look({ shown, head, isWhole }) {
    if (head.trim() === '' || createSitemapEntries(head) !== null)
      return (bytes, context) => new Walk(context).root(bytes)
    const start = head.trimStart()
    if (start.startsWith('<') && !isWhole && !/<[A-Za-z]/.test(start))
      return (bytes, context) => new Walk(context).root(bytes)
    throw new UsageError(
      start.startsWith('<')
        ? markupAdvice(start, shown)
        : `${shown}: no sitemap; neither XML nor lines of URLs nor a robots.txt with a Sitemap: line`,
    )
  },
}

/** A list while it is read; its reference in the list that names it, where there is one. */
interface Opened extends ListedList {
  readonly depth: number
}

/** All sitemaps of one input, each once. */
class Walk {
  readonly #context: InputContext
  readonly #seen = new Set<string>()
  #isOver = false

  constructor(context: InputContext) {
    this.#context = context
  }

  async *root(bytes: InputBytes): AsyncGenerator<readonly Target[]> {
    const fault = yield* this.#read({ ...this.#context, bytes, depth: 1 })
    if (fault !== null && !bytes.isBroken) this.#context.broke(fault)
  }

  /** Yields its targets; returns what is wrong with it as a whole. */
  async *#read(list: Opened): AsyncGenerator<readonly Target[], string | null> {
    const { series } = this.#context
    series.begin(list.name)
    const onLegacy = () => this.#context.notice(null, 'is not UTF-8; such lines are read as Windows-1252')
    const limits = new Limits((text) => this.#context.notice(null, text))
    let entries: SitemapEntries | null = null
    for await (const chunk of withHead(utf8Bytes(list.bytes, list.encoding, onLegacy))) {
      const text = chunk.toString()
      entries ??= createSitemapEntries(text)
      if (entries === null) return 'neither XML nor lines of URLs'
      yield* this.#targets(entries.push(text), list, limits)
      const fault = entries.fault ?? limits.fault(chunk.length)
      if (fault !== null || this.#isOver) return fault
    }
    if (list.bytes.isBroken) return 'it broke off'
    if (entries === null) return list.depth === 1 ? null : 'it is empty'
    yield* this.#targets(entries.end(), list, limits)
    if (entries.unformed !== null) this.#context.notice(entries.unformed, 'is not well-formed XML; read on')
    return entries.fault
  }

  /** What some entries stand for, those of sitemaps that they name among them, in their order. */
  async *#targets(found: readonly SitemapEntry[], list: Opened, limits: Limits): AsyncGenerator<readonly Target[]> {
    let batch: Target[] = []
    for (const entry of found) {
      if (this.#isOver) return
      const isUrl = entry.type === 'url'
      if (isUrl) batch.push(this.#target(entry, list, limits))
      if (batch.length > 0 && (!isUrl || batch.length >= BATCH_TARGETS)) {
        yield batch
        batch = []
      }
      if (!isUrl) yield* this.#named(entry, list)
    }
    if (batch.length > 0) yield batch
  }

  #target({ text, line: at }: SitemapEntry, { base }: Opened, limits: Limits): Target {
    const { series, line } = this.#context
    series.moveTo(at)
    limits.count()
    const url = wholeUrl(text, base)
    const problem = text === '' ? invalid('an empty loc') : null
    const parsed = parseRecord({ url, pairs: [], problem }, line)
    const input = url === text ? parsed.input : text.slice(0, SHOWN)
    return series.next({ ...parsed, input }, series.keepsLines ? recordLine({ url, pairs: [] }) : null)
  }

  /** The sitemap that an entry names; a row where it cannot be read. */
  async *#named(entry: SitemapEntry, list: Opened): AsyncGenerator<readonly Target[]> {
    const { series } = this.#context
    const reference = wholeUrl(entry.text, list.base)
    if (this.#seen.has(reference)) return
    if (this.#seen.size >= MOST_SITEMAPS) {
      this.#context.broke(`names more than ${MOST_SITEMAPS} sitemaps`)
      this.#isOver = true
      return
    }
    this.#seen.add(reference)
    const why = yield* this.#child(reference, list)
    series.begin(list.name)
    if (why === null || this.#isOver) return
    series.moveTo(entry.line)
    const row = { url: entry.text, pairs: [], problem: invalid(`this sitemap cannot be read: ${why}`) }
    yield [series.next(parseRecord(row, this.#context.line), null)]
  }

  async *#child(reference: string, list: Opened): AsyncGenerator<readonly Target[], string | null> {
    if (list.depth >= MOST_DEPTH) return `more than ${MOST_DEPTH} sitemaps deep`
    const child = await list.open(reference)
    if ('bytes' in child) return yield* this.#read({ ...child, depth: list.depth + 1 })
    if (!child.isOurs) return child.reason
    this.#context.broke(`cannot go on: ${reference}: ${child.reason}`)
    this.#isOver = true
    return null
  }
}

/** What the protocol allows one file, and what this program does. */
class Limits {
  readonly #notice: (text: string) => void
  #urls = 0
  #bytes = 0

  constructor(notice: (text: string) => void) {
    this.#notice = notice
  }

  count(): void {
    if (++this.#urls === ALLOWED_URLS + 1)
      this.#notice('has more than the 50,000 URLs that a sitemap may have; read on')
  }

  /** Null while there is none. */
  fault(bytes: number): string | null {
    const isAllowed = this.#bytes <= ALLOWED_BYTES
    this.#bytes += bytes
    if (isAllowed && this.#bytes > ALLOWED_BYTES)
      this.#notice('has more than the 50 MB that a sitemap may have; read on')
    return this.#bytes > MOST_BYTES ? 'more than 256 MiB unpacked' : null
  }
}

/** Real exports have relative ones. */
function wholeUrl(text: string, base: string | null): string {
  if (base === null || text === '' || /^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(text)) return text
  try {
    return new URL(text, base).href
  } catch {
    return text
  }
}

/** The same chunks, the first of them long enough to tell what they are. */
async function* withHead(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | null = Buffer.alloc(0)
  for await (const chunk of chunks) {
    if (head === null) yield chunk
    else {
      head = Buffer.concat([head, chunk])
      if (head.length < HEAD_BYTES) continue
      yield head
      head = null
    }
  }
  if (head !== null && head.length > 0) yield head
}

function invalid(reason: string): LineProblem {
  return { kind: 'line.invalid', reason, hint: null, key: null, column: null }
}
