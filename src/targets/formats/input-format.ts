// What a format of lists is to everybody else: a look at the start of a list before anything is asked, then bytes in and
// batches of targets out. Its file in this folder makes one, and the map in `index.ts` names it. A format never opens,
// never numbers and never ends the run.

import type { Target } from '../../settings/target.js'
import type { ChosenColumns } from '../chosen-columns.js'
import type { LineContext } from '../parse-line.js'
import type { Encoding } from '../split-lines.js'
import type { TargetSeries } from '../target-series.js'

/** The bytes of one list behind its byte order mark, in chunks that are valid until the next one. Never rejects. */
export interface InputBytes extends AsyncIterable<Uint8Array> {
  /** True once they ended before their end: what is half there is no target. */
  readonly isBroken: boolean
}

/** What is known of a list before it is read. */
export interface Look {
  /** As messages have it: a file, a URL or `stdin`. */
  readonly shown: string
  /** Its first 64 KiB at most, decoded. */
  readonly head: string
  /** There is no more than the head. */
  readonly isWhole: boolean
  /** The user named the format; else it was told by the ending or the content. */
  readonly isNamed: boolean
  /** Which columns or members hold what (`--column`). */
  readonly columns: ChosenColumns
}

/** Why a list that another one names cannot be read. */
export interface Unreadable {
  readonly reason: string
  /** It says nothing of the list: this machine is offline, or the run is stopped. */
  readonly isOurs: boolean
}

/** Another list that a list names. */
export interface ListedList {
  /** For rows: the URL as it is listed or given, a file, or `-`. */
  readonly name: string
  readonly bytes: InputBytes
  readonly encoding: Encoding
  /** Opens what it names itself. */
  open(reference: string): Promise<ListedList | Unreadable>
  /** The URL with which relative ones in it are whole; null: it came from no URL. */
  readonly base: string | null
}

/** What a format may know of the list and of the run. */
export interface InputContext extends Omit<ListedList, 'bytes'> {
  /** The name as messages have it: a file, a URL, or `stdin`. */
  readonly shown: string
  /** What every line starts from. */
  readonly line: LineContext
  /** Numbers the targets and counts the lines: every line is given to it once. */
  readonly series: TargetSeries
  /** A sentence for the summary, with the name of the list and a place in it: `urls.txt:7 is not UTF-8`. */
  notice(line: number | null, text: string): void
  /** The list ends here, before its end: a sentence behind its name and the line that was read last. */
  broke(text: string): void
}

/**
 * The targets of a list in their order, in batches that are never empty and small enough (1000) not to hold up the sockets.
 * A line that is wrong is a target with a problem; nothing here throws but for a bug.
 */
export type ReadTargets = (bytes: InputBytes, context: InputContext) => AsyncIterable<readonly Target[]>

export interface InputFormat {
  /** Whether the start of a pipe is enough to look at; of a file there is always as much as there can be. Default: it is. */
  isEnough?(head: string, columns: ChosenColumns): boolean
  /** Throws `UsageError` for a list that cannot be of this format, in one line that says what to do. */
  look(look: Look): ReadTargets
}

/** Small enough that parsing a batch, 1 to 2 ms, does not hold up the sockets. */
export const BATCH_TARGETS = 1000
