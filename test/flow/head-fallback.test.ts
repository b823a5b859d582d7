import { describe, expect, test } from 'vitest'
import { withHeadFallback } from '../../src/flow/head-fallback.js'
import type { Check, Reply } from '../../src/types.js'
import { answered, FIRST, failed, targetOf } from './policy-rig.js'

/** A server that answers HEAD and GET differently; `method` of the reply is that of the request, as an attempt's is. */
async function ask(method: 'GET' | 'HEAD', head: Reply, get: Reply) {
  const methods: string[] = []
  const check: Check = async (target) => {
    methods.push(target.ask.method)
    return { ...(target.ask.method === 'HEAD' ? head : get), method: target.ask.method }
  }
  const target = targetOf('http://a.test/', { method })
  const reply = await withHeadFallback(check)(target, FIRST)
  return { reply, methods, target }
}

describe('a refused HEAD', () => {
  test.each([
    [answered(403)],
    [answered(404)],
    [answered(405)],
    [answered(501)],
    [{ ...failed('tcp.reset'), remoteAddress: '127.0.0.1' }],
    [{ ...failed('tcp.closed'), remoteAddress: '127.0.0.1' }],
  ])('is asked with GET, which gives the verdict: $status $kind', async (head) => {
    const { reply, methods } = await ask('HEAD', head, answered(200))
    expect(methods).toEqual(['HEAD', 'GET'])
    expect(reply).toMatchObject({ status: 200, method: 'GET' })
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

test.each([[answered(200)], [answered(301)], [answered(401)], [answered(500)], [failed('timeout', 'firstByte')]])(
  'a HEAD that was not refused is not asked again: $status $kind',
  async (head) => {
    const { reply, methods } = await ask('HEAD', head, answered(418))
    expect(methods).toEqual(['HEAD'])
    expect(reply.method).toBe('HEAD')
  },
)

test('a GET is not asked again', async () => {
  expect((await ask('GET', answered(200), answered(405))).methods).toEqual(['GET'])
})
