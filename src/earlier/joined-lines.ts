// Where the lines of a list went of which several runs asked a part, from the summaries that these have left. A number that
// is not known is not made up: then all of it is unknown.

import type { Counts } from '../judge/tally.js'
import type { LineAccount, Summary } from '../words/summary.js'

/** The account, or why there is none; both null where nobody said anything of lines. */
export interface JoinedLines {
  readonly lines: LineAccount | null
  readonly notice: string | null
}

/** `counts` are those of all rows. Every run has read the whole list, so that its blank lines are in each account. */
export function joinedLines(summaries: readonly Summary[], { verdicts, kinds }: Counts): JoinedLines {
  if (summaries.length === 0) return { lines: null, notice: null }
  const sum = (of: (summary: Summary) => number) => summaries.reduce((total, each) => total + of(each), 0)
  const summarised = sum((each) => each.verdicts)
  if (summarised !== verdicts) return unknown(`the summaries are of ${summarised} rows, the reports hold ${verdicts}`)
  const [first] = summaries as [Summary]
  if (summaries.some(({ lines }) => lines.total !== first.lines.total)) {
    return unknown('the summaries are of lists of different length, or of a run that ended early')
  }
  const invalid = (kinds['url.invalid'] ?? 0) + (kinds['line.invalid'] ?? 0)
  const duplicate = kinds.duplicate ?? 0
  // They have a row, and are counted with what the filters leave out.
  const skipped = kinds.skipped ?? 0
  const { total } = first.lines
  const blank = Math.max(...summaries.map(({ lines }) => lines.blank))
  const excluded = sum(({ lines }) => lines.excluded)
  const notAsked = sum(({ lines }) => lines.notAsked)
  const otherShard = total - (verdicts - skipped) - excluded - notAsked - blank
  if (otherShard < 0) return unknown('the summaries count more lines than the list has')
  const checked = verdicts - invalid - duplicate - skipped
  return { lines: { total, checked, invalid, duplicate, excluded, otherShard, notAsked, blank }, notice: null }
}

function unknown(why: string): JoinedLines {
  return { lines: null, notice: `lines unknown: ${why}` }
}
