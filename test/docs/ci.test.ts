// The recipes of docs/ci.md: YAML that a parser reads, whose lines of shell are run as the runners run them.

import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readDocPage, runDocPage } from './support/doc-page.js'

const page = await readDocPage('ci.md')
const yaml = (name: string) => parse(page.blocks.find((block) => block.name === name)!.text)

test('what runners run is run, and the files that they take are there', { timeout: 120_000 }, async () => {
  const github: string[] = yaml('github.yml').jobs.links.steps.flatMap(({ run }: { run?: string }) => run ?? [])
  // The command is there already; what installs it is in every example all the same.
  const isInstall = (line: string) => line === 'npm install --global ./tools/scrape-status.tgz'
  expect(github.filter(isInstall).concat(yaml('gitlab.yml').links.before_script)).toHaveLength(2)
  const gitlab: string[] = yaml('gitlab.yml').links.script
  const jenkins = [...page.text.matchAll(/sh '([^']+)'/g)].map(([, line]) => line!)
  expect([github.length, gitlab.length, jenkins.length]).toEqual([3, 1, 1])
  const taken = [yaml('gitlab.yml').links.artifacts.reports.junit, ...yaml('gitlab.yml').links.artifacts.paths]
  const lines = [
    ...github
      .filter((line) => !isInstall(line))
      .map((line) => `GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=summary.md ${line}`),
    'grep -q "^## All 3 URLs are fine" summary.md && test -s last.ndjson',
    ...gitlab,
    ...taken.map((file) => `test -s ${file}`),
    ...jenkins,
    'test -s report.xml',
  ]
  const printed = await runDocPage({ ...page, commands: lines.map((line) => ({ line, code: 0 })) })
  expect(printed).toHaveLength(lines.length)
})

test('the Action is used with inputs that it has', async () => {
  const [, step] = yaml('action.yml').jobs.links.steps
  const action = parse(await readFile(new URL('../../action.yml', import.meta.url), 'utf8'))
  for (const name of Object.keys(step.with)) expect(Object.keys(action.inputs)).toContain(name)
  for (const name of Object.keys(action.inputs)) expect(page.text).toContain(`\`${name}\``)
  for (const name of Object.keys(action.outputs)) expect(page.text).toContain(`\`${name}\``)
})
