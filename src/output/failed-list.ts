// The lines that failed, as they were written and with what came of them behind: a list to run again. It holds keys and
// secrets on purpose, so its file is for its owner alone (mode 0600).

import type { Reporter, Target, Verdict } from '../types.js'

export interface FailedListOptions {
  /** Whether an inconclusive URL counts as failed. */
  readonly strict: boolean
  /** Makes a reason safe for one line of a file that people look at. */
  readonly safe: (text: string) => string
}

/** A reporter that has to be told of every target, because a verdict does not know its line. */
export interface FailedList extends Reporter {
  /** A target whose verdict is to come. */
  begins(target: Target): void
  /** A target whose verdict came before it, in a resumed run: returns its line, or '' where it did not fail. */
  kept(target: Target): string
}

/** Our own note behind a line, from an earlier list: the new one takes its place. */
const EARLIER_NOTE = / {2}# \S+:\d+ [^#]*$/

/** Holds the lines of targets that have no verdict yet, and notes of failures without their line; `Target.raw` has to be there. */
export function createFailedList({ strict, safe }: FailedListOptions): FailedList {
  const lines = new Map<number, string | null>()
  const notes = new Map<number, string>()

  return {
    begins({ index, raw = null }) {
      lines.set(index, raw)
    },
    kept({ index, raw = null }) {
      const note = notes.get(index)
      notes.delete(index)
      return note === undefined ? '' : listed(raw, note)
    },
    each(verdict) {
      const raw = lines.get(verdict.index)
      lines.delete(verdict.index)
      if (!isFailure(verdict, strict)) return ''
      const note = noteOf(verdict, safe)
      if (raw !== undefined) return listed(raw, note)
      notes.set(verdict.index, note)
      return ''
    },
    end: () => [],
  }
}

function isFailure({ outcome }: Verdict, strict: boolean): boolean {
  return outcome === 'failed' || (strict && outcome === 'inconclusive')
}

function noteOf({ source, line, index, reason }: Verdict, safe: (text: string) => string): string {
  const name = source === '-' ? 'stdin' : safe(source).replace(/\s/g, '_')
  return `${name}:${line ?? index + 1} ${safe(reason)}`
}

/** A line that could not be read at all is only told of. */
function listed(raw: string | null, note: string): string {
  return raw === null ? `# ${note}\n` : `${raw.replace(EARLIER_NOTE, '')}  # ${note}\n`
}
