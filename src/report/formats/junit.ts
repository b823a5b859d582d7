// JUnit's XML as Jenkins, GitLab and Azure read it: one suite a run, one case a URL. Valid against the schemas of Jenkins'
// junit and xunit plugins, so without `file` attributes. What is said of a case is text and never markup.

import { grouped as count } from '../../words/counted.js'
import type { Reporter, ReporterContext } from '../../words/output.js'
import type { ReportedSummary } from '../../words/summary.js'
import type { Verdict } from '../../words/verdict.js'
import { escapeText } from '../escape.js'
import { createCases, type JunitCase, type JunitRest } from '../junit-cases.js'
import { otherFaultsOf, placeOf, sentenceOf, urlOf } from '../table/row.js'
import type { ReportFormat } from './report-format.js'

/** Of a name or a text, in characters: 20,000 long URLs must not fill the memory of whoever reads them. */
const TEXT_MAX = 2000

/** Up to 20,000 cases, what is not fine first; the rest is one case a host. */
export const junit = {
  name: 'junit',
  endings: ['.xml'],
  fate: 'document',
  keepsRows: () => false,
  create: createJunit,
} as const satisfies ReportFormat

function createJunit({ strict }: ReporterContext): Reporter {
  const cases = createCases()
  return {
    each(verdict) {
      cases.add(caseOf(verdict, strict))
      return ''
    },
    *end(summary) {
      const { listed, rest } = cases.chosen()
      const all = [...listed, ...rest.map(caseOfRest)]
      const names = createNames()
      yield `<?xml version="1.0" encoding="UTF-8"?>\n${head(summary, all)}`
      for (const each of all) yield element(each, names)
      yield '</testsuite>\n</testsuites>\n'
    },
  }
}

function caseOf(verdict: Verdict, strict: boolean): JunitCase {
  const { index, host, outcome, durationMs } = verdict
  const state = outcome === 'inconclusive' && strict ? 'error' : STATES[outcome]
  const time = durationMs === null ? '' : ` time="${seconds(durationMs)}"`
  return {
    index,
    host: clean(host),
    name: clean(urlOf(verdict)),
    state,
    attributes: time,
    inside: inside(verdict, state),
  }
}

const STATES = { ok: 'passed', failed: 'failure', inconclusive: 'skipped', skipped: 'skipped' } as const

function inside(verdict: Verdict, state: JunitCase['state']): string {
  if (state === 'passed') return ''
  const place = placeOf(verdict)
  const texts = [
    ...(place === '' ? [] : [place]),
    sentenceOf(verdict),
    ...otherFaultsOf(verdict),
    ...(verdict.finalUrl === '' || verdict.finalUrl === verdict.url ? [] : [`ended at ${verdict.finalUrl}`]),
    ...(verdict.change === null ? [] : [`against the baseline: ${verdict.change}`]),
  ]
  const text = texts.map((each) => xml(clean(each))).join('\n')
  // The schema of the junit plugin gives it no attributes.
  if (state === 'skipped') return `<skipped>${text}</skipped>`
  return `<${state} type="${xml(clean(verdict.kind))}" message="${xml(clean(verdict.reason))}">${text}</${state}>`
}

function caseOfRest({ host, passed, failed, skipped }: JunitRest): JunitCase {
  const all = passed + failed + skipped
  const name = `${count(all)} more ${all === 1 ? 'URL' : 'URLs'}`
  const said = `${count(failed)} of ${count(all)} failed, ${count(skipped)} could not be judged`
  const state = failed > 0 ? 'failure' : passed > 0 ? 'passed' : 'skipped'
  const texts = {
    passed: '',
    skipped: `<skipped>${said}</skipped>`,
    failure: `<failure type="http.error" message="${said}">too many URLs for a case each; all rows: -o report.ndjson</failure>`,
  }
  return { index: 0, host: host ?? 'other hosts', name, state, attributes: '', inside: texts[state] }
}

function head(summary: ReportedSummary, cases: readonly JunitCase[]): string {
  const of = (state: JunitCase['state']) => cases.filter((each) => each.state === state).length
  const counts = `tests="${cases.length}" failures="${of('failure')}" errors="${of('error')}"`
  const time = `time="${seconds(summary.durationMs)}"`
  const moment = `skipped="${of('skipped')}" timestamp="${summary.startedAt.slice(0, 19)}"`
  const facts = [
    ['verdicts', summary.verdicts],
    ['ok', summary.ok],
    ['failed', summary.failed],
    ['inconclusive', summary.inconclusive],
    ['skipped', summary.skipped],
    ['exitCode', summary.exitCode],
    ...(summary.unfinished === null ? [] : [['unfinished', summary.unfinished] as const]),
  ] as const
  const properties = facts.map(([name, value]) => `<property name="${name}" value="${value}"/>\n`).join('')
  return (
    `<testsuites name="scrape-status" ${counts} ${time}>\n` +
    `<testsuite name="scrape-status" ${counts} ${time} ${moment}>\n<properties>\n${properties}</properties>\n`
  )
}

/** GitLab keys on class name and name, and shows one of two that are the same: a repeat gets a number. */
function createNames(): (each: JunitCase) => string {
  const taken = new Map<string, number>()
  const keyOf = (host: string, name: string) => `${host} ${name}`
  return ({ host, name }) => {
    const key = keyOf(host, name)
    let repeat = taken.get(key) ?? 0
    let own = name
    do own = ++repeat === 1 ? name : `${name} (${repeat})`
    while (repeat > 1 && taken.has(keyOf(host, own)))
    taken.set(key, repeat)
    if (repeat > 1) taken.set(keyOf(host, own), 1)
    return own
  }
}

function element(each: JunitCase, nameOf: (each: JunitCase) => string): string {
  // A line without a URL has no host, and a class without a name is shown as "null" by some.
  const where = `classname="${xml(each.host === '' ? 'no host' : each.host)}" name="${xml(nameOf(each))}"${each.attributes}`
  return each.inside === '' ? `<testcase ${where}/>\n` : `<testcase ${where}>${each.inside}</testcase>\n`
}

/** With three digits, as the xunit schema wants it. */
function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

/** Nothing is left that XML cannot hold: U+FFFE and U+FFFF are shown, not hidden, elsewhere. */
function clean(text: string): string {
  return escapeText(text, TEXT_MAX).replace(/[\ufffe\uffff]/g, (character) =>
    character === '\ufffe' ? '\\u{fffe}' : '\\u{ffff}',
  )
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function xml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]!)
}
