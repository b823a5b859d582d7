// Foreign text in Markdown as GitHub reads it: shown as it is, never markup, a link, a mention or a cell of its own.

import { escapeText } from './escape.js'

/** What means something in a line: markup, a link that GitHub makes by itself, an emoji by name, the start of a list. */
const MARKUP = /[\\`*_{}[\]<>|~&$:!=+"]|(?<=^\d*)[.)-]|(?<=www)\./gi
/** A mention writes to somebody, a number of an issue into it, and both are found where a backslash is gone already. */
const CALLS = /[@#]|GH-\d/i

/** As running text. */
export function markdownText(text: string): string {
  const clean = escapeText(text)
  return CALLS.test(clean) ? markdownCode(text) : clean.replace(MARKUP, '\\$&')
}

/** As code in a cell of a table, where a pipe is escaped although it is code (GFM 0.29, 4.10). */
export function markdownCode(text: string): string {
  // Between a backslash and a pipe no escape fits.
  const clean = escapeText(text).replace(/\\(?=\|)/g, '\\x5c')
  if (clean.trim() === '') return clean === '' ? '' : '` `'
  const ticks = '`'.repeat(Math.max(0, ...Array.from(clean.matchAll(/`+/g), ([run]) => run.length)) + 1)
  // One blank at each end is not shown; without it a backtick would be one more of the fence.
  const pad = /^[` ]|[` ]$/.test(clean) ? ' ' : ''
  return `${ticks}${pad}${clean.replaceAll('|', '\\|')}${pad}${ticks}`
}
