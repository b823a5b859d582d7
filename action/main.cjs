// The GitHub Action: inputs of a workflow become arguments, and what the run found becomes outputs. Everything between is
// the command itself. `npm run release:action` makes one file of both.

const { appendFileSync, existsSync, mkdtempSync, readFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join, resolve } = require('node:path')
const { randomUUID } = require('node:crypto')
const { splitArguments } = require('./split-arguments.cjs')

const { env } = process
const input = (name) => (env[`INPUT_${name.toUpperCase()}`] ?? '').trim()
/** As GitHub's own toolkit reads it: YAML 1.2, core schema. */
const isOff = (name) => /^false$/i.test(input(name))

const folder = input('working-directory')
if (folder !== '') process.chdir(folder)
if (isOff('summary')) delete env.GITHUB_STEP_SUMMARY
if (isOff('annotations')) delete env.GITHUB_ACTIONS

const report = input('report')
const baseline = input('baseline')
const counts = join(mkdtempSync(join(env.RUNNER_TEMP || tmpdir(), 'scrape-status-')), 'summary.json')
const lists = input('list')
  .split(/\r?\n/)
  .filter((line) => line.trim() !== '')
const argv = [
  ...(report === '' ? [] : ['--output', report]),
  ...(baseline === '' ? [] : ['--baseline', baseline]),
  ...['--output', `summary=${counts}`],
  ...words(),
  // Whatever a list is called, it is no flag.
  '--',
  ...lists.map((line) => line.trim()),
]
if (lists.length === 0) fail('list: expected at least one list or URL')

process.on('exit', (code) => {
  const {
    verdicts,
    ok,
    failed,
    inconclusive,
    baseline: compared,
  } = existsSync(counts) ? JSON.parse(readFileSync(counts, 'utf8')) : {}
  setOutput('exit-code', code)
  setOutput('total', verdicts)
  setOutput('ok', ok)
  setOutput('failed', failed)
  setOutput('inconclusive', inconclusive)
  setOutput('new', compared?.new)
  setOutput('report', report !== '' && existsSync(report) ? resolve(report) : undefined)
  // Used wrongly and a report that could not be written are no findings about pages.
  if (isOff('fail') && (code === 1 || code === 4)) process.exitCode = 0
})

function words() {
  try {
    return splitArguments(input('args'))
  } catch ({ message }) {
    return fail(message)
  }
}

/** In the file's own form, which takes any text: https://docs.github.com/actions, "Setting an output parameter". */
function setOutput(name, value = '') {
  if (!env.GITHUB_OUTPUT) return
  const end = randomUUID()
  appendFileSync(env.GITHUB_OUTPUT, `${name}<<${end}\n${value}\n${end}\n`)
}

function fail(why) {
  console.error(`::error title=scrape-status::${why}`)
  process.exit(2)
}

process.argv.splice(2, process.argv.length, ...argv)
require('../bin/scrape-status.js')
