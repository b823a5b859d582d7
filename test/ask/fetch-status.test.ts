import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Client,
  type ClientOptions,
  createClient,
  type FetchStatusOptions,
  fetchStatus,
  gatherStatuses,
} from '../../src/index.js'
import { startBlackHole } from '../support/black-hole.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { type Handler, type HttpServerOptions, type Routes, startHttpServer } from '../support/http-server.js'
import { startRawServer, step } from '../support/raw-server.js'
import { stopwatch } from '../support/stopwatch.js'

const client = (options?: ClientOptions): Client => closeAfterTest(createClient(options))
const serve = async (behaviour: Handler | Routes, options?: HttpServerOptions) =>
  closeAfterTest(await startHttpServer(behaviour, options))
/** Answers on every 127.a.b.c, so that each is another host. */
const serveAll = (behaviour: Handler | Routes) => serve(behaviour, { host: '0.0.0.0' })
const to = (location: string, status = 302, headers = {}) => ({ status, headers: { Location: location, ...headers } })
const ask = async (url: string, options?: FetchStatusOptions) => (await fetchStatus(client(), url, options))[2]

describe('the tuple', () => {
  test('is the status, the URL as it was asked for, and all the rest', async () => {
    const server = await serve({ '/': 200, '/gone': 410 })
    const url = `${server.url}/gone?q#top`
    const tuple = await fetchStatus(client(), url)
    expect(tuple).toHaveLength(3)
    expect(tuple.slice(0, 2)).toEqual([410, url])
    expect(tuple[2]).toMatchObject({ kind: 'ok', method: 'GET', attempts: 1, finalUrl: url, redirects: [] })
    expect((await fetchStatus(client(), server.url)).slice(0, 2)).toEqual([200, server.url])
  })

  test('has 0 where no answer came, and the kind says why', async () => {
    const server = await startHttpServer({})
    await server.close()
    const [status, url, reply] = await fetchStatus(client(), server.url)
    expect([status, url, reply.kind, reply.code]).toEqual([0, server.url, 'tcp.refused', 'ECONNREFUSED'])
    expect(reply.headers.get('content-type')).toBeNull()
  })

  test('says what came in words', async () => {
    const server = await serve({ '/gone': 410 })
    const inWords = async (url: string) => (await ask(url)).reason
    expect(await inWords(`${server.url}/gone`)).toBe('410 Gone')
    expect(await inWords('http://no-such-host.invalid/')).toBe('no such host')
    expect(await inWords('ftp://a.example/')).toBe('only http and https: ftp')
  })

  test('is the same for a URL object, and is JSON with all headers', async () => {
    const server = await serve({ '*': { headers: { 'X-Two': ['a', 'b'] } } })
    const [status, url, reply] = await fetchStatus(client(), new URL(`${server.url}/ü`))
    expect([status, url]).toEqual([200, `${server.url}/%C3%BC`])
    expect(JSON.parse(JSON.stringify(reply))).toMatchObject({ reason: '200 OK', headers: { 'x-two': 'a, b' } })
    expect(reply.headers.get('X-tWo')).toBe('a, b')
    for (const wrong of [undefined, null, 5, {}, ['http://localhost/']]) {
      const asked = fetchStatus(client(), wrong as unknown as string)
      await expect(asked).rejects.toThrow(
        /^url: expected a string or a URL, got (undefined|null|number|an object|a list)$/,
      )
    }
  })

  test('asks with HEAD, headers and a name where it is told to', async () => {
    const server = await serve({ '*': 204 })
    await fetchStatus(client({ userAgent: 'me/1', headers: { 'X-A': '1' } }), server.url, {
      method: 'HEAD',
      headers: [['x-a', '2']],
      user: 'u:p',
    })
    expect(server.seen()[0]).toMatchObject({
      method: 'HEAD',
      headers: { 'user-agent': 'me/1', 'x-a': '2', authorization: `Basic ${btoa('u:p')}`, accept: '*/*' },
    })
    expect(server.seen()[0]?.headers).not.toHaveProperty('accept-encoding')
  })

  test('sends the userinfo of the URL as Basic, and never in the request line', async () => {
    const server = await serve({ '*': 200 })
    await ask(`http://j%C3%BCrgen:p%40ss@${server.host}:${server.port}/`)
    const [seen] = server.seen()
    expect(seen?.target).toBe('/')
    expect(seen?.headers.authorization).toBe(`Basic ${Buffer.from('jürgen:p@ss').toString('base64')}`)
  })

  test('sends one Authorization where two are said: the header that the user wrote', async () => {
    const server = await serve({ '*': 200 })
    const raw: string[][] = []
    const both = await serve((request, response) => {
      raw.push(
        request.rawHeaders.filter((_, index, all) => all[index - (index % 2)]?.toLowerCase() === 'authorization'),
      )
      response.end()
    })
    await ask(`http://u:p@${both.host}:${both.port}/`, { headers: { Authorization: 'Bearer x' } })
    expect(raw[0]).toEqual(['Authorization', 'Bearer x'])
    expect(server.requests()).toBe(0)
  })
})

