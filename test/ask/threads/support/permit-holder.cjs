// The program of a thread that takes a permit of somebody else's host, says so, and dies with it.

const { parentPort } = require('node:worker_threads')

parentPort.on('message', ([name, given, asked]) => {
  if (name === 'resize') parentPort.postMessage([null, undefined, asked])
  if (name === 'begin') parentPort.postMessage(['enter', [{ host: 'a.example', origin: 'http://a.example' }], 1])
  if (name !== null) return
  parentPort.postMessage(['notify', [`ticket ${given.ticket}`], 0])
  throw new RangeError('a bug of ours')
})
