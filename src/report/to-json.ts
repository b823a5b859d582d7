// JSON on one line, in a form that is also harmless on a terminal and in a CI log: what `JSON.stringify` leaves raw
// (C1, bidi, zero-width) and `##` become JSON escapes. The parsed value is the same to the last character.

import { escapeInJson } from './escape.js'

/** Few texts need more than `JSON.stringify` does. */
const NEEDS_ESCAPES = /[^\x20-\x7e]|##/

/** One line of JSON without a line break at its end. */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value)
  return NEEDS_ESCAPES.test(json) ? escapeInJson(json) : json
}
