import { describe, expect, test } from 'vitest'
import { withHeadFallback } from '../../src/policies/head-fallback.js'
import type { Check } from '../../src/settings/seams.js'
import type { StatusSet } from '../../src/settings/status-set.js'
import { parseStatusSet, SUCCESSFUL } from '../../src/settings/status-set.js'
import type { Kind } from '../../src/words/kinds.js'
import type { Reply } from '../../src/words/reply.js'
import { answered, FIRST, failed, targetOf } from './policy-rig.js'

/** A server that answers HEAD and GET differently; `method` of the reply is that of the request, as an attempt's is. */
async function ask(method: 'GET' | 'HEAD', head: Reply, get: Reply, accept: StatusSet = SUCCESSFUL) {
  const methods: string[] = []
  const check: Check = async (target) => {
    methods.push(target.ask.method)
    return { ...(target.ask.method === 'HEAD' ? head : get), method: target.ask.method }
  }
  const plain = targetOf('http://a.test/', { method })
  const target = { ...plain, expect: { ...plain.expect, accept } }
  const checked = withHeadFallback(check)
  const reply = await checked(target, FIRST)
  return { reply, methods, target, again: () => checked(target, FIRST) }
}

const HOP = { url: 'http://a.test/', status: 302, location: 'http://gone.test/' }
const cut = (kind: Kind) => failed(kind, null, { remoteAddress: '127.0.0.1' })

describe('a HEAD without an accepted status', () => {
  test.each([
    ...[204, 301, 304, 400, 401, 403, 404, 405, 406, 410, 418, 500, 501, 502, 503, 511, 520, 999].map(
      (status) => [answered(status)] as [Reply],
    ),
    [answered(403, { 'cf-mitigated': 'challenge' })],
    [cut('tcp.reset')],
    [cut('tcp.closed')],
    [failed('http.protocol.error')],
    [{ ...answered(302), kind: 'http.response.redirect_loop' as const }],
    [{ ...answered(302), kind: 'http.response.too_many_redirects' as const }],
    [{ ...answered(302), kind: 'http.response.invalid_redirect' as const }],
    [failed('dns.name_not_resolved', null, { redirects: [HOP] })],
    [failed('tcp.refused', null, { redirects: [HOP] })],
  ])('is asked with GET, which gives the verdict: $status $kind', async (head) => {
    const { reply, methods } = await ask('HEAD', head, answered(200), parseStatusSet('200')!)
    expect(methods).toEqual(['HEAD', 'GET'])
    expect(reply).toMatchObject({ status: 200, method: 'GET' })
  })

  test('goes on with GET when it is asked again: one request more, not twice as many', async () => {
    const { again, methods } = await ask('HEAD', answered(500), answered(500))
    await again()
    await again()
    expect(methods).toEqual(['HEAD', 'GET', 'GET', 'GET'])
  })

  test('is not asked with GET before the time that the server asked for', async () => {
    const { reply, again, methods } = await ask('HEAD', answered(503, { 'retry-after': '2' }), answered(200))
    expect(methods).toEqual(['HEAD'])
    expect(reply.status).toBe(503)
    expect(await again()).toMatchObject({ status: 200, method: 'GET' })
    expect(methods).toEqual(['HEAD', 'GET'])
  })

  test('is that of twenty URLs side by side, each asked once with GET', async () => {
    const methods: string[] = []
    const check = withHeadFallback(async ({ ask }) => {
      methods.push(ask.method)
      await null
      return answered(ask.method === 'HEAD' ? 500 : 200)
    })
    const targets = Array.from({ length: 20 }, (_, index) => targetOf(`http://a.test/${index}`, { method: 'HEAD' }))
    const replies = await Promise.all(targets.map((target) => check(target, FIRST)))
    expect(replies.map(({ status }) => status)).toEqual(targets.map(() => 200))
    expect(methods.toSorted()).toEqual([...targets.map(() => 'GET'), ...targets.map(() => 'HEAD')])
  })

  test('is not asked again when the connection was cut before the method was said', async () => {
    const { methods } = await ask('HEAD', failed('tcp.reset'), answered(200))
    expect(methods).toEqual(['HEAD'])
  })

  test('is asked once, also when GET is refused too', async () => {
    const { reply, methods } = await ask('HEAD', answered(405), answered(404))
    expect(methods).toEqual(['HEAD', 'GET'])
    expect(reply).toMatchObject({ status: 404, method: 'GET' })
  })

  test('leaves the target as it was', async () => {
    const { target } = await ask('HEAD', answered(405), answered(200))
    expect(target.ask.method).toBe('HEAD')
  })
})

test.each([
  [answered(200)],
  [answered(429)],
  [answered(403, { 'retry-after': '60' })],
  [answered(403, { 'x-ratelimit-remaining': '0' })],
  [failed('timeout', 'firstByte')],
  [failed('timeout', 'firstByte', { redirects: [HOP] })],
  [failed('tcp.timed_out')],
  [failed('tcp.refused')],
  [failed('dns.name_not_resolved')],
  [failed('tls.cert.date_invalid')],
  [failed('proxy.failed', '502', { redirects: [HOP] })],
  [failed('local.EMFILE', null, { redirects: [HOP] })],
  [failed('aborted', null, { redirects: [HOP] })],
])('a HEAD with an answer, and one that GET could not better, are not asked again: $status $kind', async (head) => {
  const { reply, methods } = await ask('HEAD', head, answered(418))
  expect(methods).toEqual(['HEAD'])
  expect(reply.method).toBe('HEAD')
})

test('a HEAD whose status is named is not asked again', async () => {
  expect((await ask('HEAD', answered(404), answered(200), parseStatusSet('404')!)).methods).toEqual(['HEAD'])
})

test('a GET is not asked again', async () => {
  expect((await ask('GET', answered(200), answered(405))).methods).toEqual(['GET'])
})
