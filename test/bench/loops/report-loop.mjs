// Verdicts through one reporter, redaction and a real sink to /dev/null. The verdicts are made before and go round, so
// their making is in the memory and not in the time. Prints one line of JSON.
//   node report-loop.mjs FORMAT COUNT

import { createTally } from '../../../build/judge/tally.js'
import { FORMATS } from '../../../build/report/formats/index.js'
import { openFileSink } from '../../../build/report/open-sink.js'
import { createReport } from '../../../build/report/report.js'
import { makeVerdicts } from './verdicts.mjs'

const MADE = 10_000
const [format, given] = process.argv.slice(2)
const count = Number(given)
const verdicts = makeVerdicts(MADE)
const summary = summaryOf(verdicts, count)
const context = {
  columns: null,
  color: false,
  unicode: true,
  show: 'auto',
  fields: null,
  strict: false,
  isFile: false,
  workspace: null,
}
const report = createReport([{ reporter: FORMATS[format].create(context), sink: await openFileSink('/dev/null') }])

const startedAt = performance.now()
await report.begin()
for (let index = 0; index < count; index++) {
  const wait = report.each(verdicts[index % MADE])
  if (wait !== undefined) await wait
}
await report.end(summary)
const ms = performance.now() - startedAt
if (report.errors.length > 0) throw report.errors[0].error
console.log(JSON.stringify({ ms, verdictsPerSecond: (1000 * count) / ms }))

function summaryOf(some, total) {
  const tally = createTally()
  for (const verdict of some) tally.add(verdict)
  const none = { invalid: 0, duplicate: 0, excluded: 0, otherShard: 0, notAsked: 0, blank: 0 }
  const startedAtText = new Date().toISOString()
  const run = { durationMs: 1000, startedAt: startedAtText, unfinished: null, notices: [], exitCode: 1 }
  return tally.summary({ lines: { total, checked: total, ...none }, ...run })
}
