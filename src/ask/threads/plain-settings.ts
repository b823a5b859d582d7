// How to ask and what to expect, as text and back: sets and patterns hold functions, which no thread can hand to another.

import { SETTINGS } from '../../settings/table.js'
import type { Ask, Expect, Target } from '../../settings/target.js'
import { compilePattern } from '../../words/pattern.js'

/** What a target is asked with. */
export type Asked = Pick<Target, 'ask' | 'expect'>

export function settingsText({ ask, expect }: Asked): string {
  const { accept, inconclusive, expectHeaders, ...rest } = expect
  const headers = expectHeaders.map(({ name, pattern }) => [name, `${pattern}`])
  return JSON.stringify([ask, rest, `${accept}`, inconclusive === null ? null : `${inconclusive}`, headers])
}

export function settingsFrom(text: string): Asked {
  const [ask, rest, accept, inconclusive, headers] = JSON.parse(text) as [
    Ask,
    Omit<Expect, 'accept' | 'inconclusive' | 'expectHeaders'>,
    string,
    string | null,
    readonly (readonly [string, string])[],
  ]
  const expect: Expect = {
    ...rest,
    accept: SETTINGS.accept.type.read(accept),
    inconclusive: inconclusive === null ? null : SETTINGS.inconclusive.type.read(inconclusive),
    expectHeaders: headers.map(([name, shown]) => ({ name, pattern: patternFrom(shown) })),
  }
  return { ask: Object.freeze(ask), expect: Object.freeze(expect) }
}

/** Of `/source/flags`. */
function patternFrom(shown: string) {
  const end = shown.lastIndexOf('/')
  return compilePattern(shown.slice(1, end), shown.slice(end + 1))
}
