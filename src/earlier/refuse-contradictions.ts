// Flags about earlier runs that make no sense together, or would take one file for two things.

import { resolve } from 'node:path'
import type { CommandOptions } from '../report/formats/output-request.js'
import { UsageError } from '../settings/errors.js'
import { missingFields, resumedOutput } from './resume.js'

/** Throws `UsageError`. */
export function refuseContradictions(options: CommandOptions): void {
  const { baseline, updateBaseline, failOn, resume, writeFailed, output } = options
  if (updateBaseline && baseline === null) throw new UsageError('--update-baseline: only together with --baseline FILE')
  if (failOn === 'new' && baseline === null) throw new UsageError('--fail-on new: only together with --baseline FILE')
  if (resume) {
    resumedOutput(options)
    const missing = missingFields(options)
    if (missing.length > 0) throw new UsageError(`--fields: --resume needs ${missing.join(' ')} as well`)
  }
  for (const { path } of output) {
    if (baseline === null || resolve(path) !== resolve(baseline)) continue
    throw new UsageError(`--output ${path}: that is the baseline; to write it anew: --update-baseline`)
  }
  const own = [...output.map(({ path }) => path), ...(baseline === null ? [] : [baseline])]
  if (writeFailed !== null && own.some((path) => resolve(path) === resolve(writeFailed))) {
    throw new UsageError(`--write-failed ${writeFailed}: two reports into one file`)
  }
}
