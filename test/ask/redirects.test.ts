// Redirect chains by whole attempts: what is met again, what a Location's bytes mean, how much of it is kept.

import { describe, expect, test } from 'vitest'
import { createClient, type FetchStatusOptions, fetchStatus } from '../../src/index.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { type Handler, startHttpServer } from '../support/http-server.js'
import { startRawServer, step } from '../support/raw-server.js'

const client = () => closeAfterTest(createClient())
const ask = async (url: string, options?: FetchStatusOptions) => (await fetchStatus(client(), url, options))[2]
const serve = async (handler: Handler) => closeAfterTest(await startHttpServer(handler))

/** Answers `302` with this Location, byte for character, and 200 on the next connection. */
async function redirectTo(location: string, ...more: readonly string[]) {
  const locations = [location, ...more].map((each) => `Location: ${each}\r\n`).join('')
  return closeAfterTest(
    await startRawServer((connection) =>
      connection === 0
        ? [step.readHead, step.write(`HTTP/1.1 302 X\r\nContent-Length: 0\r\n${locations}\r\n`), step.fin]
        : [step.readHead, step.write('HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n')],
    ),
  )
}

describe('a URL that is met again', () => {
  test('is asked once more, and may answer then', async () => {
    const asked = new Map<string, number>()
    const server = await serve((request, response) => {
      const path = request.url ?? ''
      const times = (asked.get(path) ?? 0) + 1
      asked.set(path, times)
      const location = { '/once': '/once', '/pingpong': '/warm', '/warm': '/pingpong' }[path]
      if (location === undefined || (times === 2 && path !== '/warm')) return void response.end()
      response.writeHead(302, { Location: location }).end()
    })
    const urls = ['/once', '/pingpong'].map((path) => server.url + path)
    const replies = await Promise.all(urls.map((url) => ask(url)))
    expect(replies.map(({ status, kind, redirects }) => [status, kind, redirects.length])).toEqual([
      [200, 'ok', 1],
      [200, 'ok', 2],
    ])
  })

  test.each([
    ['itself', 1, 2],
    ['two', 2, 4],
    ['seven', 7, 14],
  ])('a third time is a loop: of %s', async (_name, length, requests) => {
    const server = await serve(({ url }, response) => {
      response.writeHead(302, { Location: `/${(Number(url!.slice(1)) + 1) % length}` }).end()
    })
    expect(await ask(`${server.url}/0`)).toMatchObject({ status: 302, kind: 'http.response.redirect_loop' })
    expect(server.requests()).toBe(requests)
  })

  test('with other cookies is another one, and with the old ones again the old one', async () => {
    const server = await serve(({ headers }, response) => {
      const cookie = headers.cookie === 'side=a' ? 'b' : 'a'
      response.writeHead(302, { Location: '/', 'Set-Cookie': `side=${cookie}` }).end()
    })
    expect(await ask(server.url)).toMatchObject({ kind: 'http.response.redirect_loop' })
    // Without any, then twice with each side.
    expect(server.requests()).toBe(5)
  })
})

describe('a Location', () => {
  test.each([
    ['/caf\xe9', '/caf%E9', 'latin1'],
    ['/\x82\xa0', '/%82%A0', 'Shift_JIS'],
    ['/?q=\xe9&r=%E9', '/?q=%E9&r=%E9', 'in the query'],
    ['/caf\xc3\xa9/\xe9', '/caf%C3%A9/%E9', 'UTF-8 beside latin1: all bytes as they are'],
    ['/caf\xc3\xa9', '/caf%C3%A9', 'UTF-8'],
    ['/x\xc2\xa0', '/x%C2%A0', 'a no-break space at the end is of the path'],
    ['/\xff\xfe', '/%FF%FE', 'never a character'],
  ])('%j is asked for as %s: %s', async (location, target) => {
    const server = await redirectTo(location)
    const reply = await ask(server.url)
    expect(server.heads()[1]?.split(' ')[1]).toBe(target)
    expect(reply).toMatchObject({ status: 200, finalUrl: server.url + target })
    expect(new URL(reply.redirects[0]!.location!, server.url).href).toBe(server.url + target)
  })

  test('that is not UTF-8 reads the same where it is not followed', async () => {
    const server = await redirectTo('/caf\xe9')
    const reply = await ask(server.url, { follow: false })
    expect(reply.headers.get('location')).toBe('/caf%E9')
  })

  test('that is not UTF-8 in its host leads nowhere', async () => {
    const server = await redirectTo('http://caf\xe9.example/')
    expect(await ask(server.url)).toMatchObject({ status: 302, kind: 'http.response.invalid_redirect' })
  })

  test('may come twice, but not as two', async () => {
    const same = await redirectTo('/\xe9', '/\xe9')
    expect(await ask(same.url)).toMatchObject({ status: 200 })
    const other = await redirectTo('/\xe9', '/\xe8')
    expect(await ask(other.url)).toMatchObject({ status: 302, detail: 'two different Location headers' })
  })
})

describe('how much of a chain is kept', () => {
  test.each([16_384, 16_385, 200_000])('of a Location of %i characters', async (length) => {
    const server = await redirectTo(`/${'x'.repeat(length - 1)}`)
    const reply = await ask(server.url)
    const [hop] = reply.redirects
    if (length <= 16_384) {
      expect(reply).toMatchObject({ status: 200, kind: 'ok' })
      expect(hop?.location).toHaveLength(length)
    } else {
      const kind = 'http.response.invalid_redirect'
      expect(reply).toMatchObject({ status: 302, kind, detail: 'the Location is longer than 16 KiB' })
      expect(hop?.location).toHaveLength(4097)
    }
  })

  test('of Locations that grow the URL hop by hop', async () => {
    const bytes = `HTTP/1.1 302 X\r\nContent-Length: 0\r\nLocation: ${'x'.repeat(16_000)}/\r\n\r\n`
    const server = closeAfterTest(await startRawServer([step.readHead, step.write(bytes), step.restart]))
    const reply = await ask(server.url)
    expect(reply).toMatchObject({ status: 302, detail: 'the URL of the redirect is longer than 64 KiB' })
    expect(reply.redirects).toHaveLength(5)
  })

  test('of a thousand long hops', async () => {
    let hops = 0
    const server = await serve((_, response) => {
      response.writeHead(302, { Location: `/${hops++}/${'x'.repeat(15_000)}` }).end()
    })
    const reply = await ask(server.url, { maxRedirects: 1000 })
    const kept = reply.redirects.reduce((sum, { url, location }) => sum + url.length + location!.length, 0)
    expect(reply).toMatchObject({ status: 302, kind: 'http.response.invalid_redirect' })
    expect(kept).toBeLessThan(1_200_000)
  })
})
