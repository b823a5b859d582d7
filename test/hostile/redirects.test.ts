// HOSTILE.md section 4, cases 64-83: where redirects lead, and what must not go there.

import { expect } from 'vitest'
import { type HttpServer, type Routes, startHttpServer } from '../support/http-server.js'
import { startRawServer, step } from '../support/raw-server.js'
import {
  AT_ONCE_MS,
  answered,
  type Expected,
  failed,
  type HostileCase,
  type HostileServer,
  type Place,
  reply,
  utf8,
} from './case.js'
import { playSuite } from './play.js'

const SECRET = 'k3y-of-the-user'
const KEY = ['-H', `X-Api-Key: ${SECRET}`]

/** Well-behaved servers on the case's address; the first is asked for `/`. `check` looks at what they were asked. */
const serving = (
  routesOf: (...urls: string[]) => readonly Routes[],
  options: { readonly schemes?: readonly Place['scheme'][]; readonly check?: (...servers: HttpServer[]) => void } = {},
) => ({
  async start(place: Place): Promise<HostileServer> {
    // The routes hold the servers' ports, so they come after them.
    const routes: Record<string, Routes[string]>[] = []
    const servers: HttpServer[] = []
    for (const scheme of options.schemes ?? [place.scheme]) {
      const own: Record<string, Routes[string]> = {}
      routes.push(own)
      const tls = scheme === 'https' ? place.tls : undefined
      servers.push(await startHttpServer(own, { host: place.host, ...(tls && { tls }) }))
    }
    for (const [index, own] of routesOf(...servers.map(({ url }) => url)).entries()) Object.assign(routes[index]!, own)
    return {
      lines: [`${servers[0]!.url}/`],
      connections: () => servers.reduce((sum, server) => sum + server.connections(), 0),
      check: () => options.check?.(...servers),
      async close() {
        await Promise.all(servers.map((server) => server.close()))
      },
    }
  },
})

const to = (location: string | readonly string[], status = 302) => ({ status, headers: { location } })

/** What it was asked for, in order; a HEAD that came to nothing good was asked once more with GET, from the start. */
function expectAsked(server: HttpServer, expected: readonly string[]): void {
  const seen = server.seen()
  for (const method of new Set(seen.map((each) => each.method))) {
    const targets = seen.filter((each) => each.method === method).map(({ target }) => target)
    expect(targets, method).toEqual(expected)
  }
}

/** `/` redirects there; what comes of it. `landing` is what the server must then be asked for. */
const leads = (
  number: number,
  location: string | readonly string[] | ((url: string) => string),
  expected: Expected,
  landing?: string,
): HostileCase => ({
  number,
  name: `Location: ${typeof location === 'function' ? location('URL') : JSON.stringify(location).replace(/^"|"$/g, '')}`,
  serve: serving((url) => [{ '/': to(typeof location === 'function' ? location(url!) : location), '*': 200 }], {
    check: (server) => expectAsked(server!, landing === undefined ? ['/'] : ['/', landing]),
  }),
  expect: expected,
  connections: 1,
  withinMs: AT_ONCE_MS,
})

const invalid: Expected = { status: 302, kind: 'http.response.invalid_redirect' }
const loop: Expected = { status: 302, kind: 'http.response.redirect_loop' }
const tooMany: Expected = { status: 302, kind: 'http.response.too_many_redirects', reason: /20/ }

/** The names of headers of a request that a user gave. */
const keys = (server: HttpServer) => server.seen().map(({ headers }) => headers['x-api-key'] ?? null)