describe('never rejects, and never takes the fault of the URL for one of its own', () => {
  test.each([
    [''],
    [' '],
    ['http://'],
    ['https://'],
    ['http:///'],
    ['://'],
    ['//'],
    ['/path'],
    ['http://['],
    ['http://[::1%25eth0]/'],
    ['http://a.example:0/'],
    ['http://a.example:65536/'],
    ['http://a b/'],
    ['http://a.example/\r\nX-Injected: 1'],
    ['http://\u0000/'],
    ['http://\u202eexample/'],
    ['http://xn--/'],
    ['http://a..b/'],
    ['http://.b/'],
    [`http://${'a'.repeat(64)}.example/`],
    [`http://${'a.'.repeat(200)}example/`],
    [`http://a.example/${'x'.repeat(70_000)}`],
    ['ftp://a.example/'],
    ['file:///etc/passwd'],
    ['javascript:alert(1)'],
    ['data:,x'],
    ['mailto:a@b.example'],
    ['blob:http://a.example/1'],
    ['\ud800'],
    ['💥'.repeat(100)],
    ['__proto__'.repeat(40)],
  ])('%j', async (url) => {
    const [status, asked, reply] = await fetchStatus(client(), url, { timeoutMs: 1 })
    expect([status, asked]).toEqual([0, url])
    expect(reply.kind).not.toBe('internal')
    if (reply.kind === 'url.invalid') expect(reply).toMatchObject({ attempts: 0, durationMs: null })
  })

  test('whatever the string', async () => {
    // Nothing of it may leave this machine.
    const shared = client({ dnsServers: ['127.0.0.1:9'], timeoutMs: 1 })
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 50 }),
      fc.string({ unit: 'binary', maxLength: 30 }).map((tail) => `http://a.invalid/${tail}`),
      fc.string({ unit: 'binary', maxLength: 30 }).map((tail) => `http://${tail}.invalid/`),
    )
    await fc.assert(
      fc.asyncProperty(text, async (url) => {
        const [status, asked, reply] = await fetchStatus(shared, url)
        expect([status, asked]).toEqual([0, url])
        expect(reply.kind).not.toBe('internal')
      }),
      { numRuns: 200 },
    )
  })

  test('but throws for options that make no sense: that is the programmer’s fault', async () => {
    expect(() => createClient({ concurrency: 0 })).toThrow(TypeError)
    expect(() => createClient({ perHost: Number.NaN })).toThrow('perHost')
    await expect(fetchStatus(client(), 'http://127.0.0.1/', { timeoutMs: -1 })).rejects.toThrow('timeoutMs')
  })
})

