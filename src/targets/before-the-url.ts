// Lines of several words that do not begin with their URL: items of a list, log lines, YAML, comments of another language.
// Nothing is taken off: what a line means is said, and the user decides.

import type { LineProblem } from '../settings/target.js'

/** What people put before each item: `-`, `1.`, `2)`, `GET`, `|`. */
const MARK = /^(?:[-*+>|\u2022\u00b7\u2013\u2014]+|\d{1,9}[.):]|\[[ x]?\]|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/
/** `url:` and `"url":`, as in YAML and JSON. */
const NAME = /^["']?[A-Za-z][\w.-]{0,63}["']?:$/
/** Of two words, one may be the URL of a line that has a comment without `#`. */
const PLAIN_WORD = /^[^\s:/.]{1,64}$/
const URL_START = /^["'<(`]*https?:\/\//i
const SETTING = /^(?:#|[a-z][a-z-]*=)/
const SHOWN = 40
export const MARKDOWN_HINT = 'Write what is between ( and ) alone'

/** What is wrong with a line whose first word is none that could be its URL; null: it may be one. */
export function beforeTheUrl(first: string, rest: string): LineProblem | null {
  if (rest === '' || SETTING.test(rest)) return null
  if (/^\/\/(?:[^./]*$)/.test(first)) {
    return problemOf('a comment begins with #, not with //', null)
  }
  if (/^!?\[/.test(first) && rest.includes('](')) return problemOf('a link in Markdown', MARKDOWN_HINT)
  if (first === '|') return problemOf('a row of a table, not a URL', 'Write its URL alone, one a line')
  const isMark = MARK.test(first)
  if (!isMark && !NAME.test(first) && !(PLAIN_WORD.test(first) && hasUrl(rest))) return null
  const shown = first.length > SHOWN ? `${first.slice(0, SHOWN)}…` : first
  return problemOf(`${shown} before the URL`, 'A line begins with its URL; settings and # comments stand behind it')
}

function hasUrl(rest: string): boolean {
  return rest.split(/[ \t]+/, 3).some((word) => URL_START.test(word))
}

function problemOf(reason: string, hint: string | null): LineProblem {
  return { kind: 'line.invalid', reason, hint, key: null, column: null }
}
