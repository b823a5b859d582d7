// The sentence for an answer: the status and its phrase. The server's own words are used only where the standard has
// none, and never as they came: no control characters, no line breaks, no more than a few words.

import { STATUS_CODES } from 'node:http'

/** Longest phrase of a server that we repeat, in characters; the longest standard one has 31. */
const PHRASE_MAX = 60
/** What could move a cursor, hide text or turn its direction, and half a surrogate pair. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** Ready sentences for the codes with a standard phrase, by status: nothing is put together on the hot path. */
const STANDARD: readonly (string | undefined)[] = Array.from({ length: 1000 }, (_, status) => {
  const phrase = STATUS_CODES[status]
  return phrase === undefined ? undefined : `${status} ${phrase}`
})

/** `404 Not Found`; for a code without a standard phrase what the server said (`530 Site frozen`), else the number. */
export function reasonOfStatus(status: number, statusText: string): string {
  const standard = STANDARD[status]
  if (standard !== undefined) return standard
  const phrase = cleanPhrase(statusText)
  return phrase === '' ? `${status}` : `${status} ${phrase}`
}

/** Text from the wire for a sentence: nothing unprintable, one line, at most so many characters. */
export function cleanPhrase(text: string, max = PHRASE_MAX): string {
  if (text === '') return ''
  const clean = text
    .slice(0, max * 4)
    .replace(UNPRINTABLE, '\ufffd')
    .replace(/\s+/g, ' ')
    .trim()
  const characters = Array.from(clean)
  return characters.length <= max ? clean : `${characters.slice(0, max - 1).join('')}…`
}