describe('redirects', () => {
  test('are followed, and every hop is told', async () => {
    const server = await serve({ '/a': to('b?x=1', 301), '/b': to('/c#new', 308), '/c': 200 })
    const reply = await ask(`${server.url}/a#old`)
    expect(reply).toMatchObject({
      status: 200,
      kind: 'ok',
      finalUrl: `${server.url}/c#new`,
      redirects: [
        { url: `${server.url}/a#old`, status: 301, location: 'b?x=1' },
        { url: `${server.url}/b?x=1#old`, status: 308, location: '/c#new' },
      ],
    })
    expect(server.seen().map(({ target }) => target)).toEqual(['/a', '/b?x=1', '/c'])
    expect(server.connections()).toBe(1)
  })

  test('are not followed where the user says so', async () => {
    const server = await serve({ '/a': to('/b') })
    const reply = await ask(`${server.url}/a`, { follow: false })
    const redirects = [{ url: `${server.url}/a`, status: 302, location: '/b' }]
    expect(reply).toMatchObject({ status: 302, kind: 'ok', redirects, finalUrl: `${server.url}/a` })
    expect(server.requests()).toBe(1)
  })

  test('without a Location are answers', async () => {
    const server = await serve({ '*': 302 })
    expect(await ask(server.url)).toMatchObject({ status: 302, kind: 'ok', redirects: [] })
    expect(await ask(server.url, { follow: false })).toMatchObject({ status: 302, kind: 'ok', redirects: [] })
  })

  test('with the same Location twice are followed, with two different ones not', async () => {
    const server = await serve({
      '/same': { status: 302, headers: { Location: ['/ok', '/ok'] } },
      '/two': { status: 302, headers: { Location: ['/ok', '/other'] } },
      '/ok': 200,
    })
    expect(await ask(`${server.url}/same`)).toMatchObject({ status: 200 })
    expect(await ask(`${server.url}/two`)).toMatchObject({
      status: 302,
      kind: 'http.response.invalid_redirect',
      redirects: [{ status: 302, location: '/ok' }],
    })
  })

  test('with bytes beyond ASCII go where the server means', async () => {
    const raw = async (location: string) => {
      const script = [step.readHead, step.write(`HTTP/1.1 302 X\r\nContent-Length: 0\r\nLocation: ${location}\r\n\r\n`)]
      const server = closeAfterTest(
        await startRawServer((connection) =>
          connection === 0 ? [...script, step.fin] : [step.readHead, step.write('HTTP/1.1 204 X\r\n\r\n')],
        ),
      )
      await ask(server.url)
      return server.heads()[1]?.split(' ')[1]
    }
    expect(await raw('/caf\xc3\xa9')).toBe('/caf%C3%A9')
    expect(await raw('/caf\xe9')).toBe('/caf%E9')
  })

  test.each([
    ['/self', 'http.response.redirect_loop', 2],
    ['/ping', 'http.response.redirect_loop', 4],
    ['/fragment', 'http.response.redirect_loop', 2],
    ['/file', 'http.response.invalid_redirect', 1],
    ['/deep', 'http.response.too_many_redirects', 21],
  ])('of %s end with %s and the last 3xx', async (path, kind, hops) => {
    const server = await serve((request, response) => {
      const at = request.url ?? ''
      const location = { '/self': '/self', '/ping': '/pong', '/pong': '/ping', '/fragment': '#x', '/file': 'file:///' }[
        at
      ]
      response.writeHead(302, { Location: location ?? `/deep${Math.random()}` }).end()
    })
    const reply = await ask(server.url + path)
    expect(reply).toMatchObject({ status: 302, kind })
    expect(reply.redirects).toHaveLength(hops)
    expect(server.requests()).toBe(hops)
    expect(reply.finalUrl).toBe(reply.redirects.at(-1)?.url)
  })

  test('as many as allowed are followed, one more is not', async () => {
    const server = await serve({ '/0': to('/1'), '/1': to('/2'), '/2': 200 })
    expect(await ask(`${server.url}/0`, { maxRedirects: 2 })).toMatchObject({ status: 200 })
    expect(await ask(`${server.url}/0`, { maxRedirects: 1 })).toMatchObject({
      status: 302,
      kind: 'http.response.too_many_redirects',
    })
    expect(await ask(`${server.url}/0`, { maxRedirects: 0 })).toMatchObject({ redirects: [{ location: '/1' }] })
  })

  test('to a closed port have status 0, and the final URL is that hop', async () => {
    const closed = await startHttpServer({})
    await closed.close()
    const server = await serve({ '*': to(`${closed.url}/x`) })
    expect(await ask(server.url)).toMatchObject({
      status: 0,
      kind: 'tcp.refused',
      finalUrl: `${closed.url}/x`,
      redirects: [{ url: `${server.url}/`, status: 302 }],
    })
  })

  test('with an endless body are followed all the same', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/ok') return void response.end()
      response.writeHead(302, { Location: '/ok' })
      const more = () => {
        while (response.write('x'.repeat(10_000)));
        response.once('drain', more)
      }
      more()
    })
    expect(await ask(server.url)).toMatchObject({ status: 200, finalUrl: `${server.url}/ok` })
  })
})

