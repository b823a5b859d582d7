// The options of the library, checked by the table that the flags and the keys follow from. A mistake of a programmer
// throws at once and says which option, which value and what is allowed.

import { nearest } from '../words/nearest.js'
import { ValueError } from './errors.js'
import { type NamesOf, type OptionsOf, ROWS, type SettingName, type SettingsOf, settingOf } from './options.js'
import type { Part, Setting } from './table.js'

/** What has to hold of an answer; what is left out is as the level above has it. */
export interface ExpectOptions extends OptionsOf<'expect' | 'line'> {}

/** What may be given. */
export interface OptionsCheck<Of extends Part, Also extends SettingName = never> {
  /** Whose function it is, for messages: `checkAll`. */
  readonly of: string
  /** The parts whose settings it takes. */
  readonly parts: readonly Of[]
  /** Settings of other parts that it takes too. */
  readonly also?: readonly Also[]
  /** Settings of its parts that it does not take: they would do nothing. */
  readonly without?: readonly SettingName[]
  /** What it takes besides and looks at by itself: `url`, `client`. */
  readonly besides?: readonly string[]
}

/** Checked options: what was given, in the form that the code holds. */
export type Checked<Of extends Part, Also extends SettingName = never> = Partial<
  SettingsOf<Of> & Pick<SettingsOf<Part>, Also>
>

/**
 * What is given of the settings of these parts, and nothing else, each in the form that the code holds: headers as
 * pairs, patterns compiled, statuses as a set. `undefined` is not given, null is where there may be none. Lay it over
 * defaults yourself (`{ ...defaultsOf(parts), ...checked }`); settings of a request and of what is expected are laid over
 * others by `applyOverride`, because one implies another.
 *
 * Throws `TypeError` for what is no object, for a name that is no option (with the nearest one) and for a value that is
 * not allowed; a value that may be a secret is not repeated.
 *
 * ```ts
 * const client = checkOptions(options, { of: 'createClient', parts: ['ask', 'client'] })
 * const run = checkOptions(options, { of: 'checkAll', parts: ['ask', 'expect', 'client', 'run'], besides: ['client'] })
 * const own = checkOptions(input, { of: 'a target', parts: ['ask', 'expect', 'line'], besides: ['url', 'extra'] })
 * ```
 */
export function checkOptions<Of extends Part, Also extends SettingName = never>(
  given: object,
  check: OptionsCheck<Of, Also>,
): Checked<Of, Also> {
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`${check.of}: expected an object with options, got ${shown(given)}`)
  }
  const checked: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || check.besides?.includes(name)) continue
    const setting = settingOf(name)
    if (setting === null || !takes(check, name as SettingName, setting)) throw new TypeError(unknownOption(name, check))
    checked[name] = checkedValue(name, value, setting)
  }
  return checked as Checked<Of, Also>
}

type AnyCheck = OptionsCheck<Part, SettingName>

function takes({ parts, also, without }: AnyCheck, name: SettingName, { of }: Setting): boolean {
  return (parts.includes(of) && without?.includes(name) !== true) || also?.includes(name) === true
}

function checkedValue(name: string, given: unknown, { type, initial, of, secret }: Setting): unknown {
  const mayBeNull = initial === null && of !== 'expect' && of !== 'line'
  if (given === null && mayBeNull) return null
  try {
    return type.check(given as never)
  } catch (error) {
    if (!(error instanceof ValueError)) throw error
    const expected = mayBeNull ? `${error.expected}, or null` : error.expected
    throw new TypeError(`${name}: expected ${expected}${secret ? '' : `, got ${shown(given)}`}`, { cause: error })
  }
}

/** Of options for several functions those of these parts, for `checkOptions`. */
export function pickOptions<Given extends object, Of extends Part>(
  given: Given,
  parts: readonly Of[],
): Pick<Given, keyof Given & NamesOf<Of>> {
  const mine = Object.entries(given).filter(([name]) => (parts as readonly unknown[]).includes(settingOf(name)?.of))
  return Object.fromEntries(mine) as Pick<Given, keyof Given & NamesOf<Of>>
}

/** Longest value in a message, in characters. */
const SHOWN_MAX = 100

function shown(value: unknown): string {
  const text = written(value)
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text
}

/** Of anything: also of what goes round in circles, holds a bigint or throws when it is looked at. */
function written(value: unknown): string {
  try {
    const isPlain = typeof value === 'object' && value !== null && !(value instanceof RegExp)
    return isPlain ? (JSON.stringify(value, asWritten) ?? '') : String(value)
  } catch {
    return typeof value
  }
}

/** JSON has null for NaN and Infinity. */
function asWritten(_name: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

function unknownOption(name: string, check: AnyCheck): string {
  const setting = settingOf(name)
  // It is spelt right, and what is near it means something else.
  if (setting !== null && setting.of !== 'command') return `${name}: no option of ${check.of}`
  const rows = ROWS.filter(([own, row]) => takes(check, own, row))
  // `timeout` and `max-latency`: the flag and the key say the same with another name.
  const [meant] = rows.find(([own, row]) => plain(own) === plain(name) || namesOf(row).includes(plain(name))) ?? []
  const near = meant ?? nearest(name, [...rows.map(([own]) => own), ...(check.besides ?? [])])
  return `${name}: no such option${near === null ? '' : `; did you mean ${near}?`}`
}

function namesOf({ flag = '', key = '' }: Setting): readonly string[] {
  return [...flag.replace(/ <.*/, '').split(', '), key].map(plain).filter((name) => name !== '')
}

function plain(name: string): string {
  return name.replace(/[-_]/g, '').toLowerCase()
}
