// What is asked and expected, and how one level changes it: the flags are changed by the rules that match, those by the
// keys of the line. An override is read once and laid over any base. Never writes to what it was given.

import type { HeaderPair, HeaderPattern } from '../settings/headers.js'
import type { StatusSet } from '../settings/status-set.js'
import { parseStatusSet } from '../settings/status-set.js'
import type { Ask, Expect } from '../settings/target.js'

/** What holds for a target. */
export interface Settings {
  readonly ask: Ask
  readonly expect: Expect
  /** Why it is not asked; null: it is. */
  readonly skip: string | null
}

/** What one level says: the keys that it names and no others. */
export interface Override {
  readonly ask: Partial<Omit<Ask, 'headers' | 'readsUntil' | 'readsChain'>>
  /** Behind those of the base; of one name the last is sent. */
  readonly headers: readonly HeaderPair[]
  /** A text that `parseStatusSet` takes; null: not named. */
  readonly accept: string | null
  readonly expect: Partial<Pick<Expect, 'location' | 'finalUrl' | 'contains' | 'maxLatencyMs' | 'certDays'>>
  /** They replace those of the base with the same names. */
  readonly expectHeaders: readonly HeaderPattern[]
  readonly skip: string | null
}

/** Says nothing. */
export const NO_OVERRIDE: Override = Object.freeze({
  ask: {},
  headers: [],
  accept: null,
  expect: {},
  expectHeaders: [],
  skip: null,
})

/** What `location` alone accepts: the redirects (RFC 9110 §15.4). */
const REDIRECTS = parseStatusSet('301,302,303,307,308')!

/** `base` with `override` over it; the parts that stay the same are the very same objects. */
export function applyOverride(base: Settings, override: Override): Settings {
  const { location, finalUrl, contains, certDays } = override.expect
  const implied: { -readonly [Key in keyof Ask]?: Ask[Key] } = {}
  let accept: StatusSet = base.expect.accept
  let acceptIsExplicit = base.expect.acceptIsExplicit
  if (finalUrl !== undefined) implied.follow = true
  else if (location !== undefined) implied.follow = false
  const judgesRedirect = location !== undefined && !(override.ask.follow ?? implied.follow)
  if (judgesRedirect) {
    accept = REDIRECTS
    acceptIsExplicit = false
  }
  if (override.accept !== null) {
    accept = parseStatusSet(override.accept, accept)!
    acceptIsExplicit = true
  }
  if (contains !== undefined) {
    implied.readsUntil = contains
    implied.method = 'GET'
  }
  if (certDays !== undefined) implied.readsChain = true
  if (override.headers.length > 0) implied.headers = [...base.ask.headers, ...override.headers]

  const asks = { ...implied, ...override.ask }
  const named = override.expectHeaders
  const ofBase = base.expect.headers.filter(({ name }) => named.every((own) => own.name !== name))
  const expects = {
    ...override.expect,
    ...(judgesRedirect || override.accept !== null ? { accept, acceptIsExplicit } : {}),
    ...(named.length > 0 ? { headers: [...ofBase, ...named] } : {}),
  }
  return {
    ask: Object.keys(asks).length === 0 ? base.ask : { ...base.ask, ...asks },
    expect: Object.keys(expects).length === 0 ? base.expect : { ...base.expect, ...expects },
    skip: override.skip ?? base.skip,
  }
}

/** Why the keys of one level cannot hold together; null where they can. */
export function contradiction({ ask, expect }: Override): string | null {
  if (expect.contains !== undefined && ask.method === 'HEAD') return 'contains needs a body, and HEAD has none'
  if (expect.finalUrl !== undefined && ask.follow === false) return 'final-url needs redirects to be followed'
  return null
}
