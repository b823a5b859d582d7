// The flags that judged the rows of a part, in `NAME.part.run` beside it: a row does not say what was expected of it. Each
// flag is four hex digits of a hash: enough to see that it changed, too little to guess the secret of a rule from.

import { hash } from 'node:crypto'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { type FlagName, longFlag, type Options, ROWS } from '../settings/options.js'
import { settingsText } from '../settings/settings-text.js'
import { SETTINGS } from '../settings/table.js'

/** Whatever makes another verdict of the same answer, or asks for another answer. A secret may be another one each day. */
const JUDGING = ROWS.filter(
  ([, { flag, of, judges, secret }]) => flag !== undefined && !secret && (of === 'expect' || judges === true),
).map(([name]) => name as FlagName)

/** Writes them; for nothing where that is not possible, because only a warning depends on it. */
export async function keepJudgingFlags(partPath: string, options: Options): Promise<void> {
  const marks = Object.fromEntries(JUDGING.map((name) => [name, markOf(options, name)]))
  await writeFile(fileOf(partPath), `${JSON.stringify(marks)}\n`).catch(() => {})
}

/** The flags that are others now, as they are spelt; none where nothing is known. */
export async function changedJudgingFlags(partPath: string, options: Options): Promise<readonly string[]> {
  try {
    const marks = JSON.parse(await readFile(fileOf(partPath), 'utf8')) as Partial<Record<string, string>>
    const changed = JUDGING.filter((name) => marks[name] !== undefined && marks[name] !== markOf(options, name))
    return changed.map((name) => longFlag(SETTINGS[name]))
  } catch {
    return []
  }
}

/** Removes them where the part is gone. */
export async function forgetJudgingFlags(partPath: string): Promise<void> {
  const isThere = await stat(partPath).then(
    () => true,
    () => false,
  )
  if (!isThere) await rm(fileOf(partPath), { force: true }).catch(() => {})
}

function fileOf(partPath: string): string {
  return `${partPath}.run`
}

function markOf(options: Options, name: FlagName): string {
  return hash('sha256', settingsText(options[name]), 'hex').slice(0, 4)
}
