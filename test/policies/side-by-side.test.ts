// Each policy with twenty calls at once: what shares a moment behaves differently from what comes one after the other.

import { describe, expect, test } from 'vitest'
import { createLimiter } from '../../src/flow/limiter.js'
import { withHeadFallback } from '../../src/policies/head-fallback.js'
import { createLastTurn } from '../../src/policies/last-turn.js'
import { withLocalFaults } from '../../src/policies/local-faults.js'
import { withRetry } from '../../src/policies/retry.js'
import type { Check } from '../../src/settings/seams.js'
import type { Reply } from '../../src/words/reply.js'
import { createFakeClock } from '../support/fake-clock.js'
import { answered, createStop, FIRST, failed, targetOf } from './policy-rig.js'

const TWENTY = Array.from({ length: 20 }, (_, index) => index)

/** Twenty URLs of one origin through a policy at once, on a clock that the test moves. */
function createRig(
  wrap: (check: Check, clock: ReturnType<typeof createFakeClock>) => Check,
  answer: (atMs: number) => Reply,
) {
  const clock = createFakeClock(0)
  const asked: number[] = []
  const check: Check = async (target) => {
    asked.push(clock.now())
    await clock.wait(1)
    return { ...answer(clock.now()), method: target.ask.method }
  }
  const policy = wrap(check, clock)
  const replies: Reply[] = []
  const go = (method: 'GET' | 'HEAD' = 'GET') => {
    for (const index of TWENTY) {
      policy(targetOf(`http://a.test/${index}`, { method }), FIRST).then((reply) => replies.push(reply))
    }
  }
  return { clock, asked, replies, go }
}

describe('twenty at once', () => {
  test.each([150, 350, 700])('outlast trouble of %d ms with two retries, whatever chance says', async (forMs) => {
    for (const chance of [0, 0.5, 1]) {
      const wrap = (check: Check, clock: ReturnType<typeof createFakeClock>) =>
        withRetry(check, {
          retryTimeouts: false,
          maxWaitMs: 30_000,
          random: () => chance,
          now: clock.now,
          wallNow: () => 0,
          wait: clock.wait,
          lastTurn: async () => {},
          isAwaited: () => false,
          stop: createStop(),
          announce: () => {},
        })
      const rig = createRig(wrap, (atMs) => (atMs <= forMs ? failed('tcp.reset') : answered(200)))
      rig.go()
      await rig.clock.advance(5000)
      expect(rig.replies.map(({ status }) => status)).toEqual(Array(20).fill(200))
      expect(rig.asked.length).toBeLessThanOrEqual(60)
    }
  })

  test('ask their last retry when the list is done, not before', async () => {
    let isLeft = true
    const wrap = (check: Check, clock: ReturnType<typeof createFakeClock>) => {
      const stop = createStop()
      const rest = { hasSome: () => isLeft, isPressed: () => false, onEnd: () => () => {} }
      return withRetry(check, {
        retryTimeouts: false,
        maxWaitMs: 30_000,
        random: () => 0.5,
        now: clock.now,
        wallNow: () => 0,
        wait: clock.wait,
        lastTurn: createLastTurn({ rest, now: clock.now, wait: clock.wait, stop }),
        isAwaited: () => false,
        stop,
        announce: () => {},
      })
    }
    const rig = createRig(wrap, (atMs) => (atMs < 9000 ? failed('tcp.refused') : answered(200)))
    rig.go()
    await rig.clock.advance(9500)
    expect([rig.asked.length, rig.replies.length]).toEqual([40, 0])
    isLeft = false
    await rig.clock.advance(300)
    expect(rig.replies.map(({ status, attempts }) => [status, attempts])).toEqual(Array(20).fill([200, 3]))
  })

  test('that this machine has no descriptors for are one reason to ask less, not twenty', async () => {
    const said: string[] = []
    const limiter = createLimiter({ concurrency: 128, perHost: null, now: () => 0, wait: async () => {} })
    const wrap = (check: Check, { now, wait }: ReturnType<typeof createFakeClock>) =>
      withLocalFaults(check, { limiter, now, wait, stop: createStop(), notify: (text) => said.push(text) })
    const rig = createRig(wrap, (atMs) => (atMs < 50 ? failed('local.EMFILE', 'EMFILE') : answered(200)))
    rig.go()
    await rig.clock.advance(1000)
    expect(rig.replies.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(said).toEqual(['this machine ran into a limit (EMFILE); going on with 64 requests at once'])
  })

  test('whose HEAD is refused are asked once more each', async () => {
    const rig = createRig(
      (check) => withHeadFallback(check),
      () => answered(405),
    )
    rig.go('HEAD')
    await rig.clock.advance(10)
    expect(rig.asked).toHaveLength(40)
    expect(rig.replies.map(({ method }) => method)).toEqual(Array(20).fill('GET'))
  })
})
