// The process of node.mjs. Gets its certificates as a message, answers with its ports, ends with its parent.

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'

const BACKLOG = 4096

process.on('disconnect', () => process.exit())
process.once('message', (certificates) => {
  const plain = createServer(answer)
  const byHost = new Map()
  for (const { hosts, cert, key } of certificates) {
    const server = createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) }, answer)
    for (const host of hosts) byHost.set(host, server)
  }
  // Without a name in the handshake, the address that was connected to says which certificate is right.
  const tls = createTcpServer((socket) => {
    const server = byHost.get(socket.localAddress)
    if (server === undefined) socket.destroy()
    else server.emit('connection', socket)
  })
  plain.listen({ port: 0, host: '0.0.0.0', backlog: BACKLOG }, () => {
    tls.listen({ port: 0, host: '0.0.0.0', backlog: BACKLOG }, () => {
      process.send({ port: plain.address().port, tlsPort: tls.address().port })
    })
  })
})

function answer(request, response) {
  if (!request.url.startsWith('/pages/')) {
    response.setHeader('Content-Length', 0)
    response.end()
    return
  }
  response.setHeader('Content-Type', 'text/html')
  response.end(readFileSync(join('www', new URL(request.url, 'http://localhost').pathname)))
}
