// Contestants run one after the other, round by round (A B C A B C …), each as a whole process. After every run its
// right answers are counted: a run that did not ask all is said aloud and its figures are not used.

import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { measuredRun } from './measured-run.mjs'

/** URLs. */
const WARM_UP = 200
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/**
 * `contestants`: `{ id, label?, rival, list, runs, flags? }` each; of a rival's most URLs `share` is asked. `right`: how many
 * URLs answer 200, default all; `slack`: the share of these that a tool may not see. Resolves to an entry
 * for each of them: `{ id, name, version, shown, urls, runs, problems }` with `runs` as `{ round, wallMs, cpuMs, peakKb,
 * urlsPerSecond }`, or `{ id, name, missing }`.
 */
export async function race(options) {
  const { workload, contestants, atOnce, ca = null, port, folder, places, share, say } = options
  const { timeoutS = 10, right = null, slack = 0 } = options
  const pageOf = (list) => `http://127.0.0.1:${port}/pages/${basename(list.as('page'))}`
  const entries = contestants.map(({ id, label, rival, list, runs, flags = [] }) => {
    const name = label ?? rival.name
    const reason = rival.not?.[workload]
    const found = reason === undefined ? rival.find(places) : { missing: reason }
    if (found.missing !== undefined) return { id, name, missing: found.missing }
    const part = list.first(Math.max(1, Math.round(rival.most[workload] * share)))
    const task = { program: found.program, atOnce, ca, pageOf, timeoutS, flags }
    const { args, env } = rival.command({ ...task, list: part })
    const warmUp = rival.command({ ...task, list: list.first(WARM_UP) })
    return {
      id,
      name,
      version: found.version,
      args,
      env,
      warmUp,
      urls: part.count,
      least: Math.ceil((right ?? part.count) * (1 - slack)),
      planned: runs,
      rival,
      runs: [],
      problems: [],
    }
  })

  // The first run of a program reads it from the disk, and the first requests are the server's slowest.
  const spare = { folder, output: join(folder, 'output'), errors: join(folder, 'errors') }
  for (const { warmUp } of entries) if (warmUp !== undefined) await measuredRun({ ...warmUp, ...spare })

  const rounds = Math.max(...contestants.map(({ runs }) => runs))
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries) {
      if (entry.missing !== undefined || round >= entry.planned) continue
      await runOnce(entry, { round, workload, folder, say })
    }
  }
  return entries.map(({ id, name, version, missing, args, env, urls, runs, problems }) =>
    missing === undefined
      ? { id, name, version, shown: shown(args, env, folder), urls, runs, problems }
      : { id, name, missing },
  )
}

async function runOnce(entry, { round, workload, folder, say }) {
  const output = join(folder, 'output')
  const errors = join(folder, 'errors')
  const run = await measuredRun({ args: entry.args, env: entry.env, folder, output, errors })
  const right = rightAnswers(entry.rival, output)
  const urlsPerSecond = (1000 * entry.urls) / run.wallMs
  if (right >= entry.least) {
    entry.runs.push({ round, ...run, urlsPerSecond, right })
    say(`${workload} ${entry.name}: ${Math.round(urlsPerSecond)} URLs/s`)
    return
  }
  const problem = `${entry.name}: ${right} of ${entry.urls} URLs answered 200 (exit code ${run.exitCode})`
  entry.problems.push(problem)
  say(`${workload} WRONG ${problem}\n${readFileSync(errors, 'utf8').slice(0, 500)}`)
}

/** 0 where the output is not what it should be. */
function rightAnswers(rival, output) {
  try {
    return rival.rightAnswers(output)
  } catch {
    return 0
  }
}

/** The command as a reader would type it: no folders of this machine. */
export function shown(args, env, folder) {
  const word = (text) => {
    const short = text === execPath ? 'node' : text.replace(`${folder}/`, '').replace(ROOT, '')
    const bare = short.startsWith('/') ? basename(short) : short
    return /^[\w@%+=:,./-]+$/.test(bare) ? bare : `'${bare}'`
  }
  const settings = Object.entries(env ?? {}).map(([name, value]) => `${name}=${word(value)}`)
  return [...settings, ...args.map(word)].join(' ')
}
