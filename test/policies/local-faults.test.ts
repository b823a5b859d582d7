import { describe, expect, test } from 'vitest'
import { type LocalFaultOptions, withLocalFaults } from '../../src/policies/local-faults.js'
import type { Check } from '../../src/settings/seams.js'
import type { Target } from '../../src/settings/target.js'
import type { Kind } from '../../src/words/kinds.js'
import type { Limiter, Permit } from '../../src/words/limits.js'
import type { Reply } from '../../src/words/reply.js'
import { createFakeClock } from '../support/fake-clock.js'

const target = {} as Target
const reply = (kind: Kind) => ({ kind, code: kind.replace('local.', '') }) as unknown as Reply
const permit: Permit = { release() {} } as Permit

/** A check that gives these kinds in turn, the last one again and again, and what is done around it. */
function createRig(kinds: readonly Kind[]) {
  const clock = createFakeClock()
  const told: string[] = []
  const permits: (Permit | null)[] = []
  const askedAt: number[] = []
  const stop = { running: new Set<{ abort(): void }>(), stopped: false }
  let limit = 128
  const options: LocalFaultOptions = {
    limiter: { shrink: () => (limit = Math.max(1, Math.floor(limit / 2))) } as Partial<Limiter> as Limiter,
    now: clock.now,
    wait: (ms) => clock.wait(ms),
    stop,
    notify: (text) => void told.push(text),
  }
  const check: Check = async (_target, context) => {
    permits.push(context.permit)
    askedAt.push(clock.now())
    return reply(kinds[Math.min(askedAt.length, kinds.length) - 1]!)
  }
  const ask = withLocalFaults(check, options)
  return { clock, told, permits, askedAt, stop, limit: () => limit, ask: () => ask(target, { permit, queuedMs: 5 }) }
}

describe('a reply that says nothing of this machine', () => {
  test.each<Kind>(['ok', 'http.error', 'timeout', 'tcp.refused', 'dns.failed', 'aborted'])(
    '%s is passed on at once',
    async (kind) => {
      const rig = createRig([kind])
      expect(await rig.ask()).toEqual(reply(kind))
      expect(rig).toMatchObject({ told: [], permits: [permit], askedAt: [0] })
      expect(rig.limit()).toBe(128)
    },
  )
})

test('what this machine lacks is said once, and neither waited for nor a reason to ask less', async () => {
  const rig = createRig(['local.no_ipv6'])
  await Promise.all(Array.from({ length: 20 }, () => rig.ask()))
  expect(rig.askedAt).toEqual(Array(20).fill(0))
  expect(rig.told).toEqual(['this machine has no IPv6: what needs it cannot be judged'])
  expect(rig.limit()).toBe(128)
})

describe('a fault of this machine', () => {
  test('is waited out, longer each time, and the URL takes a new place in the line', async () => {
    const rig = createRig(['local.EMFILE', 'local.EMFILE', 'local.ENOBUFS', 'ok'])
    const asked = rig.ask()
    await rig.clock.advance(60_000)
    expect(await asked).toEqual(reply('ok'))
    expect(rig.askedAt).toEqual([0, 100, 300, 700])
    expect(rig.permits).toEqual([permit, null, null, null])
  })

  test('that stays is given up after eight tries and some ten seconds, and is the reply', async () => {
    const rig = createRig(['local.EADDRNOTAVAIL'])
    const asked = rig.ask()
    await rig.clock.advance(60_000)
    expect(await asked).toEqual(reply('local.EADDRNOTAVAIL'))
    expect(rig.askedAt).toEqual([0, 100, 300, 700, 1500, 3100, 6300, 10_300])
  })

  test('is told once, with its code and what is left; the limit halves once a second, not once a URL', async () => {
    const rig = createRig(['local.EMFILE'])
    const asked = Array.from({ length: 20 }, () => rig.ask())
    await rig.clock.advance(0)
    expect(rig.told).toEqual(['this machine ran into a limit (EMFILE); going on with 64 requests at once'])
    expect(rig.limit()).toBe(64)
    await rig.clock.advance(999)
    expect(rig.limit()).toBe(64)
    await rig.clock.advance(60_000)
    await Promise.all(asked)
    expect(rig.told).toHaveLength(1)
    // Asked again at 1.5, 3.1, 6.3 and, the last time, 10.3 s; what follows the last one is no reason any more.
    expect(rig.limit()).toBe(8)
  })

  test('is not waited out when the run is stopped', async () => {
    const rig = createRig(['local.EMFILE'])
    const asked = rig.ask()
    await rig.clock.advance(50)
    rig.stop.stopped = true
    await rig.clock.advance(50)
    expect(await asked).toEqual(reply('local.EMFILE'))
    expect(rig.askedAt).toEqual([0, 100])
  })
})
