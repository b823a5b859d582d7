// A bare loop over `Agent.dispatch`: no deadline, no redirects, no record, no retry. The list is read at once, answers
// are counted by status, and one line of JSON says how many there were.
//   node floor-loop.mjs LIST AT_ONCE OPTIONS_OF_THE_AGENT [CA_FILE]

import { readFileSync } from 'node:fs'
import { Agent } from 'undici'

const [file, atOnce, options, caFile] = process.argv.slice(2)
const urls = readFileSync(file, 'utf8').trimEnd().split('\n')
const connect = caFile === undefined ? {} : { connect: { ca: readFileSync(caFile) } }
const agent = new Agent({ ...JSON.parse(options), ...connect })
const counts = {}
let begun = 0
let done = 0

const handler = {
  onRequestStart() {},
  onResponseStart(_, status) {
    counts[status] = (counts[status] ?? 0) + 1
  },
  onResponseData() {},
  onResponseEnd: next,
  onResponseError(_, error) {
    counts[error.code] = (counts[error.code] ?? 0) + 1
    next()
  },
}

for (let index = 0; index < Number(atOnce); index++) ask()

function ask() {
  if (begun === urls.length) return
  const url = urls[begun++]
  const slash = url.indexOf('/', 8)
  agent.dispatch({ origin: url.slice(0, slash), path: url.slice(slash), method: 'GET' }, handler)
}

function next() {
  if (++done < urls.length) ask()
  else agent.destroy().then(() => console.log(JSON.stringify(counts)))
}
