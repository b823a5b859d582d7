import { describe, expect, test } from 'vitest'
import { withBreaker } from '../../src/flow/breaker.js'
import type { Kind } from '../../src/kinds.js'
import type { Check, Reply } from '../../src/types.js'
import { answered, FIRST, failed, targetOf } from './policy-rig.js'

const REFUSED = failed('tcp.refused', 'ECONNREFUSED')

/** Hosts that answer as the test says at the moment, behind a breaker. */
function createRig(initial: Reply = REFUSED) {
  const rig = { nowMs: 0, reply: initial, asked: 0 }
  const check: Check = async () => {
    rig.asked++
    return rig.reply
  }
  const breaking = withBreaker(check, () => rig.nowMs)
  const ask = (host = 'dead', context = FIRST) =>
    breaking(targetOf(`http://${host}.test/x`, { timeoutMs: 10_000 }), context)
  const askMany = async (count: number, host = 'dead') => {
    const replies: Reply[] = []
    for (let index = 0; index < count; index++) replies.push(await ask(host))
    return replies
  }
  return { rig: Object.assign(rig, { breaking }), ask, askMany }
}

describe('a host whose connects fail 20 times in a row', () => {
  test('is down: what follows is settled with its kind and not asked', async () => {
    const { rig, askMany } = createRig()
    const replies = await askMany(1000)
    expect(rig.asked).toBe(20)
    expect(replies.slice(0, 20).every(({ attempts, inferred }) => attempts === 1 && !inferred)).toBe(true)
    expect(replies[20]).toMatchObject({
      kind: 'tcp.refused',
      code: 'ECONNREFUSED',
      status: 0,
      attempts: 0,
      inferred: true,
      durationMs: null,
      finalUrl: 'http://dead.test/x',
    })
    expect(replies.slice(20).every(({ inferred }) => inferred)).toBe(true)
  })

  test('gives back the permit of what is not asked', async () => {
    const { ask, askMany } = createRig()
    await askMany(20)
    let released = 0
    await ask('dead', { permit: { release: () => void released++ }, queuedMs: 0 })
    expect(released).toBe(1)
  })

  test('is asked once a timeout whether it is back', async () => {
    const { rig, askMany } = createRig()
    await askMany(20)
    rig.nowMs = 9999
    await askMany(10)
    expect(rig.asked).toBe(20)
    rig.nowMs = 10_000
    await askMany(10)
    expect(rig.asked).toBe(21)
    rig.nowMs = 20_000
    await askMany(10)
    expect(rig.asked).toBe(22)
  })

  test('has one probe at a time, others do not wait for it', async () => {
    let answer!: (reply: Reply) => void
    const rig = { nowMs: 0, isHanging: false, asked: 0 }
    const breaking = withBreaker(
      () => {
        rig.asked++
        return rig.isHanging ? new Promise((resolve) => (answer = resolve)) : Promise.resolve(REFUSED)
      },
      () => rig.nowMs,
    )
    const ask = () => breaking(targetOf('http://dead.test/', { timeoutMs: 10_000 }), FIRST)
    for (let index = 0; index < 20; index++) await ask()
    rig.isHanging = true
    rig.nowMs = 10_000
    const probe = ask()
    expect((await ask()).inferred).toBe(true)
    expect(rig.asked).toBe(21)
    answer(answered(200))
    expect((await probe).status).toBe(200)
  })

  test('is up again with the first success, for good', async () => {
    const { rig, askMany } = createRig()
    await askMany(30)
    rig.nowMs = 10_000
    rig.reply = answered(500)
    expect((await askMany(30)).every(({ status, inferred }) => status === 500 && !inferred)).toBe(true)
    rig.reply = REFUSED
    expect((await askMany(100)).every(({ inferred }) => !inferred)).toBe(true)
  })

  test('says nothing of other hosts', async () => {
    const { rig, askMany, ask } = createRig()
    await askMany(30)
    rig.reply = answered(200)
    expect(await ask('alive')).toMatchObject({ status: 200, inferred: false })
  })

  test('is not one of 19', async () => {
    const { rig, askMany } = createRig()
    await askMany(19)
    expect(rig.asked).toBe(19)
    rig.reply = answered(200)
    expect((await askMany(1))[0]).toMatchObject({ status: 200 })
  })

  test('and whose time-outs are those of 20 at once is down from then on', async () => {
    const { askMany } = createRig(failed('timeout', 'connect'))
    const replies = await askMany(21)
    expect(replies[20]).toMatchObject({ kind: 'timeout', code: 'connect', inferred: true })
  })
})

describe('a host is not down that', () => {
  test.each<[string, Reply]>([
    ['answered', answered(404)],
    [
      'answered with a redirect whose goal is dead',
      failed('tcp.refused', null, {
        redirects: [{ url: 'http://dead.test/', status: 301, location: 'http://b.test/' }],
      }),
    ],
    ['took a connection and reset it', failed('tcp.reset')],
    ['took a connection and closed it', failed('tcp.closed')],
    ['spoke TLS', failed('tls.cert.date_invalid')],
    ['spoke nonsense', failed('http.protocol.error')],
    ['took a connection and was late', failed('timeout', 'firstByte')],
    ['was late in the handshake', failed('timeout', 'tls')],
  ])('once %s', async (_name, alive) => {
    const { rig, ask, askMany } = createRig(alive)
    await ask()
    rig.reply = REFUSED
    await askMany(50)
    expect(rig.asked).toBe(51)
  })

  test('answered in the middle of its failures', async () => {
    const { rig, ask, askMany } = createRig()
    await askMany(19)
    rig.reply = answered(200)
    await ask()
    rig.reply = REFUSED
    await askMany(50)
    expect(rig.asked).toBe(70)
  })
})

describe('20 in a row', () => {
  test.each<[Kind, string | null]>([
    ['tcp.refused', null],
    ['tcp.address_unreachable', null],
    ['tcp.timed_out', 'connect'],
    ['dns.name_not_resolved', null],
    ['dns.failed', null],
    ['timeout', 'dns'],
    ['timeout', 'connect'],
  ])('of %s %s count', async (kind, code) => {
    const { rig, askMany } = createRig(failed(kind, code))
    await askMany(40)
    expect(rig.asked).toBe(20)
  })

  test.each<[Kind]>([['local.emfile'], ['local.offline'], ['proxy.failed'], ['aborted'], ['blocked.private_address']])(
    'of %s do not',
    async (kind) => {
      const { rig, askMany } = createRig(failed(kind))
      await askMany(40)
      expect(rig.asked).toBe(40)
    },
  )
})

test('a closed port says nothing of the other ports of its host, nor of the other scheme', async () => {
  const { rig, ask } = createRig()
  for (let index = 0; index < 20; index++) await ask('dead')
  rig.reply = answered(200)
  const other = targetOf('http://dead.test:8443/x', { timeoutMs: 10_000 })
  expect(await rig.breaking(other, FIRST)).toMatchObject({ status: 200, inferred: false })
  expect(await ask('dead')).toMatchObject({ inferred: true })
})
