// The page as a file: all that is read without a script first, then the rows, then the script. It asks nothing of any
// network and says so to the browser: a policy (CSP) allows this one script and these styles by their hashes.

import { createHash } from 'node:crypto'
import { grouped as count } from '../../words/counted.js'
import type { RunDescription } from '../../words/output.js'
import type { ReportedSummary } from '../../words/summary.js'
import { version } from '../../words/version.js'
import { headline } from '../headline.js'
import { LINE_WORDS } from '../table/totals.js'
import { type ChartFacts, charts } from './charts.js'
import type { FailureGroups } from './failure-groups.js'
import { failureLists } from './failure-lists.js'
import { html, jsonForScript } from './html.js'
import { pageCounts } from './page-counts.js'
import type { PageFacts } from './page-facts.js'
import type { PageFiles } from './page-files.js'
import { listName, MARKS, pageHeader } from './page-header.js'
import type { KeptRows } from './row-store.js'
import { tableFrame } from './table-frame.js'

export interface PageParts extends ChartFacts {
  readonly about: RunDescription | undefined
  readonly hasOwnRules: boolean
  readonly groups: FailureGroups
  readonly kept: KeptRows
  readonly files: PageFiles
}

/** The document in pieces; rows are a piece a block. */
export function* pageDocument(parts: PageParts): Generator<string> {
  const { summary, about, kept, files } = parts
  const name = about === undefined ? '' : listName(about.inputs)
  const left = leftOut(kept)
  yield `${head(summary, name, files)}<body>${pageHeader(parts)}<main>${pageCounts(summary)}${failureLists(parts.groups)}${charts(parts)}`
  yield `${tableFrame({ summary, left })}</main>${footer(summary)}`
  const facts: PageFacts = { name: fileName(name), total: kept.total, isPart: left !== null }
  yield `<script type="application/json" id="facts">${jsonForScript(facts)}</script>\n`
  for (const block of kept.blocks)
    yield `<script type="text/plain" data-rows>${block.bytes.toString('base64')}</script>\n`
  yield `<script>${files.script}</script></body></html>\n`
}

function head(summary: ReportedSummary, name: string, { script, styles }: PageFiles): string {
  const { state, text } = headline(summary)
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(styles)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  const title = `${MARKS[state]} ${text}${name === '' ? '' : ` – ${html(name)}`}`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer"><meta name="robots" content="noindex"><meta name="generator" content="scrape-status ${version()}"><link rel="icon" href="data:,"><title>${title}</title><style>${styles}</style></head>
`
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/** `500 lines = 474 checked + 26 blank or comment`. */
function footer({ lines }: ReportedSummary): string {
  if (lines === null)
    return `<footer>Lines unknown. Made by scrape-status ${version()}. This file asks nothing of the network.</footer>\n`
  const parts = LINE_WORDS.filter(([name]) => lines[name] > 0).map(([name, word]) => `${count(lines[name])} ${word}`)
  const total = `${count(lines.total)} ${lines.total === 1 ? 'line' : 'lines'}`
  const account = lines.total === 0 ? '' : `<span id="lines">${total} = ${parts.join(' + ')}</span>. `
  return `<footer>${account}Made by scrape-status ${version()}. This file asks nothing of the network.</footer>\n`
}

/** What is not in the table; null when nothing is missing. */
function leftOut({ notFine, rows, total }: KeptRows): string | null {
  if (notFine === null) return null
  const slowest = rows - notFine
  return `${count(notFine)} that are not fine and the ${count(slowest)} slowest of the others, out of ${count(total)}`
}

/** What a download is named after. */
function fileName(name: string): string {
  const base = name.split(/[\\/]/).at(-1) ?? ''
  return (
    base
      .replace(/\.\w{1,6}$/, '')
      .replace(/[^\p{L}\p{N}._-]+/gu, '-')
      .slice(0, 60) || 'scrape-status'
  )
}
