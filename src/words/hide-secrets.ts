// Secrets out of a text: userinfo of URLs, and the values of parameters whose names say that they are keys, also in URLs
// within URLs, however often they are percent-encoded. One pass, linear in the text, whatever the text is: what is read
// was written by servers and strangers.

import { isHarmless, isSecretName } from './secret-names.js'

const HIDDEN = '***'
/** Hidden before, and perhaps cut since. */
const IS_HIDDEN = /^\*{1,3}…?$/

/** What a text is. `url` is whole; `written` was meant as one, `invalid` in vain; `reference` may be relative; else prose. */
export type TextForm = 'url' | 'written' | 'invalid' | 'reference' | 'prose'

/** The same string where there is nothing to hide. `onHidden` is told of every value that was taken out. */
export function hideSecrets(text: string, form: TextForm, onHidden?: (value: string) => void): string {
  if (!mayHide(text)) return text
  const unread = form === 'invalid' ? hideUnreadable(text, onHidden) : text
  return new Reader(unread, form === 'invalid' ? 'written' : form, onHidden).hidden()
}

/** Shown of a foreign text, in characters. */
export const SHOWN_MAX = 4096

/** The start of a text, with `…` where something is missing: what is searched and shown of what a stranger sent. */
export function shorten(text: string, max: number = SHOWN_MAX): string {
  // What hiding makes of a shortened text is at most three characters longer, and that is the same text again.
  if (text.length <= max + 4) return text
  return `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

function mayHide(text: string): boolean {
  return text.includes('@') || text.includes('=') || text.includes('%') || text.endsWith('…')
}

/** Schemes whose @ or : belongs to no userinfo. */
const NOT_WEB =
  /^\s*(?:about|acct|bitcoin|blob|callto|cid|data|facetime|fax|geo|im|javascript|magnet|mailto|matrix|mid|news|nntp|sips?|skype|sms|tel|urn|view-source|xmpp):/i
/** Whose URLs have an authority, however many slashes stand before it. */
const SPECIAL = /^(?:https?|wss?|ftp)$/i
const HAS_SCHEME = /^\s{0,99}(?:[/\\]|[a-z][a-z0-9+.-]{0,29}:[/\\]|https?:)/i
const BEFORE_AUTHORITY = /^\s{0,99}(?:[a-z][a-z0-9+.-]{0,29}:[/\\]{1,99}|https?:)?[/\\]{0,99}/i

/** A password with `/`, `?` or `#` in it makes a URL unreadable: then all up to the last @ is taken for userinfo. */
function hideUnreadable(text: string, onHidden?: (value: string) => void): string {
  const at = text.lastIndexOf('@')
  const start = BEFORE_AUTHORITY.exec(text)![0].length
  if (at <= start || NOT_WEB.test(text)) return text
  const end = text.slice(start, at).search(/[/\\?#]/)
  const host = end === -1 ? text.slice(start, at) : text.slice(start, start + end)
  // Digits behind the colon are a port, and the @ is one of the path.
  const colon = host.indexOf(':')
  if (colon === -1 || /^\d*$/.test(host.slice(colon + 1))) return text
  const secret = text.slice(start, at)
  if (IS_HIDDEN.test(secret)) return text
  onHidden?.(secret)
  return `${text.slice(0, start)}${HIDDEN}${text.slice(at)}`
}

const [SLASH, BACKSLASH, COLON, QUESTION, HASH, AMPERSAND, SEMICOLON, EQUALS, AT] = Array.from(
  '/\\:?#&;=@',
  (character) => character.charCodeAt(0),
) as [number, number, number, number, number, number, number, number, number]
const PERCENT = 0x25
/** Ends a URL in a sentence. */
const BLANK = 1
/** Ends a name and nothing else. */
const BRACKET = 2
/** More is no name. */
const NAME_MAX = 256
/** What makes a semicolon one that separates. */
const NEXT_PARAMETER = /[^=&#;?/\s]{1,64}(?:=|%(?:25){0,8}3d)/iy

/** Characters by their code: 0 for those that mean nothing here. */
const MEANING = new Uint8Array(128)
for (const code of [SLASH, BACKSLASH, COLON, QUESTION, HASH, AMPERSAND, SEMICOLON, EQUALS, AT]) {
  MEANING[code] = code
}
for (const character of ' \t\r\n\v\f"<>`') MEANING[character.charCodeAt(0)] = BLANK
for (const character of "'(){}|,") MEANING[character.charCodeAt(0)] = BRACKET

/** One character of the text, or what an escape like `%2526` stands for in the end. */
interface Reading {
  meaning: number
  /** How often it was percent-encoded. */
  level: number
  /** Where the next one begins. */
  end: number
}

function read(text: string, at: number, into: Reading): void {
  const code = text.charCodeAt(at)
  into.meaning = code < 128 ? MEANING[code]! : 0
  into.level = 0
  into.end = at + 1
  if (code !== PERCENT) return
  let digits = at + 1
  let level = 1
  while (text.charCodeAt(digits) === 0x32 && text.charCodeAt(digits + 1) === 0x35 && hexAt(text, digits + 2) >= 0) {
    digits += 2
    level++
  }
  const decoded = hexAt(text, digits)
  into.meaning = decoded >= 0 && decoded < 128 ? MEANING[decoded]! : 0
  into.level = level
  into.end = decoded >= 0 ? digits + 2 : at + 1
}

/** The byte that two hexadecimal digits write; -1 where there are none. */
function hexAt(text: string, at: number): number {
  const high = digit(text.charCodeAt(at))
  const low = digit(text.charCodeAt(at + 1))
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

function digit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

/** Reads the text once from left to right. Every part that is looked at ahead is consumed, so nothing is read twice. */
class Reader {
  readonly #text: string
  readonly #isProse: boolean
  readonly #onHidden: ((value: string) => void) | undefined
  readonly #token: Reading = { meaning: 0, level: 0, end: 0 }
  #shown = ''
  #copied = 0
  #at = 0
  #wordStart = 0
  /** In the query or the fragment of a URL, or in no URL at all: values may hold slashes. */
  #inQuery: boolean
  /** What comes may be the value of a parameter, so an `&` ends it. */
  #isNested = false
  /** What the character before this one means. */
  #before = BLANK

  constructor(text: string, form: TextForm, onHidden?: (value: string) => void) {
    this.#text = text
    this.#isProse = form === 'prose'
    this.#inQuery = this.#isProse
    this.#onHidden = onHidden
    if (form === 'written' && !HAS_SCHEME.test(text) && !NOT_WEB.test(text)) this.#skipAuthority(0)
  }

  hidden(): string {
    while (this.#at < this.#text.length) {
      const { meaning, level, end } = this.#read(this.#at)
      if (meaning === 0) {
        this.#at = end
        this.#before = 0
      } else if (!this.#isAuthorityNext(meaning, level, end)) {
        this.#wordStart = this.#at
        this.#before = meaning
      }
    }
    return this.#copied === 0 ? this.#text : this.#shown + this.#text.slice(this.#copied)
  }

  /** Moves on behind what has a meaning; true where that was a whole authority. */
  #isAuthorityNext(meaning: number, level: number, end: number): boolean {
    if (meaning === SLASH || meaning === BACKSLASH) return this.#readSlashes()
    const start = this.#at
    this.#at = end
    if (meaning === EQUALS) this.#readValue(start, level)
    else if (meaning === COLON) return this.#readColon(start, level)
    else if (meaning === QUESTION || meaning === HASH) this.#inQuery = this.#isNested = true
    else if (meaning === BLANK && level === 0 && this.#isProse) {
      this.#inQuery = true
      this.#isNested = false
    }
    return false
  }

  #readSlashes(): boolean {
    const first = this.#at
    let slashes = 0
    let level = 0
    while (this.#at < this.#text.length) {
      const token = this.#read(this.#at)
      if (token.meaning !== SLASH && token.meaning !== BACKSLASH) break
      level = Math.max(level, token.level)
      slashes++
      this.#at = token.end
    }
    const before = this.#before
    const isUrl =
      before === COLON
        ? slashes > 1 || SPECIAL.test(schemeBefore(this.#text, first))
        : slashes > 1 && (before === BLANK || before === BRACKET || before === EQUALS)
    if (isUrl) this.#skipAuthority(level)
    return isUrl
  }

  /** `https:user@host`, as `new URL` takes it. */
  #readColon(start: number, level: number): boolean {
    if (this.#at >= this.#text.length) return false
    if (!SPECIAL.test(this.#text.slice(Math.max(this.#wordStart, start - 6), start))) return false
    const { meaning } = this.#read(this.#at)
    if (meaning === SLASH || meaning === BACKSLASH || meaning === BLANK) return false
    this.#skipAuthority(level)
    return true
  }

  /** `level` is that of the `=` at `equals`. */
  #readValue(equals: number, level: number): void {
    const name = this.#text.slice(Math.max(this.#wordStart, equals - NAME_MAX), equals)
    this.#isNested = true
    if (!isSecretName(name)) return
    const start = this.#at
    this.#at = this.#valueEnd(start, level)
    if (!isHarmless(name, this.#text.slice(start, Math.min(this.#at, start + 8)))) this.#hide(start, this.#at)
  }

  #valueEnd(start: number, level: number): number {
    let end = start
    while (end < this.#text.length) {
      const token = this.#read(end)
      const { meaning } = token
      if (token.level <= level) {
        if (meaning === AMPERSAND || meaning === HASH) break
        if (!this.#inQuery && (meaning === SLASH || meaning === QUESTION)) break
        if (meaning === SEMICOLON && isParameter(this.#text, token.end)) break
      }
      if (meaning === BLANK && token.level === 0 && this.#isProse) break
      end = token.end
    }
    return this.#isProse && end > start + 1 && this.#text[end - 1] === ',' ? end - 1 : end
  }

  /** `user:password@host`, with its userinfo hidden; `level` is that of the slashes before it. */
  #skipAuthority(level: number): void {
    const start = this.#at
    let userinfoEnd = -1
    let hasPassword = false
    while (this.#at < this.#text.length) {
      const token = this.#read(this.#at)
      if (this.#endsAuthority(token, level)) break
      if (token.meaning === AT) userinfoEnd = this.#at
      else if (token.meaning === COLON && userinfoEnd === -1) hasPassword = !/[0-9]/.test(this.#text[token.end] ?? '0')
      this.#at = token.end
    }
    // The @ may lie behind a cut.
    if (userinfoEnd === -1 && hasPassword && this.#text[this.#at - 1] === '…') userinfoEnd = this.#at
    if (userinfoEnd !== -1) this.#hide(start, userinfoEnd)
    this.#inQuery = false
    this.#wordStart = this.#at
    this.#before = 0
  }

  #endsAuthority(token: Reading, level: number): boolean {
    switch (token.meaning) {
      case SLASH:
      case BACKSLASH:
      case QUESTION:
      case HASH:
        return token.level <= level
      case AMPERSAND:
        return this.#isNested && token.level <= level
      case BLANK:
        return this.#isProse && token.level === 0
      default:
        return false
    }
  }

  #read(at: number): Reading {
    read(this.#text, at, this.#token)
    return this.#token
  }

  #hide(start: number, end: number): void {
    const value = this.#text.slice(start, end)
    if (value === '' || IS_HIDDEN.test(value)) return
    this.#onHidden?.(value)
    this.#shown += this.#text.slice(this.#copied, start) + HIDDEN
    this.#copied = end
  }
}

/** The word before the colon before this place, percent-encoded or not. */
function schemeBefore(text: string, at: number): string {
  return /([a-z]{1,5})(?::|%(?:25){0,5}3a)$/i.exec(text.slice(Math.max(0, at - 24), at))?.[1] ?? ''
}

function isParameter(text: string, at: number): boolean {
  NEXT_PARAMETER.lastIndex = at
  return NEXT_PARAMETER.test(text)
}
