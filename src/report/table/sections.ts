// The lists below the rows: what failed and why, in full sentences, with the place in the list to go to.

import { isLocal, type Kind } from '../../words/kinds.js'
import { isNamedInconclusive } from '../../words/named-hint.js'
import type { Verdict } from '../../words/verdict.js'
import { joinLines } from '../escape.js'
import { otherFaultsOf, placeOf, sentenceOf, urlOf } from './row.js'
import { cutMiddle, padEnd, textWidth, wrapText } from './text-width.js'
import type { Theme } from './theme.js'

const INDENT = '  '

/** A part of the verdicts that has a list of its own. */
export interface Section {
  readonly has: (verdict: Verdict) => boolean
  readonly title: (count: string) => string
}

/** Of verdicts that are inconclusive by themselves: what the user named so has a list of its own. */
function inconclusive(has: (kind: Kind) => boolean, why: string): Section {
  return {
    has: (verdict) => verdict.outcome === 'inconclusive' && !isNamedInconclusive(verdict) && has(verdict.kind),
    title: (count) => `${count} inconclusive: ${why}, the page may be fine`,
  }
}

const isCheck = (kind: Kind) => kind.startsWith('check.')
const isProxy = (kind: Kind) => kind === 'proxy.failed'

/** The lists, in this order. */
export const SECTIONS: readonly Section[] = [
  { has: ({ outcome }) => outcome === 'failed', title: (count) => `${count} failed` },
  {
    has: isNamedInconclusive,
    title: (count) => `${count} inconclusive: named so with --inconclusive or inconclusive=`,
  },
  inconclusive((kind) => !isLocal(kind) && !isProxy(kind) && !isCheck(kind), 'the server refused this checker'),
  inconclusive(isCheck, 'a check could not be made'),
  inconclusive(isProxy, 'the proxy is in the way'),
  inconclusive(isLocal, 'this machine is the problem'),
]

/** All lists of verdicts that are at hand, each with a blank line before the first; '' when there is nothing to list. */
export function sections(verdicts: readonly Verdict[], theme: Theme): string {
  const listed = verdicts.filter((verdict) => SECTIONS.some((section) => section.has(verdict)))
  const widest = Math.max(0, ...listed.map((verdict) => textWidth(place(verdict, theme))))
  const lines = SECTIONS.flatMap((section) => {
    const own = listed.filter(section.has)
    if (own.length === 0) return []
    return [...titleLines(section, `${own.length}`, theme), ...own.flatMap((verdict) => item(verdict, widest, theme))]
  })
  return lines.length === 0 ? '' : `\n${joinLines(lines)}`
}

/** The title of a section, wrapped. */
export function titleLines(section: Section, count: string, theme: Theme): string[] {
  return wrapText(section.title(count), theme.columns)
}

/** The place in the list, short enough to leave room for the URL on a terminal. */
export function place(verdict: Verdict, theme: Theme): string {
  const whole = theme.clean(placeOf(verdict))
  return theme.columns === null ? whole : cutMiddle(whole, Math.floor(theme.columns / 3), theme.ellipsis)
}

/** One verdict; `widest` is the width of the column of places. */
function item(verdict: Verdict, widest: number, theme: Theme): string[] {
  const indent = INDENT + (widest === 0 ? '' : ' '.repeat(widest + 2))
  const where = widest === 0 ? '' : `${padEnd(place(verdict, theme), widest)}  `
  const width = theme.columns === null ? null : theme.columns - indent.length
  const moved = verdict.finalUrl !== '' && verdict.finalUrl !== verdict.url
  const texts = [
    ...(moved ? [`${theme.arrow} ${theme.clean(verdict.finalUrl)}`] : []),
    ...[sentenceOf(verdict), ...otherFaultsOf(verdict)].flatMap((text) => wrapText(theme.clean(text), width)),
  ]
  return [`${INDENT}${where}${theme.clean(urlOf(verdict))}`, ...texts.map((text) => `${indent}${text}`)]
}
