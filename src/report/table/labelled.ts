// A label and what stands behind it, as in the totals and on the card.

import { wrapParts } from './text-width.js'
import type { Theme } from './theme.js'

/** What stands behind a label; lines are broken only between the parts. */
export interface Labelled {
  readonly label: string
  readonly parts: readonly string[]
  /** Default: a space. */
  readonly separator?: string
}

/** As many lines as the width of the terminal asks for; none where there is no part. */
export function labelled({ label, parts, separator = ' ' }: Labelled, labelWidth: number, theme: Theme): string[] {
  const indent = ' '.repeat(2 + labelWidth)
  const lines = wrapParts(parts, separator, theme.columns === null ? null : theme.columns - indent.length)
  return lines.map((line, at) => (at === 0 ? `  ${label.padEnd(labelWidth)}${line}` : indent + line))
}
