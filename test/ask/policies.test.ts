import { expect, test } from 'vitest'
import { type PolicyContext, withPolicies } from '../../src/ask/policies.js'
import type { Reply } from '../../src/words/reply.js'
import { answered, createStop, FIRST, failed, playing, targetOf } from '../policies/policy-rig.js'

/** All policies around these replies in turn, without a wait; `heard` is what each of the outer two was shown. */
function createRig(...replies: readonly Reply[]) {
  const heard: string[] = []
  const { check, asked } = playing(...replies)
  const context: PolicyContext = {
    limiter: { shrink: () => 1, hasAnswered: () => true, busy: () => 1, slowDown: () => {} } as never,
    now: () => 0,
    wallNow: () => 0,
    random: () => 0,
    wait: async () => {},
    stop: createStop(),
    notify: () => {},
    announce: () => {},
    retryTimeouts: false,
    maxWaitMs: 30_000,
    lastTurn: async () => {},
    isAwaited: () => false,
    thisMachine: {
      async explain(_, reply) {
        heard.push(`this machine: ${reply.kind} after ${asked.length}`)
        return { ...reply, kind: 'local.offline' }
      },
    },
    blindResolver: {
      noteAnswer: () => {},
      isRefuted: () => false,
      async explain(reply) {
        heard.push(`blind resolver: ${reply.kind}`)
        return reply
      },
    },
  }
  const ask = (method: 'GET' | 'HEAD') => withPolicies(check, context)(targetOf('http://a.test/', { method }), FIRST)
  return { ask, heard, methods: () => asked.map(({ target }) => target.ask.method) }
}

test('a refused HEAD is asked with GET before it is retried', async () => {
  const { ask, methods } = createRig(answered(503), answered(200))
  expect(await ask('HEAD')).toMatchObject({ status: 200, attempts: 1 })
  expect(methods()).toEqual(['HEAD', 'GET'])
})

test('what this machine lacks costs no retry', async () => {
  const short = failed('local.EMFILE', 'EMFILE')
  const { ask } = createRig(short, short, short, short, short, answered(503), short, answered(200))
  expect(await ask('GET')).toMatchObject({ status: 200, attempts: 2 })
})

test('only a failure that outlasts its retries is held against this machine, and then not against its resolver', async () => {
  const { ask, heard } = createRig(failed('dns.failed', 'ETIMEOUT'))
  expect(await ask('GET')).toMatchObject({ kind: 'local.offline', attempts: 3 })
  expect(heard).toEqual(['this machine: dns.failed after 3', 'blind resolver: local.offline'])
})
