// The process of internet.mjs. /INDEX/wait/MS/STATUS, /INDEX/redirect/MS/HOST/MS/STATUS, /INDEX/silent, /INDEX/reset.
// HTTP by hand, as little of it as does: what the server takes of the machine the checker does not get.

import { createServer } from 'node:net'

const FATES = {
  wait(socket, [ms, status]) {
    setTimeout(answer, Number(ms), socket, `${status} x\r\n`)
  },
  redirect(socket, [ms, host, nextMs, status], index) {
    const location = `http://${host}:${server.address().port}/${index}/wait/${nextMs}/${status}`
    setTimeout(answer, Number(ms), socket, `302 x\r\nlocation: ${location}\r\n`)
  },
  silent() {},
  reset(socket) {
    socket.resetAndDestroy()
  },
}

const server = createServer({ noDelay: true }, (socket) => {
  let head = ''
  socket.setEncoding('latin1')
  socket.on('data', (text) => {
    head += text
    if (!head.endsWith('\r\n\r\n')) return
    const [, index, fate, ...rest] = head.slice(0, head.indexOf(' HTTP/')).split('/')
    head = ''
    FATES[fate](socket, rest, index)
  })
  // A checker that gave up.
  socket.on('error', () => socket.destroy())
})
server.listen({ port: 0, host: '0.0.0.0', backlog: 4096 }, () => process.send(server.address().port))
process.on('disconnect', () => process.exit())

function answer(socket, head) {
  if (socket.writable) socket.write(`HTTP/1.1 ${head}content-length: 0\r\n\r\n`)
}
