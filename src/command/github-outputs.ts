// What a job of GitHub Actions gets beside what was asked for: annotations on stderr, and the summary of the job.

import { resolve } from 'node:path'
import { FORMATS } from '../report/formats/index.js'
import { createJobSummary, type JobSummary } from '../report/job-summary.js'
import type { Output } from '../report/report.js'
import { createSink } from '../report/sink.js'
import type { Session } from './session.js'

export interface GithubOutputs {
  readonly outputs: readonly Output[]
  notices(): readonly string[]
}

/** None outside of such a job, with `--no-github`, or where the user asked for the same. */
export function githubOutputs({ options, context, world }: Session): GithubOutputs {
  const { github, report, output } = options
  const { GITHUB_ACTIONS, GITHUB_STEP_SUMMARY } = world.env
  const inJob = { ...context, columns: null, color: false, unicode: true }
  const outputs: Output[] = []
  const asked = report === 'github' || output.some(({ format }) => format === 'github')
  if (github && GITHUB_ACTIONS === 'true' && !asked) {
    const sink = createSink(world.stderr, 'stderr')
    outputs.push({ reporter: FORMATS.github.create(inJob), sink, isAside: true })
  }
  let summary: JobSummary | null = null
  const isWritten = (path: string) => output.some((each) => resolve(each.path) === resolve(path))
  if (github && GITHUB_STEP_SUMMARY && !isWritten(GITHUB_STEP_SUMMARY)) {
    summary = createJobSummary(GITHUB_STEP_SUMMARY)
    outputs.push({ reporter: FORMATS.markdown.create(inJob), sink: summary, isAside: true })
  }
  return { outputs, notices: () => (summary === null || summary.notice === null ? [] : [summary.notice]) }
}
