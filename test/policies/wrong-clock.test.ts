import { describe, expect, test } from 'vitest'
import { createWitnesses } from '../../src/policies/witnesses.js'
import { createAhead, createWrongClock } from '../../src/policies/wrong-clock.js'
import type { Reply } from '../../src/words/reply.js'
import { createFakeClock } from '../support/fake-clock.js'

const DAY_MS = 86_400_000
const NOW_MS = Date.parse('2026-06-15T12:00:00Z')
const inDays = (days: number) => new Date(NOW_MS + days * DAY_MS).toISOString()

/** Three witnesses needed, two seconds held; the clock says NOW; answers are what they say of the time, in days from it. */
function createRig(earliestDays = -900) {
  const clock = createFakeClock()
  const witnesses = createWitnesses({ needed: 3, holdMs: 2000, wait: (ms) => clock.wait(ms) })
  const wrong = createWrongClock<number | null>({
    witnesses,
    ahead: createAhead(),
    wallNow: () => NOW_MS,
    timeOf: (days) => (days === null ? null : NOW_MS + days * DAY_MS),
    earliestMs: () => NOW_MS + earliestDays * DAY_MS,
  })
  const said: Record<string, string | null> = {}
  const weigh = (host: string, from: number, to: number) => {
    const code = from > 0 ? 'CERT_NOT_YET_VALID' : 'CERT_HAS_EXPIRED'
    const chain = [{ subject: null, validFrom: inDays(from), validTo: inDays(to) }]
    const tls = { protocol: null, issuer: null, validTo: null, error: code, chain }
    const reply = { kind: 'tls.cert.date_invalid', code, tls } as unknown as Reply
    void wrong.explain(host, reply).then((sentence) => {
      said[host] = sentence
    })
  }
  return { clock, wrong, said, weigh }
}

const HOSTS = ['a.example', 'b.example', 'c.example']

describe('a clock', () => {
  test('that is ahead of what others say makes three expired certificates good', async () => {
    const { clock, wrong, said, weigh } = createRig()
    for (const host of HOSTS) weigh(host, -90, -5)
    weigh('dead.example', -90, -60)
    wrong.heard(-30)
    await clock.advance(2000)
    const sentence = 'the clock of this machine is wrong: it says 2026-06-15, others say 2026-05-16'
    // One that was out of date even then stays what it is.
    expect(said).toEqual({ 'a.example': sentence, 'b.example': sentence, 'c.example': sentence, 'dead.example': null })
  })

  test('that is behind what others say makes three good that are not valid yet', async () => {
    const { clock, wrong, said, weigh } = createRig()
    wrong.heard(400)
    for (const host of HOSTS) weigh(host, 380, 460)
    weigh('later.example', 500, 560)
    await clock.advance(2000)
    expect(HOSTS.map((host) => said[host]?.slice(0, 30))).toEqual(Array(3).fill('the clock of this machine is w'))
    expect(said['later.example']).toBeNull()
  })

  test('that nobody speaks against is right', async () => {
    const { clock, said, weigh } = createRig()
    for (const host of HOSTS) weigh(host, -90, -5)
    for (const host of ['d.example', 'e.example', 'f.example']) weigh(host, 5, 90)
    await clock.advance(2000)
    expect(Object.values(said)).toEqual(Array(6).fill(null))
  })

  test('that one of several bears out is right, at once and for good', async () => {
    const { clock, wrong, said, weigh } = createRig()
    wrong.heard(-30)
    for (const host of HOSTS) weigh(host, -90, -5)
    await clock.advance(500)
    wrong.heard(null)
    wrong.heard(0.5)
    await clock.advance(0)
    expect(Object.values(said)).toEqual([null, null, null])
    expect(wrong.isRight()).toBe(true)
  })

  test('is not doubted for two hosts, nor for three of one domain', async () => {
    const { clock, wrong, said, weigh } = createRig()
    wrong.heard(-30)
    for (const host of ['x.a.example', 'y.a.example', 'z.a.example', 'b.example']) weigh(host, -90, -5)
    await clock.advance(2000)
    expect(Object.values(said)).toEqual([null, null, null, null])
  })

  test('before the day on which the roots were made is wrong for certain, and one host is enough', async () => {
    const { clock, said, weigh } = createRig(200)
    weigh('a.example', 180, 260)
    weigh('ended.example', 20, 100)
    weigh('late.example', -90, -5)
    await clock.advance(0)
    expect(said).toEqual({
      'a.example': 'the clock of this machine is wrong: it says 2026-06-15, it is at least 2027-01-01',
      'ended.example': null,
    })
    await clock.advance(2000)
    expect(said['late.example']).toBeNull()
  })
})
