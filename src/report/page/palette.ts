// Colours of what is drawn, as attributes, for viewers that forbid styles; with styles page.css says it again for both
// schemes. Each has a contrast of 3 to 1 or more against white (WCAG 2.2, 1.4.11), but grey, which is a ground.

import type { Outcome } from '../../words/verdict.js'

export const PALETTE: Readonly<Record<Outcome | 'bar', string>> = {
  failed: '#b3261e',
  inconclusive: '#b8780f',
  skipped: '#8a8f98',
  ok: '#2f8a52',
  bar: '#5b7fb5',
}
