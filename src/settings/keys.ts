// The settings that may stand behind a URL, in a rule or as a column, by their keys.

import { ROWS, type SettingName } from './options.js'
import type { Setting } from './table.js'

/** A key of a list and the setting that it names. */
export interface Key {
  readonly name: SettingName
  readonly setting: Setting
}

/** All keys, in the order of the table. */
export const KEYS: ReadonlyMap<string, Key> = new Map(
  ROWS.flatMap(([name, setting]) => (setting.key === undefined ? [] : [[setting.key, { name, setting }]])),
)
