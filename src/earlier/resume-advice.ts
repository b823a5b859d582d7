// What is said of a run that is not whole: where its rows are, and the command that goes on with it.

import type { CommandOptions } from '../report/formats/output-request.js'
import type { Summary } from '../words/summary.js'
import type { PartFile } from './part-file.js'
import { missingFields } from './resume.js'
import { resumeCommand } from './resume-command.js'

/** How the run was asked for. */
export interface AdviceFacts {
  readonly options: CommandOptions
  /** As the user wrote them. */
  readonly argv: readonly string[]
  /** Inputs as named: files, URLs, `-`. */
  readonly names: readonly string[]
}

/** Null where the run is whole, or where nothing was kept. */
export function resumeAdvice(
  summary: Summary,
  growing: readonly PartFile[],
  { options, argv, names }: AdviceFacts,
): string | null {
  const left = growing.filter(
    ({ partPath, error }) => partPath !== null && (summary.unfinished !== null || error !== null),
  )
  if (left.length === 0) return null
  const done = `what is done is in ${left.map(({ partPath }) => partPath).join(', ')}`
  const first = options.output.find(({ format }) => format === 'ndjson')
  if (missingFields(options).length > 0 || !left.some(({ name }) => name === first?.path)) return done
  const command = resumeCommand(argv)
  if (command === null) return `${done}; go on with the same command and --resume`
  return `${done}; go on with${names.some((name) => /^(?:[a-z]+=)?-$/.test(name)) ? ' the same list on stdin' : ''}: ${command}`
}
