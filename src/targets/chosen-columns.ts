// Which column of a table, or member of a JSON object, holds what (`--column KEY=NAME`).

import { UsageError } from '../settings/errors.js'
import { KEYS } from '../settings/keys.js'
import { nearest } from '../words/nearest.js'

/** Names of columns by key: `url` or the key of a line. */
export type ChosenColumns = ReadonlyMap<string, string>

/** The flags as a map, the last one of a key wins. Throws `UsageError` for a key that there is not. */
export function chosenColumns(flags: readonly (readonly [key: string, name: string])[]): ChosenColumns {
  const keys = ['url', ...KEYS.keys()]
  for (const [key, name] of flags) {
    if (keys.includes(key)) continue
    const near = nearest(key, keys)
    throw new UsageError(
      `--column ${key}=${name}: expected url or a key of a line before the equals sign${near === null ? `: ${keys.join(' ')}` : `; did you mean ${near}?`}`,
    )
  }
  return new Map(flags)
}
