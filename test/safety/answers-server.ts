// A server that answers each path with bytes given beforehand, and keeps what it was sent. As a proxy it is asked for
// whole URLs, or to CONNECT, and answers those in the same way.

import { createServer } from 'node:net'
import { type Listening, listen } from '../support/listen.js'

export interface AnswersServer extends Listening {
  /** All that was sent to it, as latin1. */
  received(): string
}

/** `answers` by the second word of the request line, without its query; latin1, one character a byte. Others get 200. */
export function startAnswersServer(answers: Readonly<Record<string, string>>): Promise<AnswersServer> {
  let received = ''
  const server = createServer({ noDelay: true }, (socket) => {
    let read = ''
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      const text = bytes.toString('latin1')
      received += text
      read += text
      if (!read.includes('\r\n\r\n')) return
      const path = read.split(' ', 2)[1]!.replace(/\?.*/, '')
      socket.end(answers[path] ?? 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 'latin1')
      read = ''
    })
  })
  return listen(server).then((listening) => ({ ...listening, received: () => received }))
}