describe('what a hop to another origin is not told', () => {
  const SECRETS = { 'X-Api-Key': 's', Authorization: 's', Cookie: 's=1', 'Accept-Language': 'de' }

  test('is all that the user added', async () => {
    const server = await serveAll({
      '/': (request, response) => {
        const away = request.headers.host?.startsWith('127.0.0.2:')
        response.writeHead(away ? 200 : 302, away ? {} : { Location: server.urlOf('127.0.0.2', '/') }).end()
      },
    })
    await ask(server.urlOf('127.0.0.1', '/'), { headers: SECRETS })
    const [home, away] = server.seen()
    expect(home?.headers).toMatchObject({
      'x-api-key': 's',
      authorization: 's',
      cookie: 's=1',
      'accept-language': 'de',
    })
    expect(away?.headers).toMatchObject({ 'accept-language': 'de', accept: '*/*' })
    expect(Object.keys(away?.headers ?? {}).sort()).toEqual([
      'accept',
      'accept-language',
      'connection',
      'host',
      'user-agent',
    ])
  })

  test('is the userinfo, also that of a Location; another port is another origin', async () => {
    const other = await serve({ '*': 200 })
    const server = await serve({ '*': to(`http://x:y@${other.host}:${other.port}/`) })
    const reply = await ask(`http://u:p@${server.host}:${server.port}/`)
    expect(server.seen()[0]?.headers).toHaveProperty('authorization')
    expect(other.seen()[0]?.headers).not.toHaveProperty('authorization')
    expect(reply.finalUrl).toBe(`${other.url}/`)
  })

  test('is not told again on the way back home', async () => {
    const server = await serveAll((request, response) => {
      if (request.url === '/home') return void response.end()
      const away = request.headers.host?.startsWith('127.0.0.2:')
      response
        .writeHead(302, { Location: away ? server.urlOf('127.0.0.1', '/home') : server.urlOf('127.0.0.2', '/') })
        .end()
    })
    await ask(server.urlOf('127.0.0.1', '/'), { headers: { 'X-Api-Key': 's' }, user: 'u:p' })
    expect(server.seen().map(({ headers }) => ['x-api-key' in headers, 'authorization' in headers])).toEqual([
      [true, true],
      [false, false],
      [false, false],
    ])
  })

  test('does not concern a hop at home', async () => {
    const server = await serve({ '/': to('/a'), '/a': 200 })
    await ask(server.url, { headers: { 'X-Api-Key': 's' }, user: 'u:p' })
    expect(server.seen()[1]?.headers).toMatchObject({ 'x-api-key': 's', authorization: `Basic ${btoa('u:p')}` })
  })
})

