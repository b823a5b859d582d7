// One server for all cases: `/case/17` is answered with the bytes of case 17, then as that case says. Connections that
// stay open serve the next request, so that what one answer left behind meets the next one.

import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { type Listening, listen } from '../support/listen.js'
import type { FuzzCase } from './fuzz-case.js'

export interface FuzzServer extends Listening {
  readonly url: string
  /** Requests read on a connection that had served one before. */
  reused(): number
  requests(): number
}

/** Answers `/case/INDEX` by the case of that number, and `/final?ID` with 200 and that ID. */
export async function startFuzzServer(caseOf: (index: number) => FuzzCase): Promise<FuzzServer> {
  let requests = 0
  let reused = 0
  const server = createServer({ noDelay: true }, (socket) => {
    let read = ''
    let answered = 0
    let playing = Promise.resolve()
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      read += chunk.toString('latin1')
      const end = read.indexOf('\r\n\r\n')
      if (end < 0) return
      const [, path = ''] = read.split(' ', 2)
      read = read.slice(end + 4)
      requests++
      if (answered++ > 0) reused++
      // One answer after the other: what is left of the one before comes first.
      playing = playing.then(() => play(socket, caseAt(path)))
    })
  })
  const caseAt = (path: string): Pick<FuzzCase, 'pieces' | 'end'> => {
    const [, index] = /^\/case\/(\d{1,9})$/.exec(path) ?? []
    if (index !== undefined) return caseOf(Number(index))
    const answer = `HTTP/1.1 200 OK\r\nContent-Type: ${path.slice(7)}\r\nContent-Length: 0\r\n\r\n`
    return { pieces: [Buffer.from(answer, 'latin1')], end: 'keep' }
  }
  const listening = await listen(server)
  const { host, port } = listening
  return { ...listening, url: `http://${host}:${port}`, requests: () => requests, reused: () => reused }
}

async function play(socket: Socket, { pieces, end }: Pick<FuzzCase, 'pieces' | 'end'>): Promise<void> {
  for (const [place, piece] of pieces.entries()) {
    if (place > 0) await turn()
    if (socket.writable) socket.write(piece)
  }
  if (!socket.writable) return
  if (end === 'fin') socket.end()
  else if (end === 'rst') socket.resetAndDestroy()
  else if (end === 'late-rst') {
    await sleep(1)
    if (!socket.destroyed) socket.resetAndDestroy()
  }
}
