import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { expect, test } from 'vitest'
import { testCertificates } from './certificates.js'
import { closeAfterTest } from './close-after-test.js'
import { startRawServer, step } from './raw-server.js'

/** What a client saw: every segment, then how it ended. */
async function talk(socket: Socket, say = 'GET / HTTP/1.1\r\n\r\n'): Promise<string[]> {
  const seen: string[] = []
  socket.on('data', (chunk) => seen.push(String(chunk)))
  socket.on('end', () => seen.push('FIN'))
  socket.on('error', (error: NodeJS.ErrnoException) => seen.push(error.code ?? error.message))
  socket.write(say)
  await closed(socket)
  return seen
}

/** Unlike `events.once`, does not mind an error before. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

test('writes in the segments that the script cuts, and ends', async () => {
  const server = closeAfterTest(await startRawServer([step.readHead, step.write('HTTP\xff', [1, 3]), step.fin]))
  const socket = connect(server.port, server.host).setEncoding('latin1')
  expect(await talk(socket)).toEqual(['H', 'TT', 'P\xff', 'FIN'])
  expect(server.heads()).toEqual(['GET / HTTP/1.1'])
  expect(server.bytesWritten()).toBe(5)
})

test('drips one byte at a time', async () => {
  const server = closeAfterTest(await startRawServer([step.drip('abc', 10), step.fin]))
  expect(await talk(connect(server.port, server.host))).toEqual(['a', 'b', 'c', 'FIN'])
})

test('resets, before or after the request, plain or under TLS', async () => {
  const { valid, root } = testCertificates()
  const [early, late, tls] = await Promise.all([
    startRawServer([step.rst]),
    startRawServer([step.readHead, step.write('HTTP/1.1 2'), step.wait(20), step.rst]),
    startRawServer([step.readHead, step.write('HTTP/1.1 2'), step.wait(20), step.rst], { tls: valid }),
  ])
  for (const server of [early, late, tls]) closeAfterTest(server)
  expect((await talk(connect(early.port, early.host))).at(-1)).toMatch(/ECONNRESET|EPIPE/)
  expect(await talk(connect(late.port, late.host))).toEqual(['HTTP/1.1 2', 'ECONNRESET'])
  const client = connectTls({ port: tls.port, host: tls.host, ca: root.cert })
  expect(await talk(client)).toEqual(['HTTP/1.1 2', 'ECONNRESET'])
})

test('plays a script per connection, and again on the same one', async () => {
  const server = closeAfterTest(
    await startRawServer((connection) =>
      connection === 0 ? [step.fin] : [step.readHead, step.write(`${connection};`), step.restart],
    ),
  )
  expect(await talk(connect(server.port, server.host))).toEqual(['FIN'])
  const client = connect(server.port, server.host)
  client.write('GET /1\r\n\r\nGET /2\r\n\r\nGET /3\r\n\r\n')
  let read = ''
  client.on('data', (chunk) => {
    read += chunk
    if (read === '1;1;1;') client.destroy()
  })
  await closed(client)
  expect(server.heads()).toEqual(['GET /1', 'GET /2', 'GET /3'])
  expect(server.connections()).toBe(2)
})

test('handshakes where the script says, like a proxy', async () => {
  const { valid, root } = testCertificates()
  const script = [step.readHead, step.write('tunnel\n'), step.startTls, step.readHead, step.write('inside'), step.fin]
  const server = closeAfterTest(await startRawServer(script, { tls: valid }))
  const plain = connect(server.port, server.host)
  plain.write('CONNECT x\r\n\r\n')
  const [answer] = await once(plain, 'data')
  expect(String(answer)).toBe('tunnel\n')
  plain.removeAllListeners('data')
  const client = connectTls({ socket: plain, host: 'localhost', ca: root.cert })
  expect(await talk(client)).toEqual(['inside', 'FIN'])
  expect(server.heads()).toEqual(['CONNECT x', 'GET / HTTP/1.1'])
})

test('floods until the client has had enough, and notes a client that refuses the certificate', async () => {
  const server = closeAfterTest(await startRawServer([step.forever('x'.repeat(65_536))]))
  const client = connect(server.port, server.host)
  let read = 0
  client.on('data', (chunk) => {
    read += chunk.length
    if (read > 1_000_000) client.destroy()
  })
  await closed(client)
  while (server.openConnections() > 0) await new Promise(setImmediate)
  expect(server.bytesWritten()).toBeGreaterThan(1_000_000)

  const strict = closeAfterTest(await startRawServer([step.readHead], { tls: testCertificates().selfSigned }))
  const seen = await talk(connectTls({ port: strict.port, host: strict.host }))
  expect(seen).toEqual(['DEPTH_ZERO_SELF_SIGNED_CERT'])
  while (strict.openConnections() > 0) await new Promise(setImmediate)
  expect(strict.heads()).toEqual([])
})

test('stays silent with the connection open, until closed', async () => {
  const server = await startRawServer([])
  const client = connect(server.port, server.host)
  const seen = talk(client)
  while (server.openConnections() === 0) await new Promise(setImmediate)
  await server.close()
  expect((await seen).length).toBeLessThanOrEqual(1)
  expect(server.openConnections()).toBe(0)
})
