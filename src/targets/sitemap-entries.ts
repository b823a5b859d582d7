// Text of a sitemap to its entries, in bounded memory. Entities of a document type are not known to the parser and stay
// text, and nothing outside the file is ever read.

import { createRequire } from 'node:module'
import type { SaxesParser } from 'saxes'

/** A `loc`, trimmed, of a page or of a sitemap, and the line on which it ends. */
export interface SitemapEntry {
  readonly type: 'url' | 'sitemap'
  readonly text: string
  readonly line: number
}

export interface SitemapEntries {
  /** The entries that are now complete. */
  push(text: string): readonly SitemapEntry[]
  end(): readonly SitemapEntry[]
  /** Why it is no sitemap, or not a whole one; null: nothing is wrong. */
  readonly fault: string | null
  /** The first line that is not well-formed XML and was read all the same; null: none. */
  readonly unformed: number | null
}

/** Without a tag, a comment or the like so much is no XML; the parser keeps it all. */
const TAGLESS_CHARACTERS = 1_048_576
/** A URL with more is refused. */
const LOC_CHARACTERS = 65_537
/** Names that are not closed, at most. */
const MOST_DEPTH = 100
/** What is well-formed nowhere is no XML. */
const MOST_ERRORS = 1000
const BARE_AMPERSAND = /&(?!(?:[A-Za-z]\w{0,30}|#\d{1,7}|#x[\da-fA-F]{1,6});)/g
const ENTITY_CHARACTERS = 33
/** Of the private use area (Unicode §23.5): in no URL. */
const AMPERSAND = '\ue026'
/** That of the protocol, the one of before (2005), and none at all. */
const NAMESPACE =
  /^(?:|https?:\/\/www\.sitemaps\.org\/schemas\/sitemap\/.*|https?:\/\/www\.google\.com\/schemas\/sitemap\/0\.84)$/
const LINE_CHARACTERS = 65_536

/** What reads a text that begins like this; null: it is no sitemap of any kind. */
export function createSitemapEntries(head: string): SitemapEntries | null {
  const start = head.trimStart()
  if (/^<(?!https?:)/i.test(start)) return isForeignRoot(start) ? null : new XmlEntries()
  if (/^[ \t]*sitemap[ \t]*:/im.test(head)) return new LineEntries('sitemap')
  return /^\s*https?:\/\/\S+\s*(?:[\r\n]|$)/i.test(head) ? new LineEntries('url') : null
}

/** Whether its first element is that of something else; what stands before it may be longer than the head. */
function isForeignRoot(start: string): boolean {
  const root = /<(?:[\w.-]+:)?([A-Za-z][\w.-]*)/.exec(
    start.replace(/<!--[\s\S]*?(?:-->|$)|<\?[\s\S]*?(?:\?>|$)/g, ''),
  )?.[1]
  return root !== undefined && root !== 'urlset' && root !== 'sitemapindex'
}

class XmlEntries implements SitemapEntries {
  fault: string | null = null
  unformed: number | null = null
  readonly #parser: SaxesParser<{ xmlns: true; position: true }>
  /** Local names of what is open; '' for one of another namespace. */
  readonly #open: string[] = []
  #entries: SitemapEntry[] = []
  #loc: string | null = null
  #tagless = 0
  #errors = 0
  /** The start of what may be an entity. */
  #held = ''
  #namespace = ''

  constructor() {
    const { SaxesParser } = createRequire(import.meta.url)('saxes') as typeof import('saxes')
    this.#parser = new SaxesParser({ xmlns: true, position: true })
    const seen = () => {
      this.#tagless = 0
    }
    this.#parser.on('opentag', ({ local, uri }) => this.#opened(local, uri))
    this.#parser.on('closetag', ({ local }) => this.#closed(local))
    this.#parser.on('text', (text) => this.#text(text))
    this.#parser.on('cdata', (text) => this.#text(text))
    for (const event of ['comment', 'doctype', 'xmldecl', 'processinginstruction'] as const)
      this.#parser.on(event, seen)
    this.#parser.on('error', () => {
      this.unformed ??= this.#parser.line
      if (++this.#errors > MOST_ERRORS) this.fault ??= 'it is not well-formed XML'
    })
  }

  push(text: string): readonly SitemapEntry[] {
    if (this.fault === null) {
      this.#tagless += text.length
      this.#parser.write(this.#escaped(text))
      if (this.#tagless > TAGLESS_CHARACTERS + text.length) this.fault = '1 MiB without a tag'
    }
    return this.#taken()
  }

  end(): readonly SitemapEntry[] {
    this.#parser.write(this.#replaced(this.#held))
    const isWhole = this.#open.length === 0 && this.#namespace !== ''
    const { unformed } = this
    this.#parser.close()
    if (!isWhole) {
      this.unformed = unformed
      this.fault ??= 'it ends in the middle'
    }
    return this.#taken()
  }

  /**
   * Many sitemaps have ampersands as URLs have them. The parser would take all up to the next semicolon for the name of
   * an entity, so such an ampersand goes as another character through it.
   */
  #escaped(text: string): string {
    const all = this.#held + text
    const last = all.lastIndexOf('&')
    const isCut = last !== -1 && all.length - last < ENTITY_CHARACTERS && !all.includes(';', last)
    this.#held = isCut ? all.slice(last) : ''
    return this.#replaced(isCut ? all.slice(0, last) : all)
  }

  #replaced(text: string): string {
    const replaced = text.replace(BARE_AMPERSAND, AMPERSAND)
    // In CDATA they are as they should be.
    if (replaced !== text && !text.includes('<![CDATA[')) this.unformed ??= this.#parser.line
    return replaced
  }

  #taken(): readonly SitemapEntry[] {
    const entries = this.#entries
    this.#entries = []
    return entries
  }

  #opened(local: string, uri: string): void {
    this.#tagless = 0
    const isOwn = NAMESPACE.test(uri)
    if (this.#open.length === 0) {
      this.#namespace = `namespace ${uri}`
      if (!isOwn || (local !== 'urlset' && local !== 'sitemapindex')) this.fault ??= `its root is ${local}`
    }
    if (this.#open.length >= MOST_DEPTH) this.fault ??= `more than ${MOST_DEPTH} elements in one another`
    this.#open.push(isOwn && this.#namespace === `namespace ${uri}` ? local : '')
    const parent = this.#open[1]
    const isLoc = this.#open.length === 3 && this.#open[2] === 'loc' && (parent === 'url' || parent === 'sitemap')
    if (isLoc) this.#loc = ''
  }

  #closed(local: string): void {
    this.#tagless = 0
    if (this.#loc !== null && this.#open.length === 3 && local === 'loc') {
      const type = this.#open[1] === 'sitemap' ? 'sitemap' : 'url'
      this.#entries.push({ type, text: this.#loc.trim().replaceAll(AMPERSAND, '&'), line: this.#parser.line })
      this.#loc = null
    }
    this.#open.pop()
  }

  #text(text: string): void {
    if (this.#loc === null || this.#open.length !== 3 || this.#loc.length > LOC_CHARACTERS) return
    this.#loc += text.slice(0, LOC_CHARACTERS)
  }
}

/** A sitemap that is a text of URLs, or the `Sitemap:` lines of a robots.txt (RFC 9309 leaves them to the protocol). */
class LineEntries implements SitemapEntries {
  fault: string | null = null
  readonly unformed = null
  readonly #type: SitemapEntry['type']
  #held = ''
  #line = 0

  constructor(type: SitemapEntry['type']) {
    this.#type = type
  }

  push(text: string): readonly SitemapEntry[] {
    const lines = (this.#held + text).split('\n')
    this.#held = lines.pop()!
    if (this.#held.length > LINE_CHARACTERS) this.fault = 'a line of more than 64 KiB'
    return lines.flatMap((line) => this.#entry(line))
  }

  end(): readonly SitemapEntry[] {
    return this.#held === '' ? [] : this.#entry(this.#held)
  }

  #entry(written: string): readonly SitemapEntry[] {
    const line = ++this.#line
    const text = this.#type === 'url' ? written.trim() : (/^\s*sitemap\s*:\s*(\S+)/i.exec(written)?.[1] ?? '')
    return text === '' ? [] : [{ type: this.#type, text, line }]
  }
}
