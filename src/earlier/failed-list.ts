// The lines that failed, as they were written and with what came of them behind: a list to run again, which asks the same
// and nothing else. It holds keys and secrets on purpose, so its file is for its owner alone (mode 0600).

import type { Target } from '../settings/target.js'
import type { Reporter } from '../words/output.js'
import type { Verdict } from '../words/verdict.js'

export interface FailedListOptions {
  /** Whether an inconclusive URL counts as failed. */
  readonly strict: boolean
  /** Makes a reason safe for one line of a file that people look at. */
  readonly safe: (text: string) => string
  /** Whether a line of a list is read as this very target. */
  readonly isReadAs: (line: string, target: Target) => boolean
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

/** A note is for people. */
const LONGEST_NOTE = 1000

/** Holds the lines of targets that have no verdict yet, and notes of failures without their line; `Target.raw` has to be there. */
export function createFailedList({ strict, safe, isReadAs }: FailedListOptions): FailedList {
  const targets = new Map<number, Target>()
  const notes = new Map<number, string>()

  return {
    begins(target) {
      targets.set(target.index, target)
    },
    kept(target) {
      const note = notes.get(target.index)
      notes.delete(target.index)
      return note === undefined ? '' : listed(target, note, isReadAs)
    },
    each(verdict) {
      const target = targets.get(verdict.index)
      targets.delete(verdict.index)
      if (!isFailure(verdict, strict)) return ''
      const note = noteOf(verdict, safe)
      if (target !== undefined) return listed(target, note, isReadAs)
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
  return `${name}:${line ?? index + 1} ${safe(reason)}`.slice(0, LONGEST_NOTE)
}

/**
 * The line with the note behind it. What a line ends with may not stand before a note (a space that is no ASCII), a quote
 * in a note may close one of the line, an argument may hold a line break: so it is read again, and where it became another
 * one the note goes in front. What cannot be written is only told of.
 */
function listed(target: Target, note: string, isReadAs: FailedListOptions['isReadAs']): string {
  const { raw = null } = target
  if (raw === null) return `# ${note}\n`
  const line = raw.trimEnd()
  for (const text of [line.replace(EARLIER_NOTE, ''), line]) {
    const noted = `${text}  # ${note}`
    if (isReadAs(noted, target)) return `${noted}\n`
  }
  return isReadAs(raw, target) ? `# ${note}\n${raw}\n` : `# ${note}\n`
}
