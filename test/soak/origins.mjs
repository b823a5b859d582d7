// The servers of the soak, in a process of its own so that the client's memory is measured alone: every 127.a.b.c is an
// origin, answered as the path says. Started by soak.mjs; says its ports and ends when its parent does.

import { once } from 'node:events'
import { createServer } from 'node:net'

/** What each path gets. A function closes or goes on as it likes; a text is written and the connection left open. */
const ANSWERS = {
  '/ok': 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  '/redirect': 'HTTP/1.1 301 Moved\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n',
  '/garbage': '\x00\x01\x02 this is no HTTP \xff\xfe',
  '/silence': '',
  '/reset': (socket) => socket.resetAndDestroy(),
  '/endless': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    const chunk = Buffer.alloc(65_536, 'x')
    const pour = () => {
      while (socket.writable && socket.write(chunk));
    }
    socket.on('drain', pour)
    pour()
  },
}

const server = createServer({ noDelay: true }, (socket) => {
  let read = ''
  socket.on('error', () => {})
  socket.on('data', (bytes) => {
    read += bytes.toString('latin1')
    if (!read.includes('\r\n\r\n')) return
    const answer = ANSWERS[read.split(' ', 2)[1]]
    read = ''
    if (typeof answer === 'function') answer(socket)
    else if (answer !== '') socket.write(answer, 'latin1')
  })
})
server.listen({ port: 0, host: '0.0.0.0', backlog: 4096 })
await once(server, 'listening')
// A port that nobody listens on: taken and given back.
const closed = createServer().listen({ port: 0, host: '0.0.0.0' })
await once(closed, 'listening')
const refused = closed.address().port
closed.close()
process.send({ open: server.address().port, refused })
process.on('disconnect', () => process.exit())
