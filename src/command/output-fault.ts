// What is said of an output that could not be written.

import type { OutputFault, Report } from '../report/report.js'
import { whyWritingFailed } from '../report/why-not-written.js'

/** `report.csv: no space left on the device`. */
export function textOf({ name, error }: OutputFault): string {
  return `${name}: ${whyWritingFailed(error)}`
}

/** The first output that could not be written; null while all is well. */
export function failedOutput({ errors }: Report): string | null {
  const [first] = errors
  return first === undefined ? null : textOf(first)
}