const cases: HostileCase[] = [
  {
    number: 64,
    name: 'to itself',
    serve: serving((url) => [{ '/': to(`${url}/`) }]),
    expect: loop,
    connections: 1,
  },
  {
    number: 64,
    name: 'A to B to A',
    serve: serving(() => [{ '/': to('/b'), '/b': to('/', 307) }]),
    expect: { ...loop, status: 307, finalUrl: '/b' },
    connections: 1,
  },
  {
    number: 64,
    name: 'to itself with another fragment',
    serve: serving(() => [{ '/': to('/#a') }]),
    expect: loop,
    connections: 1,
  },
  {
    number: 64,
    name: 'to itself once',
    serve: serving(() => {
      let asked = 0
      return [{ '/': (_, response) => (asked++ === 0 ? redirect(response, '/') : void response.end()) }]
    }),
    expect: answered(200, { finalUrl: '/' }),
    connections: 1,
  },
  {
    number: 65,
    name: 'a chain of 10,000',
    serve: serving(() => [{ '*': ({ url }, response) => redirect(response, `/${Number(url!.slice(1)) + 1}`) }], {
      check: (server) => expectAsked(server!, ['/', ...Array.from({ length: 20 }, (_, at) => `/${at + 1}`)]),
    }),
    expect: tooMany,
    connections: 1,
  },
  {
    number: 65,
    name: 'a chain of exactly 20',
    serve: serving(() => [
      { '/20': 404, '*': ({ url }, response) => redirect(response, `/${Number(url!.slice(1)) + 1}`) },
    ]),
    expect: answered(404, { finalUrl: '/20' }),
    connections: 1,
  },
  {
    number: 66,
    name: 'passes only with a cookie',
    serve: serving(() => [
      {
        '/': ({ headers }, response) => {
          if (headers.cookie === 'seen=1') response.end()
          else redirect(response.setHeader('set-cookie', 'seen=1'), '/')
        },
      },
    ]),
    expect: answered(200),
    connections: 1,
  },
  {
    number: 66,
    name: 'never passes, sets the same cookie again',
    serve: serving(() => [{ '/': { ...to('/'), headers: { location: '/', 'set-cookie': 'seen=1' } } }]),
    expect: loop,
    connections: 1,
  },
  {
    number: 66,
    name: 'never passes, sets another cookie each time',
    serve: serving(() => {
      let n = 0
      return [{ '/': (_, response) => redirect(response.setHeader('set-cookie', `n=${n++}`), '/') }]
    }),
    expect: tooMany,
    connections: 1,
  },
  leads(67, 'x', answered(200), '/x'),
  leads(67, 'x?q=2', answered(200), '/x?q=2'),
  leads(67, '../../x', answered(200), '/x'),
  leads(67, (url) => `${url.replace(/^https?:/, '')}/x`, answered(200), '/x'),
  leads(67, (url) => `${url.replace(/^https?:/, '').replaceAll('/', '\\')}\\x`, answered(200), '/x'),
  leads(67, (url) => `${url.toUpperCase()}/X`, answered(200), '/X'),
  leads(67, '/a\tb', answered(200), '/ab'),
  leads(67, ' \t /x \t ', answered(200), '/x'),
  leads(67, '/a b', answered(200), '/a%20b'),
  ...['file:///etc/passwd', 'ftp://x/', 'javascript:alert(1)', 'data:,x', 'mailto:a@b', 'ws://x/', 'about:blank'].map(
    (location) => leads(68, location, { ...invalid, reason: new RegExp(location.split(':')[0]!) }),
  ),
  ...['http://[', 'http://h:99999/', 'http://', 'https://a b/', 'http://%/', 'http://1.2.3.4.5/'].map((location) =>
    leads(69, location, invalid),
  ),
  {
    number: 70,
    name: 'no Location',
    serve: serving(() => [{ '/': 301 }]),
    expect: answered(301),
  },
  leads(70, '', answered(302)),
  leads(70, ' ', answered(302)),
  leads(71, ['/a', '/b'], { ...invalid, reason: /two different/ }),
  leads(71, ['/a', '/a'], answered(200), '/a'),
  leads(72, utf8('/café/日本'), answered(200), '/caf%C3%A9/%E6%97%A5%E6%9C%AC'),
  leads(72, '/caf\xe9', answered(200), '/caf%E9'),
  leads(73, '/x#there', answered(200, { finalUrl: '/x#there' }), '/x'),
  {
    number: 73,
    name: 'a fragment of the list is inherited',
    serve: {
      async start(place) {
        const server = await serving(() => [{ '/': to('/x'), '/x': 200 }]).start(place)
        return { ...server, lines: [`${server.lines[0]}#top`] }
      },
    },
    expect: answered(200, { finalUrl: '/x#top' }),
    connections: 1,
  },
  {
    number: 74,
    name: 'userinfo in a Location is not sent',
    serve: serving((url) => [{ '/': to(`${url!.replace('://', `://u:${SECRET}@`)}/x`), '/x': 200 }], {
      check: (server) =>
        expect(server.seen().map(({ headers }) => headers.authorization ?? null)).toEqual([null, null]),
    }),
    expect: answered(200, { finalUrl: '/x' }),
    connections: 1,
  },
  {
    number: 74,
    name: 'userinfo of the list stays at its origin',
    serve: {
      async start(place) {
        const server = await serving((_, there) => [{ '/': to('/x'), '/x': to(`${there}/`) }, { '/': 200 }], {
          schemes: [place.scheme, place.scheme],
          check: (here, there) => {
            const basic = `Basic ${Buffer.from(`u:${SECRET}`).toString('base64')}`
            expect(here.seen().map(({ headers }) => headers.authorization)).toEqual([basic, basic])
            expect(there.seen().map(({ headers }) => headers.authorization)).toEqual([undefined])
          },
        }).start(place)
        return { ...server, lines: server.lines.map((line) => line.replace('://', `://u:${SECRET}@`)) }
      },
    },
    expect: answered(200),
    connections: 2,
  },
  {
    number: 75,
    name: 'from https to http',
    schemes: ['https'],
    serve: serving((_, there) => [{ '/': to(`${there}/`) }, { '/': 404 }], { schemes: ['https', 'http'] }),
    expect: answered(404),
    connections: 2,
  },
  {
    number: 76,
    name: "the user's headers are for the origin of the list, its other paths included",
    flags: KEY,
    serve: serving(() => [{ '/': to('/x'), '/x': 200 }], {
      check: (server) => expect(keys(server)).toEqual([SECRET, SECRET]),
    }),
    expect: answered(200),
    connections: 1,
  },
  {
    number: 76,
    name: "the user's headers go to no other port, and not back from there",
    flags: KEY,
    serve: {
      start: (place) =>
        serving((here, there) => [{ '/': to(`${there}/`), '/back': 200 }, { '/': to(`${here}/back`) }], {
          schemes: [place.scheme, place.scheme],
          check: (here, there) => {
            expect(keys(there)).toEqual([null])
            expect(keys(here)).toEqual([SECRET, null])
          },
        }).start(place),
    },
    expect: answered(200),
    connections: 2,
  },
  {
    number: 76,
    name: "the user's headers go to no other scheme",
    schemes: ['https'],
    flags: KEY,
    serve: serving((_, there) => [{ '/': to(`${there}/`) }, { '/': 200 }], {
      schemes: ['https', 'http'],
      check: (_, there) => expect(keys(there)).toEqual([null]),
    }),
    expect: answered(200),
    connections: 2,
  },
  {
    number: 77,
    name: 'a private address of the list is not connected to',
    flags: ['--deny-private'],
    serve: serving(() => [{ '*': 200 }]),
    expect: failed('blocked.private_address'),
    connections: 0,
  },
  ...[300, 301, 302, 303, 307, 308].map(
    (status): HostileCase => ({
      number: status === 300 ? 78 : 79,
      name: `${status} with a Location keeps the method`,
      serve: serving(() => [{ '/': to('/x', status), '/x': 410 }], {
        check: (server) => expectAsked(server!, ['/', '/x']),
      }),
      expect: answered(410),
      connections: 1,
    }),
  ),
  ...[201, 304, 305, 306, 399].map(
    (status): HostileCase => ({
      number: 78,
      name: `${status} with a Location is not followed`,
      serve: serving(() => [{ '/': to('/x', status), '/x': 404 }], {
        check: (server) => expectAsked(server!, ['/']),
      }),
      expect: answered(status),
    }),
  ),
  { number: 78, name: '300 without a Location', serve: serving(() => [{ '/': 300 }]), expect: answered(300) },
  ...[step.forever('x'.repeat(10_000), 2), step.wait(60_000)].map(
    (more, index): HostileCase => ({
      number: 80,
      name: `a 302 with a body that ${index === 0 ? 'never ends' : 'stalls'}`,
      serve: {
        each: (connection) =>
          connection === 0
            ? [
                step.readHead,
                step.write(reply('HTTP/1.1 302 Found', ['Location: /x', 'Content-Length: 60000'], 'x')),
                more,
              ]
            : [step.readHead, step.write(reply('HTTP/1.1 404 No', ['Content-Length: 0']))],
      },
      methods: ['GET'],
      expect: answered(404),
      connections: 2,
      withinMs: AT_ONCE_MS,
    }),
  ),
  leads(81, 'http://127.0.0.1:0/', invalid),
  {
    number: 82,
    name: 'two hops of 2.6 s each share 3 s',
    serve: serving(() => [{ '/': slowly('/1'), '/1': slowly('/2'), '/2': 200 }]),
    expect: failed('timeout', 'firstByte', { finalUrl: '/1' }),
    connections: 1,
  },
  {
    number: 83,
    name: 'a chain over ever other hosts',
    schemes: ['http'],
    serve: {
      async start({ host }) {
        let asked = 0
        const server = await startRawServer(
          () => {
            asked++
            const location = `http://127.70.${asked >> 8}.${asked & 255}:${server.port}/`
            return [
              step.readHead,
              step.write(reply('HTTP/1.1 302 Found', [`Location: ${location}`, 'Content-Length: 0'])),
              // For the GET after the HEAD.
              step.restart,
            ]
          },
          { host: '0.0.0.0' },
        )
        const { connections, close } = server
        return { lines: [`http://${host}:${server.port}/`], connections, close }
      },
    },
    expect: tooMany,
    connections: 21,
  },
]

function slowly(location: string) {
  return { ...to(location), delayMs: 2600 }
}

function redirect(response: import('node:http').ServerResponse, location: string): void {
  response.writeHead(302, { location }).end()
}

// Wide enough that no connection of a chain is closed while it waits for its next hop.
playSuite('redirects', cases, { numbers: [64, 83], crowd: 400 })
