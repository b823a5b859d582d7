// What is asked and what is expected: a line of a list as the program knows it. Which settings there are is said in the
// table and nowhere else.

import { defaultsOf, type SettingsOf } from './options.js'

/** How to ask one URL. Targets without keys of their own share one frozen `Ask`. */
export interface Ask extends SettingsOf<'ask'> {
  /** Read the body, up to 1 MiB of text, until this was seen in it; then it is part of the answer. null: not read. */
  readonly readsUntil: string | null
  /** Read the dates of the whole certificate chain. */
  readonly readsChain: boolean
}

/** What must hold of the answer; null: nothing is expected there. */
export interface Expect extends SettingsOf<'expect'> {
  /** True when the user named statuses; then a marker of a blocked checker does not count. */
  readonly acceptIsExplicit: boolean
}

/** What is asked how, unless somebody says otherwise. */
export const DEFAULT_ASK: Ask = Object.freeze({ ...defaultsOf(['ask']), readsUntil: null, readsChain: false })

/** What is expected, unless somebody says otherwise: any successful status. */
export const DEFAULT_EXPECT: Expect = Object.freeze({ ...defaultsOf(['expect']), acceptIsExplicit: false })

/** What is wrong with a line, found without asking anything. */
export interface LineProblem {
  /** `skipped`: nothing is wrong, and there is nothing to ask. */
  readonly kind: 'url.invalid' | 'line.invalid' | 'skipped'
  /** One plain sentence, without the line number. */
  readonly reason: string
  readonly hint: string | null
  /** The key that is wrong, and its 1-based column; null where it is the line as a whole. */
  readonly key: string | null
  readonly column: number | null
}

/** One URL of the list. `url` is WHATWG-normalised, may hold userinfo and a fragment; null exactly when there is a problem. */
export interface Target {
  /** 0-based place among all targets of the run, the same in every shard and resumed run. */
  readonly index: number
  /** 1-based line in `source`, where what spans several of them begins; null for arguments. */
  readonly line: number | null
  /** The file or URL of the list as named, `-` for stdin, `argv` for an argument. */
  readonly source: string
  /** As written, without the keys. */
  readonly input: string
  readonly url: string | null
  /** Lower-case host name without port, IPv6 in brackets; '' when there is a problem. */
  readonly host: string
  readonly problem: LineProblem | null
  readonly ask: Ask
  readonly expect: Expect
  /** Why it is not asked (`skip="reason"`); null: it is. */
  readonly skip: string | null
  /**
   * The line of a text list that asks the same, where the reader was told to keep it: the line as written, without white
   * space and invisible characters at its end, or made of a row of another format. It may hold secrets.
   */
  readonly raw?: string | null
  /** What a row of the list, or the caller, has beside the URL and its settings; the verdict has it as it is. */
  readonly extra?: Readonly<Record<string, unknown>> | null
}
