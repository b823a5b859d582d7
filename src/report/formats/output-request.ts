// The two settings that name reports: `-o FILE`, `-o FORMAT=FILE` and `-r NAME`. The table of settings stands below this
// room and has them as text; which reports there are, and which endings they have, is in the map of formats alone.

import { ValueError } from '../../settings/errors.js'
import type { Options } from '../../settings/options.js'
import { SETTINGS, type Setting } from '../../settings/table.js'
import { listOf, textOf } from '../../settings/value-type.js'
import { oneOf } from '../../settings/values.js'
import { FORMAT_NAMES, FORMATS, type Format } from './index.js'

/** A file to write and the format that goes into it. */
export interface OutputRequest {
  readonly format: Format
  readonly path: string
}

/** Every option with its value, those that name reports among them. */
export interface CommandOptions extends Options {
  readonly output: readonly OutputRequest[]
  readonly report: Format
}

/** The rows of the settings table that name reports, with what was missing there. */
export const REPORT_SETTINGS: Readonly<Record<'output' | 'report', Setting>> = {
  output: { ...SETTINGS.output, type: listOf(textOf(parseOutput)) },
  report: {
    ...SETTINGS.report,
    help: `${SETTINGS.report.help}: ${FORMAT_NAMES.join(' ')}`,
    type: oneOf<Format>(FORMAT_NAMES),
  },
}

/** `FILE` or `FORMAT=FILE`; packed where it ends in `.gz`. A name with `=` that is no format's is a file. Throws `ValueError`. */
export function parseOutput(text: string): OutputRequest {
  if (text === '-') throw new ValueError('a file; for a report on stdout: -r FORMAT')
  const equals = text.indexOf('=')
  const named = FORMAT_NAMES.find((format) => equals > 0 && format === text.slice(0, equals))
  const path = named === undefined ? text : text.slice(equals + 1)
  if (path === '') throw new ValueError('a file name')
  const format = named ?? formatOf(path.toLowerCase())
  if (format === undefined) {
    const endings = FORMAT_NAMES.flatMap(endingsOf).join(' ')
    throw new ValueError(
      `a file ending in one of ${endings} (or that and .gz), or FORMAT=FILE with one of ${FORMAT_NAMES.join(' ')}`,
    )
  }
  return { format, path }
}

/** By the ending before `.gz`, where the file is packed. */
function formatOf(path: string): Format | undefined {
  const name = path.endsWith('.gz') ? path.slice(0, -'.gz'.length) : path
  return FORMAT_NAMES.find((format) => endingsOf(format).some((end) => name.endsWith(end)))
}

function endingsOf(name: Format): readonly string[] {
  return FORMATS[name].endings
}
