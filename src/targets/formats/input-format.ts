// What a format of lists is to everybody else: bytes in, batches of targets out. Its file in this folder makes one, and
// the map in `index.ts` names it. A format never opens, never numbers and never ends the run.

import type { Target } from '../../settings/target.js'
import type { LineContext } from '../parse-line.js'
import type { Encoding } from '../split-lines.js'
import type { TargetSeries } from '../target-series.js'

/** The bytes of one list behind its byte order mark, in chunks that are valid until the next one. Never rejects. */
export interface InputBytes extends AsyncIterable<Uint8Array> {
  /** True once they ended before their end: what is half there is no target. */
  readonly isBroken: boolean
}

/** What a format may know of the list and of the run. */
export interface InputContext {
  /** As told by its first bytes. */
  readonly encoding: Encoding
  /** What every line starts from. */
  readonly line: LineContext
  /** Numbers the targets and counts the lines: every line is given to it once. */
  readonly series: TargetSeries
  /** A sentence for the summary, with the name of the list and this place in it: `urls.txt:7 is not UTF-8`. */
  notice(line: number, text: string): void
}

/**
 * The targets of a list in their order, in batches that are never empty and small enough (1000) not to hold up the sockets.
 * A line that is wrong is a target with a problem; nothing here throws but for a bug.
 */
export type InputFormat = (bytes: InputBytes, context: InputContext) => AsyncIterable<readonly Target[]>
