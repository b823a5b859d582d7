import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { closeAfterTest } from './close-after-test.js'
import { startHttpServer } from './http-server.js'

test('answers by route and remembers what it was asked', async () => {
  const server = closeAfterTest(
    await startHttpServer({
      '/ok': { body: 'hello', headers: { 'x-a': ['1', '2'] } },
      '/gone': 410,
      '/by-hand': (request, response) => void response.end(request.method),
    }),
  )
  const statuses = await Promise.all(
    ['/ok?q', '/gone', '/by-hand', '/none'].map(async (path) => (await fetch(server.url + path)).status),
  )
  expect(statuses).toEqual([200, 410, 200, 404])
  expect(server.requests()).toBe(4)
  expect(server.seen().map((seen) => `${seen.method} ${seen.target} ${seen.host}`)).toContain('GET /ok?q 127.0.0.1')
  expect(server.connections()).toBeGreaterThan(0)
})

test('counts the requests of each host that are in flight together', async () => {
  const server = closeAfterTest(await startHttpServer({ '*': { delayMs: 60 } }, { host: '0.0.0.0' }))
  const hosts = ['127.0.0.1', '127.0.0.2', '127.9.9.9', '127.0.0.2', '127.0.0.2']
  await Promise.all(hosts.map(async (host) => (await fetch(server.urlOf(host, '/'))).text()))
  expect(server.maxInFlight()).toBe(5)
  expect(server.maxInFlight('127.0.0.2')).toBe(3)
  expect(server.maxInFlight('127.0.0.3')).toBe(0)
  expect(server.requestsTo('127.9.9.9')).toBe(1)
  expect(server.connections()).toBe(5)
})

test('closes with requests open, and then refuses', async () => {
  const server = await startHttpServer(() => {})
  const client = connect(server.port, server.host)
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  while (server.requests() === 0) await new Promise(setImmediate)
  await server.close()
  await once(client.resume(), 'close')
  const refused = once(connect(server.port, server.host), 'connect')
  await expect(refused).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