describe('cookies of a chain', () => {
  test('are passed on, so that a page that wants one is reached', async () => {
    const server = await serve((request, response) => {
      if (request.headers.cookie === 'seen=1') return void response.end()
      response.writeHead(302, { Location: request.url, 'Set-Cookie': 'seen=1; Path=/' }).end()
    })
    const reply = await ask(`${server.url}/page`)
    expect(reply).toMatchObject({ status: 200, redirects: [{ status: 302 }] })
  })

  test('that change nothing do not hide a loop', async () => {
    const server = await serve({ '/': to('/', 302, { 'Set-Cookie': 'seen=1' }) })
    const reply = await ask(server.url)
    expect(reply).toMatchObject({ status: 302, kind: 'http.response.redirect_loop' })
    expect(server.requests()).toBe(3)
  })

  test('go to no other host, and to no other URL’s chain', async () => {
    const server = await serveAll((request, response) => {
      const home = request.headers.host?.startsWith('127.0.0.1:') && request.url === '/'
      if (!home) return void response.end()
      response.writeHead(302, { Location: server.urlOf('127.0.0.2', '/x'), 'Set-Cookie': 's=1; Path=/' }).end()
    })
    const shared = client()
    await fetchStatus(shared, server.urlOf('127.0.0.1', '/'))
    await fetchStatus(shared, server.urlOf('127.0.0.1', '/'))
    expect(server.seen().map(({ headers }) => headers.cookie)).toEqual([undefined, undefined, undefined, undefined])
  })

  test('stand in one Cookie header with those of the user', async () => {
    const raw: string[] = []
    const server = await serve((request, response) => {
      raw.push(request.rawHeaders.filter((name) => name.toLowerCase() === 'cookie').join())
      if (request.url === '/b') return void response.end()
      response.writeHead(302, { Location: '/b', 'Set-Cookie': 's=1' }).end()
    })
    await ask(`${server.url}/a`, { headers: { Cookie: 'mine=1' } })
    expect(raw).toEqual(['Cookie', 'Cookie'])
    expect(server.seen()[1]?.headers.cookie).toBe('mine=1; s=1')
  })
})

describe('the budget', () => {
  test('is one for the whole chain', async () => {
    const server = await serve((request, response) => {
      setTimeout(() => response.writeHead(302, { Location: `${request.url}x` }).end(), 400)
    })
    const watch = stopwatch()
    const reply = await ask(`${server.url}/`, { timeoutMs: 1800 })
    const waitedMs = watch.wallMs() - watch.ownMs()
    expect(reply).toMatchObject({ status: 0, kind: 'timeout', code: 'firstByte' })
    expect(reply.redirects.length).toBeGreaterThanOrEqual(2)
    expect(reply.redirects.length).toBeLessThanOrEqual(4)
    expect(reply.finalUrl).toBe(`${server.url}/${'x'.repeat(reply.redirects.length)}`)
    expect(reply.durationMs).toBeGreaterThanOrEqual(1790)
    expect(reply.durationMs).toBeLessThan(2200 + waitedMs)
  })

  test('covers the bodies of redirects too', async () => {
    const server = await serve((request, response) => {
      response.writeHead(302, { Location: `${request.url}x` })
      response.write('never ends')
    })
    const watch = stopwatch()
    expect(await ask(`${server.url}/`, { timeoutMs: 1200 })).toMatchObject({ kind: 'timeout' })
    expect(watch.ownMs()).toBeLessThan(2200)
  })

  test('does not run while a hop waits its turn: 1,000 redirects to one slow host', async () => {
    const server = await serveAll((request, response) => {
      if (request.headers.host?.startsWith('127.0.0.9:')) return void setTimeout(() => response.end(), 150)
      response.writeHead(302, { Location: server.urlOf('127.0.0.9', request.url) }).end()
    })
    const urls = Array.from({ length: 1000 }, (_, index) => server.urlOf(`127.0.1.${index % 50}`, `/${index}`))
    const tuples = await gatherStatuses(client({ timeoutMs: 6000 }), urls)
    expect(new Set(tuples.map(([status, , { kind }]) => `${status} ${kind}`))).toEqual(new Set(['200 ok']))
    expect(Math.max(...tuples.map(([, , { timingsMs }]) => timingsMs.queue ?? 0))).toBeGreaterThan(6000)
    expect(server.maxInFlight('127.0.0.9')).toBe(20)
  })

  test('does not run while a URL waits its turn: 5,000 URLs of a host that takes 50 ms', async () => {
    const server = await serve({ '*': { delayMs: 50 } })
    const shared = client({ timeoutMs: 4000, perHost: 50 })
    const urls = Array.from({ length: 5000 }, (_, index) => `${server.url}/${index}`)
    const tuples = await Promise.all(urls.map((url) => fetchStatus(shared, url)))
    expect(tuples.filter(([status]) => status !== 200)).toEqual([])
    expect(server.maxInFlight()).toBe(50)
    expect(server.connections()).toBeLessThanOrEqual(100)
  })

  test.runIf(process.platform === 'linux')('bites where nothing answers at all', async () => {
    const hole = closeAfterTest(await startBlackHole('127.0.0.91'))
    expect(await ask(hole.url, { timeoutMs: 200 })).toMatchObject({ status: 0, kind: 'timeout', code: 'connect' })
    expect(await ask(hole.url, { connectTimeoutMs: 100 })).toMatchObject({ status: 0, kind: 'tcp.timed_out' })
  })
})

