// The table of the page: reads the rows, and shows what the address, the filters and the reader ask for. All above it is
// there without this script.

import { grouped as count } from '../../../words/counted.js'
import type { PageFacts } from '../page-facts.js'
import type { Row } from '../page-row.js'
import { copyText } from './copy-text.js'
import { csvText } from './csv-text.js'
import { byId, element } from './element.js'
import { createChoosing, type Filter, filterText, isNarrowed, parseFilter } from './filter.js'
import { onPrint } from './print.js'
import { readRows } from './read-rows.js'
import { RowList } from './row-list.js'
import { createTools } from './tools.js'

/** How long a button says that it was done. */
const SAID_MS = 1500
/** How long a browser may take to begin with a download. */
const DOWNLOAD_MS = 10_000

function showTable(rows: readonly Row[], facts: PageFacts): void {
  byId('needs-script').remove()
  byId('table').hidden = false
  for (const one of document.querySelectorAll<HTMLElement>('[data-needs-script]')) one.hidden = false

  const choosing = createChoosing(rows)
  const list = new RowList(rows)
  let filter = parseFilter(location.hash)
  let shown: readonly number[] = []
  const apply = (next: Filter): void => {
    const from = performance.now()
    filter = next
    shown = choosing.choose(filter)
    tools.tell(filter, shown.length)
    byId('grid').setAttribute('aria-rowcount', `${shown.length + 1}`)
    list.show(shown)
    // For whoever measures; nothing reads it here.
    document.documentElement.dataset.appliedMs = (performance.now() - from).toFixed(1)
  }
  const applyAndRemember = (next: Filter): void => {
    apply(next)
    const text = filterText(next)
    history.replaceState(null, '', text === '' ? location.pathname + location.search : `#${text}`)
  }
  const tools = createTools({ rows, facts, current: () => filter, onChange: applyAndRemember })

  addEventListener('hashchange', () => {
    apply(parseFilter(location.hash))
    if (location.hash !== '') byId('all').scrollIntoView()
  })
  addEventListener('resize', () => list.place())
  // `toggle` does not bubble.
  document.addEventListener('toggle', () => list.place(), true)
  onPrint(list, {
    rows: () => ({
      shown: isNarrowed(filter) ? shown : shown.filter((at) => rows[at]!.outcome !== 'ok'),
      onScreen: shown.length,
    }),
    restore: () => apply(filter),
  })
  byId('csv').addEventListener('click', () => download(csvText(shown.map((at) => rows[at]!)), `${facts.name}.csv`))
  byId('copy').addEventListener('click', async () => {
    const copied = await copyText(shown.map((at) => rows[at]!.url || rows[at]!.written).join('\n'))
    const what = shown.length === 1 ? '1 URL' : `${count(shown.length)} URLs`
    say(copied ? `${what} copied` : 'The browser does not allow this page to copy')
  })
  apply(filter)
  if (isNarrowed(filter) || filter.sort !== '') byId('all').scrollIntoView({ behavior: 'instant' })
}

/** On the button for those who see it, as a message for those who hear it. */
function say(text: string): void {
  const button = byId('copy')
  byId('said').textContent = text
  button.textContent = text
  setTimeout(() => {
    button.textContent = 'Copy URLs'
  }, SAID_MS)
}

function download(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  element('a', { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), DOWNLOAD_MS)
}

async function start(): Promise<void> {
  if (document.getElementById('table') === null) return
  try {
    showTable(await readRows(), JSON.parse(byId('facts').textContent ?? '') as PageFacts)
    // Since the page was opened.
    document.documentElement.dataset.readyMs = performance.now().toFixed(0)
  } catch (error) {
    const note = document.getElementById('needs-script')
    if (note === null) throw error
    note.textContent = `The table cannot be shown: ${error instanceof Error ? error.message : String(error)}`
  }
}

void start()
