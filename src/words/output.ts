// Where text is made and where it goes.

import type { ReportedSummary, Summary } from './summary.js'
import type { Verdict } from './verdict.js'

/** Turns verdicts into text, in pieces; never writes, never reads the environment. */
export interface Reporter {
  begin?(): string
  each(verdict: Verdict): string
  end(summary: ReportedSummary): Iterable<string>
}

/** Which rows a table shows. */
export type Show = 'auto' | 'all' | 'failed'

/** All that a reporter may know of its surroundings. */
export interface ReporterContext {
  /** Columns of the terminal; null: nothing is cut. */
  readonly columns: number | null
  readonly color: boolean
  /** Whether the locale can show `✓ ✗ ? → ·`. */
  readonly unicode: boolean
  readonly show: Show
  /** Only these fields, in this order; null: all. */
  readonly fields: readonly string[] | null
  /** What was asked for, for reports that are read by others; absent where that is not known. */
  readonly about?: RunDescription
  /** What was given already and need not be suggested; absent: nothing. */
  readonly given?: GivenFlags
  /** The first targets of the list, where rows are shown while the run is on: on a terminal. Absent: at its end. */
  readonly listed?: ListedRows | undefined
  /** Whether inconclusive URLs fail the run. */
  readonly strict: boolean
  /** Whether the text goes into a file that somebody opens later, not to a program that waits for it. */
  readonly isFile: boolean
  /** The folder of the repository that a CI job is about (`GITHUB_WORKSPACE`); null: not known. */
  readonly workspace: string | null
}

/** Flags that a report may suggest. */
export interface GivenFlags {
  /** `-o`, whatever the format. */
  readonly output: boolean
  readonly writeFailed: boolean
  /** Whether URLs can be asked again at all: not by a report of earlier runs. */
  readonly asks: boolean
}

/** Which rows will come, as far as is known. */
export interface ListedRows {
  /** Places of the first targets that get a row, in the order of the list. */
  readonly indexes: readonly number[]
  /** How many there are so far. */
  readonly known: number
  /** Columns of the longest URL among the first. */
  readonly widestUrl: number
}

/** What a report says of the run that its rows do not. */
export interface RunDescription {
  /** The inputs as they were named. */
  readonly inputs: readonly string[]
  /** Statuses that are fine where a line or a rule says nothing else: `200-299`; null: not known. */
  readonly accept: string | null
  /** What else every URL has to hold, in words: `an answer within 500 ms`. */
  readonly expectations: readonly string[]
}

/** Takes text to where it goes; waits for the reader. */
export interface Sink {
  /** Resolves when more may come; never rejects. */
  write(text: string): Promise<void> | void
  /** Writes what is left; resolves when it is safe. A file that has its name only when it is whole asks how the run ended. */
  end(run?: Pick<Summary, 'unfinished' | 'exitCode'>): Promise<void>
  /** True once the reader left (EPIPE); what is written then is dropped. */
  readonly gone: boolean
  /** What went wrong in writing (a full disk); null while all is well. */
  readonly error: Error | null
  /** For messages: `stdout` or the file. */
  readonly name: string
  /** Calls back when `error` is set, at once where it is. Without it nobody hears of it before the next look. */
  onFault?(listener: () => void): void
  /** The run has to end: from now on a reader that takes nothing for so many ms counts as one that left. */
  hurry?(graceMs: number): void
  /** True when it was given up for that. */
  readonly isUnread?: boolean
}
