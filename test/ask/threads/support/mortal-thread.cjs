// The program of a thread that dies, as SCRAPE_STATUS_DEATH says: `exit:N` and `throw:N` with the Nth target, `start` before
// it listens, `ready` when it is told what it may use, `answered` once it has said that it is, `begin` when it is told of the
// list, `targets` when it is given the first of it.

const { parentPort } = require('node:worker_threads')
const [how, after = '0'] = process.env.SCRAPE_STATUS_DEATH.split(':')

if (how === 'start') throw new Error('no thread today')
require('../../../../dist/thread.cjs')
let left = Number(after)
parentPort.on('message', ([name, [text]]) => {
  if (name === 'resize' && how === 'ready') process.exit(1)
  if (name === 'resize' && how === 'answered') setImmediate(() => process.exit(1))
  if (name === how) process.exit(1)
  if (name !== 'targets') return
  left -= JSON.parse(text)[1].length / 4
  if (left > 0) return
  left = Number.POSITIVE_INFINITY
  // In the middle of what it has: first answers have come, and led to hosts of others.
  setTimeout(() => {
    if (how === 'throw') throw new RangeError('a bug of ours')
    process.exit(1)
  }, 70)
})
