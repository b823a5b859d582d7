// A page of made-up verdicts, as a file: for states of a run that take long to bring about.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { onTestFinished } from 'vitest'
import { summarise } from '../../../../src/judge/summarise.js'
import { FORMATS } from '../../../../src/report/formats/index.js'
import { redact } from '../../../../src/report/redact.js'
import type { RunDescription } from '../../../../src/words/output.js'
import type { Summary } from '../../../../src/words/summary.js'
import type { Verdict } from '../../../../src/words/verdict.js'
import { printed, surroundings } from '../../support/verdicts.js'

export const ABOUT: RunDescription = { inputs: ['links.txt'], accept: '200-299', expectations: [] }

/** All that the page of these verdicts is; the counts of the summary are theirs unless it says otherwise. */
export function pageOf(
  verdicts: readonly Verdict[],
  summary: Partial<Summary> = {},
  about: RunDescription | null = ABOUT,
): string {
  const reporter = FORMATS.html.create(surroundings(about === null ? {} : { about }))
  return printed(
    reporter,
    verdicts.map((verdict) => redact(verdict)),
    { ...summarise(verdicts), ...summary },
  )
}

/** The same as a file that is gone with the test; its `file:` address. */
export async function pageFile(html: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scrape-status-page-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'report.html')
  await writeFile(path, html)
  return `${pathToFileURL(path)}`
}
