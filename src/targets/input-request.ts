// An input as the user names it: `FILE`, `URL`, `-`, or `FORMAT=` and one of these.

import { UsageError } from '../settings/errors.js'
import { INPUT_FORMAT_NAMES, type InputFormatName } from '../settings/input-formats.js'

/** What to open, and the format that the user gave it; null: it is told by its ending and its content. */
export interface InputRequest {
  readonly name: string
  readonly format: InputFormatName | null
}

const WEB = /^https?:\/\//i

/**
 * Reads `FILE`, `URL`, `-` or `FORMAT=…`; a name whose `=` is not behind a format is a file. A URL without a format is
 * asked and never read. Throws `UsageError`.
 */
export function parseInput(text: string, forAll: InputFormatName | null = null): InputRequest {
  const equals = text.indexOf('=')
  const format = INPUT_FORMAT_NAMES.find((name) => equals > 0 && name === text.slice(0, equals)) ?? null
  if (format === null) {
    if (forAll !== null && WEB.test(text)) {
      throw new UsageError(`--input-format: a URL is asked, not read; to read it as a list: ${forAll}=URL`)
    }
    return { name: text, format: forAll }
  }
  const name = text.slice(equals + 1)
  if (name === '') throw new UsageError(`${text}: expected a file, a URL or - behind the equals sign`)
  return { name, format }
}

/** Whether it is asked as it is, and no list. */
export function isAsked({ name, format }: InputRequest): boolean {
  return format === null && WEB.test(name)
}

/** Whether it is a list that has to be fetched. */
export function isFetched({ name, format }: InputRequest): boolean {
  return format !== null && WEB.test(name)
}
