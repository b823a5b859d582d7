// Writes a list of any length, sorted by host, as fast as its reader takes it.
//   node write-list.mjs COUNT HOSTS PORT

import { writeSync } from 'node:fs'
import { loopbackHost } from '../lists.mjs'

const [count, hosts, port] = process.argv.slice(2).map(Number)
const STDOUT = 1
const PIECE = 64 * 1024
const perHost = Math.ceil(count / hosts)
let piece = ''

for (let index = 0; index < count; index++) {
  piece += `http://${loopbackHost(Math.floor(index / perHost))}:${port}/page/${index}\n`
  if (piece.length >= PIECE) flush()
}
flush()

function flush() {
  // A pipe may take a part of it only.
  for (let rest = Buffer.from(piece); rest.length > 0; ) rest = rest.subarray(writeSync(STDOUT, rest))
  piece = ''
}