describe('a signal', () => {
  test('that is aborted already asks nothing', async () => {
    const server = await serve({ '*': 200 })
    const reply = await ask(server.url, { signal: AbortSignal.abort() })
    expect(reply).toMatchObject({ status: 0, kind: 'aborted' })
    expect(server.connections()).toBe(0)
  })

  test('ends what is on the wire and what waits for it, and nothing else', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/fast') response.end()
    })
    const controller = new AbortController()
    const shared = client({ perHost: 2 })
    const slow = gatherStatuses(shared, Array(10).fill(server.url), { signal: controller.signal })
    await expect.poll(() => server.requests()).toBe(2)
    const fast = fetchStatus(shared, `${server.url}/fast`)
    controller.abort()
    expect((await slow).map(([status, , { kind }]) => `${status} ${kind}`)).toEqual(Array(10).fill('0 aborted'))
    expect((await fast)[0]).toBe(200)
    await expect.poll(() => server.openConnections()).toBe(1)
    expect(server.connections()).toBe(3)
  })
})

describe('many at once', () => {
  test('come back in the order in which they were given, repeats included', async () => {
    const server = await serve((request, response) => {
      const n = Number(request.url?.slice(1))
      setTimeout(() => response.writeHead(200 + n).end(), (10 - n) * 5)
    })
    const order = [3, 9, 0, 3, 7]
    const tuples = await gatherStatuses(client(), new Set(order.map((n) => `${server.url}/${n}`)))
    expect(tuples.map(([status]) => status)).toEqual([203, 209, 200, 207])
    const listed = await gatherStatuses(
      client(),
      order.map((n) => `${server.url}/${n}`),
    )
    expect(listed.map(([status, url]) => [status, url])).toEqual(order.map((n) => [200 + n, `${server.url}/${n}`]))
  })

  test('of none are none', async () => {
    expect(await gatherStatuses(client(), [])).toEqual([])
  })

  test('obey the limits of their client, over all its functions together', async () => {
    const server = await serveAll({ '*': { delayMs: 20 } })
    const shared = client({ concurrency: 6, perHost: 2 })
    const urls = Array.from({ length: 60 }, (_, index) => server.urlOf(`127.0.0.${1 + (index % 5)}`, `/${index}`))
    await Promise.all([gatherStatuses(shared, urls), ...urls.map((url) => fetchStatus(shared, url))])
    expect(server.requests()).toBe(120)
    expect(server.maxInFlight()).toBeLessThanOrEqual(6)
    for (let host = 1; host <= 5; host++) expect(server.maxInFlight(`127.0.0.${host}`)).toBeLessThanOrEqual(2)
  })
})

