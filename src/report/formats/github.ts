// Annotations of GitHub's workflow commands, which put what failed beside the line of the list in a pull request. GitHub
// shows ten errors and ten warnings of a step, so each group gets its first one before any gets a second.
// https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions

import { relative, resolve, sep } from 'node:path'
import { grouped as count } from '../../words/counted.js'
import type { Reporter, ReporterContext } from '../../words/output.js'
import type { Verdict } from '../../words/verdict.js'
import { counted } from '../counted.js'
import { escapeText } from '../escape.js'
import { headline } from '../headline.js'
import { sentenceOf, urlOf } from '../table/row.js'
import { troubleTitle } from '../trouble-title.js'
import type { ReportFormat } from './report-format.js'

/** What GitHub shows of one step, of each level. */
const SHOWN = 10
/** Groups that are kept, with ten samples each at most; whatever comes later is counted in the notice alone. */
const GROUPS_MAX = 1000

/** At most 10 `::error`, 10 `::warning` and one `::notice`. */
export const github = {
  name: 'github',
  endings: [],
  fate: 'document',
  keepsRows: () => false,
  create: createGithub,
} as const satisfies ReportFormat

/** As long as a path may be on Linux. */
const PATH_MAX = 4096

type Level = 'error' | 'warning'

interface Sample {
  readonly index: number
  readonly properties: string
  readonly url: string
  readonly sentence: string
}

/** URLs of one host with the same trouble. */
interface Group {
  readonly level: Level
  readonly isNew: boolean
  readonly host: string
  readonly samples: Sample[]
  count: number
}

function createGithub({ strict, workspace }: ReporterContext): Reporter {
  const groups = new Map<string, Group>()
  return {
    each(verdict) {
      const { outcome, host } = verdict
      if (outcome !== 'failed' && outcome !== 'inconclusive') return ''
      const level = outcome === 'failed' || strict ? 'error' : 'warning'
      const isNew = verdict.change === 'new-failure'
      const title = escapeText(troubleTitle(verdict))
      const key = `${level} ${isNew} ${title} ${host}`
      if (!groups.has(key) && groups.size >= GROUPS_MAX) return ''
      const group = groups.get(key) ?? { level, isNew, host: escapeText(host), samples: [], count: 0 }
      groups.set(key, group)
      group.count++
      if (group.samples.length < SHOWN) group.samples.push(sampleOf(verdict, title, workspace))
      return ''
    },
    end: (summary) => [
      ...annotations([...groups.values()], 'error'),
      ...annotations([...groups.values()], 'warning'),
      `::notice title=scrape-status::${data(`${headline(summary).text}: ${counted(summary)}`)}\n`,
    ],
  }
}

function sampleOf(verdict: Verdict, title: string, workspace: string | null): Sample {
  const file = fileOf(verdict, workspace)
  const place = file === null ? [] : [`file=${property(escapeText(file, PATH_MAX))}`, `line=${verdict.line}`]
  const properties = [...place, `title=${property(title)}`].join(',')
  return {
    index: verdict.index,
    properties,
    url: escapeText(urlOf(verdict)),
    sentence: escapeText(sentenceOf(verdict)),
  }
}

/** As the repository names it; null for what is in no file of it. */
function fileOf({ source, line }: Verdict, workspace: string | null): string | null {
  if (line === null || source === '-' || source === 'argv' || /^https?:/i.test(source)) return null
  if (workspace === null) return source
  const path = relative(workspace, resolve(source)).split(sep).join('/')
  return path === '..' || path.startsWith('../') || /^(?:\/|[A-Za-z]:)/.test(path) ? null : path
}

/** The first of every group, then the second ones, and so on; what is new and what is many before the rest. */
function annotations(groups: readonly Group[], level: Level): string[] {
  const own = groups
    .filter((group) => group.level === level)
    .sort((a, b) => Number(b.isNew) - Number(a.isNew) || b.count - a.count)
  const texts: string[] = []
  for (let round = 0; round < SHOWN && texts.length < SHOWN; round++) {
    for (const { samples, host, count: all } of own) {
      const sample = samples[round]
      if (sample === undefined || texts.length === SHOWN) continue
      const more = round > 0 || all === 1 ? '' : `\nand ${count(all - 1)} more${host === '' ? '' : ` of ${host}`}`
      texts.push(`::${level} ${sample.properties}::${data(`${sample.url}\n${sample.sentence}${more}`)}\n`)
    }
  }
  return texts
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
