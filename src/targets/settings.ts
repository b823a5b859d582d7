// What is asked and expected, and how one level changes it: the flags are changed by the rules that match, those by the
// keys of the line. An override is read once and laid over any base. Never writes to what it was given.

import { ROWS, type SettingName, type SettingsOf, settingOf } from '../settings/options.js'
import { parseStatusSet } from '../settings/status-set.js'
import type { Implied, Part, Setting } from '../settings/table.js'
import type { Ask, Expect } from '../settings/target.js'

/** What holds for a target. */
export interface Settings {
  readonly ask: Ask
  readonly expect: Expect
  /** Why it is not asked; null: it is. */
  readonly skip: string | null
}

/** What one level says: the settings that it names and no others. */
export type Override = Partial<SettingsOf<'ask' | 'expect' | 'line'>>

/** Says nothing. */
export const NO_OVERRIDE: Override = Object.freeze({})

/** What `location` alone accepts: the redirects (RFC 9110 §15.4). */
const REDIRECTS = parseStatusSet('301,302,303,307,308')!

const IMPLYING = ROWS.filter(([, { implies }]) => implies !== undefined)

/** `base` with `override` over it; the parts that stay the same are the very same objects. */
export function applyOverride(base: Settings, override: Override): Settings {
  const names = Object.keys(override) as (keyof Override)[]
  if (names.length === 0) return base
  const implied = impliedBy(override)
  const ask = { ...implied, ...laidOver(base.ask, override, 'ask') }
  const follows = override.follow ?? implied.follow ?? false
  const judgesRedirect = override.location !== undefined && !follows
  const expected: Expect = judgesRedirect ? { ...base.expect, accept: REDIRECTS, acceptIsExplicit: false } : base.expect
  const expect: Partial<Expect> = {
    ...laidOver(expected, override, 'expect'),
    ...(override.accept === undefined ? {} : { acceptIsExplicit: true }),
  }
  return {
    ask: Object.keys(ask).length === 0 ? base.ask : { ...base.ask, ...ask },
    expect: Object.keys(expect).length === 0 ? expected : { ...expected, ...expect },
    skip: override.skip ?? base.skip,
  }
}

/** The settings of the part that the override names, with what they are over the base. */
function laidOver<Base extends object>(base: Base, override: Override, part: Part): Partial<Base> {
  const laid: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(override)) {
    const { of, type } = settingOf(name)!
    if (of !== part) continue
    laid[name] = type.over === undefined ? value : type.over(value as never, base[name as keyof Base] as never)
  }
  return laid as Partial<Base>
}

/** What the settings make of the request where it is not said: of two that differ the later one of the table. */
function impliedBy(override: Override): Implied {
  return Object.assign({}, ...IMPLYING.map(([name, setting]) => impliedByOne(name, setting, override)))
}

/** What one setting of the override makes of the request. */
export function impliedByOne(name: SettingName, { implies }: Setting, override: Override): Implied {
  const value = override[name as keyof Override]
  return implies === undefined || value === undefined ? {} : implies(value as never)
}

/** Why the settings of one level cannot hold together; null where they can. */
export function contradiction(override: Override): string | null {
  for (const [name, setting] of IMPLYING) {
    if (setting.needs === undefined) continue
    const implied = impliedByOne(name, setting, override)
    const isDenied = Object.entries(implied).some(([other, wanted]) => {
      const said = override[other as keyof Override]
      return said !== undefined && said !== wanted
    })
    if (isDenied) return `${setting.key} needs ${setting.needs}`
  }
  return null
}