describe('a client', () => {
  test('closes its idle connections', async () => {
    const server = await serve({ '*': 200 })
    await using shared = createClient()
    await fetchStatus(shared, server.url)
    expect(server.openConnections()).toBe(1)
    await shared.close()
    await expect.poll(() => server.openConnections()).toBe(0)
  })

  test('that is closed ends what is on the wire and what waits for it, with a signal or without', async () => {
    const server = await serve({ '*': () => {} })
    const shared = client({ perHost: 10 })
    const { signal } = new AbortController()
    const asked = Array.from({ length: 20 }, (_, n) => fetchStatus(shared, server.url, n % 2 === 0 ? {} : { signal }))
    await expect.poll(() => server.requests()).toBe(10)
    await shared.close()
    const ends = (await Promise.all(asked)).map(([status, , { kind, reason }]) => `${status} ${kind}: ${reason}`)
    expect(ends).toEqual(Array(20).fill('0 aborted: stopped before it was done'))
    await expect.poll(() => server.openConnections()).toBe(0)
  })

  test('that is closed refuses, and says so', async () => {
    const shared = createClient()
    await shared.close()
    await shared.close()
    const closed = { name: 'TypeError', message: 'client: this one is closed' }
    await expect(fetchStatus(shared, 'http://localhost/')).rejects.toMatchObject(closed)
    await expect(gatherStatuses(shared, ['http://localhost/'])).rejects.toMatchObject(closed)
    await expect(gatherStatuses(shared, [])).rejects.toMatchObject(closed)
  })

  test('is what createClient made, and nothing else', async () => {
    for (const none of [undefined, null, {}, { ...createClient, close() {} }, 'https://a.example/']) {
      const made = fetchStatus(none as unknown as Client, 'http://localhost/')
      await expect(made).rejects.toThrow(new TypeError('client: expected one that createClient made'))
    }
  })

  test('knows its busiest host', async () => {
    const server = await serve({ '*': { delayMs: 50 } })
    const shared = client()
    expect(shared.busiestHost()).toBeNull()
    const asked = fetchStatus(shared, server.url)
    expect(shared.busiestHost()).toBe('127.0.0.1')
    await asked
    expect(shared.busiestHost()).toBeNull()
  })
})

describe('what a review found', () => {
  test('a cookie beyond ASCII goes back byte for byte', async () => {
    const city = Buffer.from('city=日本').toString('latin1')
    const server = closeAfterTest(
      await startRawServer((connection) => [
        step.readHead,
        connection === 0
          ? step.write(`HTTP/1.1 302 Found\r\nSet-Cookie: ${city}; Path=/\r\nLocation: /b\r\nConnection: close\r\n\r\n`)
          : step.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
        step.fin,
      ]),
    )
    expect(await ask(`${server.url}/a`)).toMatchObject({ status: 200, kind: 'ok' })
    expect(server.heads()[1]).toContain(`Cookie: ${city}`)
  })

  test('an abort in the moment of the call is one, and leaves no socket', async () => {
    const server = await serve({ '*': { delayMs: 5000 } })
    const abort = new AbortController()
    const asked = fetchStatus(client(), `${server.url}/`, { signal: abort.signal })
    abort.abort()
    expect((await asked)[2].kind).toBe('aborted')
    const later = new AbortController()
    const begun = fetchStatus(client(), `${server.url}/`, { signal: later.signal })
    await null
    later.abort()
    expect((await begun)[2].kind).toBe('aborted')
    await expect.poll(() => server.openConnections()).toBe(0)
  })

  test('a timeout that no timer can hold is the caller’s mistake', async () => {
    for (const timeoutMs of [Number.POSITIVE_INFINITY, 2 ** 31, 0, Number.NaN]) {
      expect(() => createClient({ timeoutMs })).toThrow(TypeError)
    }
  })
})
