// A bare loop over `tls.connect` with one shared SecureContext, verified: a GET written by hand, the status read from
// the first piece of the answer.
//   node bare-tls-loop.mjs LIST AT_ONCE CA_FILE

import { readFileSync } from 'node:fs'
import { connect, createSecureContext } from 'node:tls'

const [file, atOnce, caFile] = process.argv.slice(2)
const urls = readFileSync(file, 'utf8').trimEnd().split('\n')
const secureContext = createSecureContext({ ca: readFileSync(caFile) })
const counts = {}
let begun = 0

for (let index = 0; index < Number(atOnce); index++) ask()
process.on('exit', () => console.log(JSON.stringify(counts)))

function ask() {
  if (begun === urls.length) return
  const url = urls[begun++]
  const slash = url.indexOf('/', 8)
  const authority = url.slice(8, slash)
  const [host, port] = authority.split(':')
  let result = 'no answer'
  const socket = connect({ host, port, secureContext }, () => {
    socket.write(`GET ${url.slice(slash)} HTTP/1.1\r\nHost: ${authority}\r\nConnection: close\r\n\r\n`)
  })
  socket.once('data', (piece) => {
    result = piece.toString('latin1', 9, 12)
    socket.destroy()
  })
  socket.on('error', (error) => {
    result = error.code
  })
  socket.on('close', () => {
    counts[result] = (counts[result] ?? 0) + 1
    ask()
  })
}
