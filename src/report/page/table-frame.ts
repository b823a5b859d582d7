// What stands around the rows; the script fills it. Without a script it stays hidden, and a sentence says why.

import type { ReportedSummary } from '../../words/summary.js'

type Choice = readonly [value: string, words: string]

const OUTCOME_CHOICES: readonly Choice[] = [
  ['', 'All outcomes'],
  ['failed', 'Failed'],
  ['inconclusive', 'Could not be judged'],
  ['ok', 'Fine'],
  ['redirected', 'Fine, but redirected'],
  ['skipped', 'Not asked'],
]
const CHANGE_CHOICES: readonly Choice[] = [
  ['', 'New and known'],
  ['new-failure', 'New failures'],
  ['still-failing', 'Known failures'],
  ['fixed', 'Fixed'],
  ['changed', 'Changed'],
  ['same', 'As before'],
]
const COLUMNS: readonly (readonly [key: string, words: string, className: string])[] = [
  ['status', 'Status', 'status'],
  ['url', 'URL', 'url'],
  ['note', 'Note', 'note'],
  ['time', 'Time', 'time'],
  ['line', 'Line', 'line'],
]

/** Filters, buttons and the heads of the columns. `left` says which rows are here, null when all are. */
export function tableFrame({
  summary,
  left,
}: {
  readonly summary: ReportedSummary
  readonly left: string | null
}): string {
  if (summary.verdicts === 0) return ''
  const note =
    left === null
      ? ''
      : `<p class="left-out">This page holds ${left}. For every row, write one of the other reports too: <code>-o report.csv</code>.</p>`
  const heads = COLUMNS.map(
    ([key, words, name]) =>
      `<div role="columnheader" class="${name}" data-sort="${key}" aria-sort="none"><button type="button">${words}</button></div>`,
  )
  return `<section data-list="rows"><h2 id="all">All rows</h2>${note}<p id="needs-script">The table to search and sort needs JavaScript, which is switched off here. Save this file and open it in a browser; all that is above is complete without it.</p>
<div id="table" hidden><div class="tools" role="search" aria-label="Rows"><input type="search" id="q" placeholder="Filter by URL or reason  ( / )" aria-label="Filter by URL or reason" autocomplete="off" spellcheck="false">${select('outcome', 'Outcome', OUTCOME_CHOICES)}${summary.baseline === null ? '' : select('change', 'Against the baseline', CHANGE_CHOICES)}${select('status', 'Status', [['', 'All statuses']])}${select('host', 'Host', [['', 'All hosts']])}<button id="clear" type="button" hidden>Clear</button><button id="copy" type="button">Copy URLs</button><button id="csv" type="button">Download CSV</button></div>
<p class="count" id="count" role="status"></p><span class="unseen" id="said" role="status"></span><div class="grid" id="grid" role="table" aria-label="All rows"><div role="rowgroup"><div class="row heads" role="row" aria-rowindex="1">${heads.join('')}</div></div><div class="rows" id="rows" role="rowgroup"></div></div></div></section>`
}

function select(id: string, label: string, choices: readonly Choice[]): string {
  const options = choices.map(([value, words]) => `<option value="${value}">${words}</option>`).join('')
  return `<select id="${id}" aria-label="${label}">${options}</select>`
}
