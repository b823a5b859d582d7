// The lists below the rows: what failed and why, in full sentences, with the place in the list to go to.

import { isLocal, type Kind } from '../../words/kinds.js'
import { isNamedInconclusive } from '../../words/named-hint.js'
import type { Change, Verdict } from '../../words/verdict.js'
import { joinLines } from '../escape.js'
import { humanUrl } from './human-url.js'
import { labelOf, otherFaultsOf, placeOf, sentenceOf, shownUrlOf } from './row.js'
import { cutMiddle, padEnd, textWidth, wrapText } from './text-width.js'
import type { Theme } from './theme.js'

const INDENT = '  '

/** A part of the verdicts that has a list of its own. */
export interface Section {
  readonly has: (verdict: Verdict) => boolean
  readonly title: (count: string) => string
  /** One line for all of it: it was known. */
  readonly isFolded?: true
}

/** Of verdicts that are inconclusive by themselves: what the user named so has a list of its own. */
function inconclusive(has: (kind: Kind) => boolean, why: string): Section {
  return {
    has: (verdict) => verdict.outcome === 'inconclusive' && !isNamedInconclusive(verdict) && has(verdict.kind),
    title: (count) => `${count} inconclusive: ${why}, the page may be fine`,
  }
}

const isFailure =
  (of: Change) =>
  ({ outcome, change }: Verdict): boolean =>
    outcome === 'failed' && change === of

const isCheck = (kind: Kind) => kind.startsWith('check.')
const isProxy = (kind: Kind) => kind === 'proxy.failed'

/** What concerns the machine is said once, and not of every URL. */
const THIS_MACHINE = inconclusive(isLocal, 'this machine is the problem')

/** The lists, in this order. */
export const SECTIONS: readonly Section[] = [
  { has: isFailure('new-failure'), title: (count) => `${count} new against the baseline` },
  {
    has: ({ outcome, change }) => outcome === 'failed' && change !== 'new-failure' && change !== 'still-failing',
    title: (count) => `${count} failed`,
  },
  {
    has: ({ outcome, change }) => outcome === 'ok' && change === 'fixed',
    title: (count) => `${count} fixed since the baseline`,
  },
  { has: isFailure('still-failing'), title: (count) => `${count} failing as before`, isFolded: true },
  {
    has: isNamedInconclusive,
    title: (count) => `${count} inconclusive: named so with --inconclusive or inconclusive=`,
  },
  inconclusive((kind) => !isLocal(kind) && !isProxy(kind) && !isCheck(kind), 'the server refused this checker'),
  inconclusive(isCheck, 'a check could not be made'),
  inconclusive(isProxy, 'the proxy is in the way'),
  THIS_MACHINE,
]

/** All lists of verdicts that are at hand, each with a blank line before the first; '' when there is nothing to list. */
export function sections(verdicts: readonly Verdict[], theme: Theme): string {
  const listed = verdicts.filter((verdict) => SECTIONS.some((section) => section.has(verdict)))
  const widest = Math.max(0, ...listed.map((verdict) => textWidth(place(verdict, theme))))
  const lines = SECTIONS.flatMap((section) => {
    const own = listed.filter(section.has)
    if (own.length === 0) return []
    const title = titleLines(section, `${own.length}`, theme)
    if (section.isFolded) return wrapText(`${section.title(`${own.length}`)}: ${inShort(own, theme)}`, theme.columns)
    if (section === THIS_MACHINE) return [...title, ...oncePerReason(own, theme)]
    return [...title, ...own.flatMap((verdict) => item(verdict, widest, theme))]
  })
  return lines.length === 0 ? '' : `\n${joinLines(lines)}`
}

/** `404 ×3, DNS ×1`. */
function inShort(verdicts: readonly Verdict[], theme: Theme): string {
  const labels = new Map<string, number>()
  for (const verdict of verdicts) labels.set(labelOf(verdict), (labels.get(labelOf(verdict)) ?? 0) + 1)
  return Array.from(labels, ([label, often]) => `${label} ${theme.times}${often}`).join(', ')
}

/** `this machine is offline: 19 URLs could not be judged`. */
function oncePerReason(verdicts: readonly Verdict[], theme: Theme): string[] {
  const reasons = new Map<string, number>()
  for (const verdict of verdicts) {
    const sentence = theme.clean(`${verdict.reason}${verdict.hint === null ? '' : `. ${verdict.hint}`}`)
    reasons.set(sentence, (reasons.get(sentence) ?? 0) + 1)
  }
  const width = theme.columns === null ? null : theme.columns - INDENT.length
  return Array.from(reasons, ([sentence, often]) => `${often === 1 ? '1 URL' : `${often} URLs`}: ${sentence}`)
    .flatMap((line) => wrapText(line, width))
    .map((line) => INDENT + line)
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
    ...(moved ? [`${theme.arrow} ${theme.clean(humanUrl(verdict.finalUrl))}`] : []),
    ...[sentenceOf(verdict), ...otherFaultsOf(verdict)].flatMap((text) => wrapText(theme.clean(text), width)),
  ]
  return [`${INDENT}${where}${theme.clean(shownUrlOf(verdict))}`, ...texts.map((text) => `${indent}${text}`)]
}
