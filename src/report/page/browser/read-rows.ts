// The rows out of the page: base64, gzip, JSON. What the page's policy allows without a request.

import { type Block, OUTCOMES, type Row, unpackRows } from '../page-row.js'

/** All rows: new failures, failures, not judged, not asked, fine; each as in the list. */
export async function readRows(): Promise<readonly Row[]> {
  const scripts = [...document.querySelectorAll('script[data-rows]')]
  const blocks = await Promise.all(scripts.map((script) => unpack(script.textContent ?? '')))
  // A megabyte that is not needed any more.
  for (const script of scripts) script.remove()
  const rows = blocks.flatMap(unpackRows)
  return rows.sort((a, b) => urgency(a) - urgency(b) || a.index - b.index)
}

async function unpack(base64: string): Promise<Block> {
  const binary = atob(base64)
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at)
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return JSON.parse(await new Response(stream).text()) as Block
}

function urgency({ outcome, change }: Row): number {
  return change === 'new-failure' ? -1 : OUTCOMES.indexOf(outcome)
}
