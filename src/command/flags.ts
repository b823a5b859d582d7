// The settings that have a flag, as the command line knows them.

import { REPORT_SETTINGS } from '../report/formats/output-request.js'
import { type FlagName, ROWS } from '../settings/options.js'
import type { Setting } from '../settings/table.js'

/** A flag and the setting that it says. */
export interface Flag {
  readonly name: FlagName
  readonly setting: Setting & { readonly flag: string }
}

/** All flags, in the order of the table. */
export const FLAGS: readonly Flag[] = ROWS.flatMap(([name, row]) => {
  const setting = name === 'output' || name === 'report' ? REPORT_SETTINGS[name] : row
  const { flag } = setting
  return flag === undefined ? [] : [{ name: name as FlagName, setting: { ...setting, flag } }]
})

/** As they are written: `-t`, `--timeout`. */
export function spellingsOf({ setting: { flag } }: Flag): readonly string[] {
  return declarationsOf(flag).flatMap((declared) => declared.replace(/ <.*/, '').split(', '))
}

/** As commander takes them: `--color` has an opposite; the `--no-…` flags are their own. */
export function declarationsOf(flag: string): readonly string[] {
  return flag === '--color' ? ['--color', '--no-color'] : [flag]
}
