// What follows from the rows of the table for types and defaults: which settings a part has, the values they hold, and
// what a user of the library may write for them.

import { type Part, SETTINGS, type Setting } from './table.js'

type Table = typeof SETTINGS

/** A setting, by the name that the code and the library have for it. */
export type SettingName = keyof Table

/** The settings of these parts. */
export type NamesOf<Of extends Part> = {
  [Name in SettingName]: Table[Name]['of'] extends Of ? Name : never
}[SettingName]

/** The settings that have a flag. */
export type FlagName = {
  [Name in SettingName]: Table[Name] extends { readonly flag: string } ? Name : never
}[SettingName]

/** The expectations that have a rule in `judge/checks.ts` and a kind. */
export type CheckName = {
  [Name in SettingName]: Table[Name] extends { readonly fault: string } ? Name : never
}[SettingName]

type Row = { readonly type: { read(text: string): unknown; check(given: never): unknown }; readonly initial: unknown }
type NullOf<R extends Row> = R['initial'] extends null ? null : never
type Held<R extends Row> = ReturnType<R['type']['read']> | NullOf<R>
type Given<R extends Row> = Parameters<R['type']['check']>[0]

// Mapped over the keys of the table itself, so that an editor shows what the row says of it.
type HeldIn<T extends Readonly<Record<string, Row>>, Name extends keyof T> = { readonly [N in Name]: Held<T[N]> }
type GivenIn<T extends Readonly<Record<string, Row>>, Name extends keyof T, Null> = {
  readonly [N in Name]?: Given<T[N]> | Extract<NullOf<T[N]>, Null> | undefined
}

/** The settings of these parts with their values. */
export type SettingsOf<Of extends Part> = HeldIn<Table, NamesOf<Of>>

/** The same as a user of the library writes them; null where there is nothing of it. An expectation is left out instead. */
export type OptionsOf<Of extends Part> = GivenIn<Table, NamesOf<Exclude<Of, 'expect' | 'line'>>, null> &
  GivenIn<Table, NamesOf<Extract<Of, 'expect' | 'line'>>, never>

/** Everything that flags say. */
export type Options = HeldIn<Table, FlagName>

/** All rows, in their order. */
export const ROWS: readonly (readonly [SettingName, Setting])[] = Object.entries(SETTINGS) as [SettingName, Setting][]

/** Every setting with its default. */
export const DEFAULTS: HeldIn<Table, SettingName> = defaultsOf([
  ...(['ask', 'expect', 'line', 'client', 'run', 'command', 'worker'] as const),
])

/** The settings of these parts with their defaults. */
export function defaultsOf<Of extends Part>(parts: readonly Of[]): SettingsOf<Of> {
  const rows = ROWS.filter(([, { of }]) => (parts as readonly Part[]).includes(of))
  return Object.fromEntries(rows.map(([name, { initial }]) => [name, initial])) as SettingsOf<Of>
}

/** The row of a setting. */
export function settingOf(name: string): Setting | null {
  return Object.hasOwn(SETTINGS, name) ? SETTINGS[name as SettingName] : null
}

/** `--timeout` of `-t, --timeout <duration>`. */
export function longFlag({ flag }: Setting): string {
  return /--[\w-]+/.exec(flag ?? '')?.[0] ?? ''
}
