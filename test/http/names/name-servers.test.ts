// What one DNS message does to its own question, and that it does nothing to any other.

import { Resolver } from 'node:dns'
import { afterEach, describe, expect, it, onTestFinished, test, vi } from 'vitest'
import { type Answer, isDnsName, readMessage, writeQuery } from '../../../src/http/names/dns-message.js'
import { createNameServers, type NameServers } from '../../../src/http/names/name-servers.js'
import { closeAfterTest } from '../../support/close-after-test.js'
import { answer, type DnsZone, dropped, failing, sending, startDnsServer } from '../../support/dns-server.js'

const V4 = '192.0.2.1'
const FOUND: Answer = { addresses: [{ address: V4, family: 4 }], ttlS: 60 }

let open: NameServers[] = []
afterEach(() => {
  for (const servers of open) servers.close()
  open = []
})

const serve = async (zone: DnsZone) => closeAfterTest(await startDnsServer(zone))

function serversAt(addresses: readonly string[], { deadlineMs = 800, now = () => performance.now() } = {}) {
  const servers = createNameServers({ servers: addresses, limit: 256, deadlineMs, now })
  open.push(servers)
  return (hostname: string, type: 'A' | 'AAAA' = 'A') =>
    new Promise<Answer>((done) => servers.ask({ hostname, type, done }))
}

const flags = (query: Buffer, ...bytes: number[]) => {
  const message = Buffer.from(query)
  message.set(bytes, 2)
  return message
}
/** A head that speaks of one answer, and these bytes as that answer. */
const withAnswer = (query: Buffer, ...bytes: number[]) =>
  Buffer.concat([flags(query, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0), Buffer.from(bytes)])

/** What is wrong, the message, and what the question ends with. */
const BROKEN: readonly [what: string, bytes: (query: Buffer) => Buffer, code: string][] = [
  ['a label that overruns', (query) => withAnswer(query, 63, 97), 'EBADRESP'],
  ['a label of a kind that there is not', (query) => withAnswer(query, 0x80, 97, 0, 0), 'EBADRESP'],
  ['a name that points to itself', (query) => withAnswer(query, 0xc0, query.length, 0, 1, 0, 1), 'EBADRESP'],
  ['a name that points ahead', (query) => withAnswer(query, 0xff, 0xff, 0, 1, 0, 1), 'EBADRESP'],
  [
    'an address of five bytes',
    (query) => withAnswer(query, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 5, 1, 2, 3, 4, 5),
    'EBADRESP',
  ],
  [
    'an address that is cut off',
    (query) => withAnswer(query, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 1, 2),
    'EBADRESP',
  ],
  ['an answer that is not there', (query) => withAnswer(query), 'EBADRESP'],
  ['65,535 of everything', (query) => flags(query, 0x81, 0x80, 0, 1, 255, 255, 255, 255, 255, 255), 'EBADRESP'],
  ['NXDOMAIN and records that are not there', (query) => flags(query, 0x81, 0x83, 0, 1, 0, 0, 0, 9, 0, 0), 'EBADRESP'],
  ['two questions', (query) => flags(query, 0x81, 0x80, 0, 2, 0, 0, 0, 0, 0, 0), 'EBADRESP'],
  ['half of the question', (query) => flags(query, 0x81, 0x80).subarray(0, query.length - 6), 'EBADRESP'],
  ['a failure that is only a head', (query) => flags(query, 0x81, 0x82, 0, 0).subarray(0, 12), 'ESERVFAIL'],
  ['a code that means nothing', (query) => flags(query, 0x81, 0x8f), 'EBADRESP'],
  ['nothing, from a server that asks nobody', (query) => flags(query, 0x81, 0x00), 'EREFUSED'],
  ['no bytes', () => Buffer.alloc(0), 'ETIMEOUT'],
  ['eleven bytes', (query) => flags(query, 0x81, 0x80).subarray(0, 11), 'ETIMEOUT'],
  [
    'a head that knows the name but does not say which',
    (query) => flags(query, 0x81, 0x83, 0, 0).subarray(0, 12),
    'ETIMEOUT',
  ],
  ['garbage', () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'ETIMEOUT'],
  ['the question itself', (query) => query, 'ETIMEOUT'],
  [
    'another id',
    (query) => Buffer.concat([Buffer.of(query[0]! ^ 1), flags(query, 0x81, 0x83).subarray(1)]),
    'ETIMEOUT',
  ],
  ['another name', (query) => Buffer.from(flags(query, 0x81, 0x83)).fill('z', 13, 14), 'ETIMEOUT'],
]

describe('a message that makes no sense', () => {
  it.each(BROKEN)('is one failed question: %s', async (_, bytes, code) => {
    const server = await serve({ 'bad.test': { A: sending(bytes) } })
    expect(await serversAt([server.address])('bad.test')).toEqual({ code })
  })

  it('is nothing to a hundred other questions on the wire, of whatever sort it is', async () => {
    let release = () => {}
    const after = new Promise<void>((resolve) => {
      release = resolve
    })
    const good = Array.from({ length: 100 }, (_, at) => `g${at}.test`)
    const server = await serve({
      ...Object.fromEntries(good.map((name) => [name, { A: { ...answer(V4), after } }])),
      ...Object.fromEntries(BROKEN.map(([, bytes], at) => [`b${at}.test`, { A: sending(bytes) }])),
    })
    const ask = serversAt([server.address], { deadlineMs: 8000 })
    const answers = good.map((name) => ask(name))
    const broken = BROKEN.map(([, , code], at) => [code, ask(`b${at}.test`)] as const)
    await Promise.all(broken.map(([code, end]) => (code === 'ETIMEOUT' ? null : end)))
    release()
    expect(await Promise.all(answers)).toEqual(good.map(() => FOUND))
    expect(server.asked('g0.test')).toBe(1)
  })

  it('is asked of another server where there is one', async () => {
    const bad = await serve({ 'a.test': { A: sending((query) => withAnswer(query, 63)) } })
    const good = await serve({ 'a.test': { A: answer(V4) } })
    expect(await serversAt([bad.address, good.address])('a.test')).toEqual(FOUND)
  })

  it('takes no more than a name can hold, however many pointers are strung together', () => {
    const query = writeQuery(7, { hostname: 'a.test', type: 'A' })
    const record = (pointer: number, type = 1) => [0xc0 | (pointer >> 8), pointer & 255, 0, type, 0, 1, 0, 0, 0, 9]
    // Each points two bytes back, down to the name of the question.
    const chain = Array.from({ length: 400 }, (_, at) => (at === 0 ? 12 : query.length + 12 + 2 * (at - 1)))
    const text = [...record(12, 16), 3, 32, ...chain.flatMap((pointer) => [0xc0 | (pointer >> 8), pointer & 255])]
    const whole = (last: number) => {
      const message = withAnswer(query, ...text, ...record(query.length + 12 + 2 * last), 0, 4, 1, 2, 3, 4)
      message[7] = 2
      return readMessage(message, { bytes: query, type: 'A' })?.answer
    }
    expect(whole(100)).toMatchObject({ addresses: [{ address: '1.2.3.4' }] })
    expect(whole(399)).toEqual({ code: 'EBADRESP' })
  })

  it('never makes reading it throw, cut wherever it is', () => {
    const query = writeQuery(7, { hostname: 'a.test', type: 'A' })
    const whole = withAnswer(query, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4)
    for (let end = 12; end < whole.length; end++) {
      const reading = readMessage(whole.subarray(0, end), { bytes: query, type: 'A' })
      expect(reading === null || 'code' in reading.answer).toBe(true)
      for (let at = 2; at < end; at++) {
        const bent = Buffer.from(whole.subarray(0, end))
        bent[at]! ^= 0xff
        readMessage(bent, { bytes: query, type: 'A' })
      }
    }
    expect(readMessage(whole, { bytes: query, type: 'A' })).toMatchObject({
      answer: { addresses: [{ address: '1.2.3.4' }], ttlS: 9 },
    })
  })
})

describe('an answer', () => {
  it('is taken in whatever case the name comes back', async () => {
    const shout = sending((query) => {
      const message = withAnswer(query, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1)
      return message.fill('A', 13, 14)
    })
    const server = await serve({ 'a.test': { A: shout } })
    expect(await serversAt([server.address])('a.test')).toEqual(FOUND)
  })

  it('is taken when it comes late, to whichever ask', async () => {
    const server = await serve({ 'a.test': { A: [{ ...answer(V4), after: 300 }, dropped] } })
    expect(await serversAt([server.address])('a.test')).toEqual(FOUND)
    expect(server.asked()).toBeGreaterThan(1)
  })

  it('is asked for over TCP where UDP does not hold it', async () => {
    const many = Array.from({ length: 200 }, (_, at) => `192.0.2.${at}`)
    const server = await serve({ 'a.test': { A: { ...answer(...many), truncated: true } } })
    const found = await serversAt([server.address])('a.test')
    expect('addresses' in found && found.addresses.map(({ address }) => address)).toEqual(many)
  })

  it('is asked for over TCP for more names than there may be connections', async () => {
    const names = Array.from({ length: 100 }, (_, at) => `n${at}.test`)
    const server = await serve(
      Object.fromEntries(names.map((name) => [name, { A: { ...answer(V4), truncated: true } }])),
    )
    const ask = serversAt([server.address], { deadlineMs: 8000 })
    expect(await Promise.all(names.map((name) => ask(name)))).toEqual(names.map(() => FOUND))
  })

  it('is what came over UDP where nothing listens for TCP', async () => {
    const cut = sending((query) => {
      const message = withAnswer(query, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1)
      message[2]! |= 0x02
      return message
    })
    const server = await serve({ 'a.test': { A: cut } })
    expect(await serversAt([server.address])('a.test')).toEqual(FOUND)
  })

  it('reads every address family as people write it', async () => {
    const server = await serve({ 'a.test': { AAAA: answer('2001:db8:0:0:1::7') } })
    expect(await serversAt([server.address])('a.test', 'AAAA')).toMatchObject({
      addresses: [{ address: '2001:db8::1:0:0:7', family: 6 }],
    })
  })
})

describe('time in which this process stood still', () => {
  it('is given back to a question', async () => {
    let skippedMs = 0
    const server = await serve({ 'a.test': { A: [dropped, dropped, { ...answer(V4), after: 100 }] } })
    const ask = serversAt([server.address], { deadlineMs: 1600, now: () => performance.now() + skippedMs })
    const found = ask('a.test')
    await expect.poll(() => server.asked(), { timeout: 5000 }).toBe(3)
    // As after SIGSTOP: an hour is over, and no timer felt it.
    skippedMs = 3_600_000
    expect(await found).toEqual(FOUND)
  })
})

describe('a server that cannot be reached', () => {
  // The kernel refuses to connect to it, as it does for one with IPv6 on a machine without.
  const unreachable = '255.255.255.255'

  it('ends its questions with the kernel’s code, alone', async () => {
    const ask = serversAt([unreachable])
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('a.test')))
    expect(new Set(answers.map((answer) => 'code' in answer && answer.code))).toEqual(new Set(['EACCES']))
  })

  it('leaves them to the next one', async () => {
    const good = await serve({ 'a.test': { A: answer(V4) } })
    expect(await serversAt([unreachable, good.address])('a.test')).toEqual(FOUND)
  })
})

describe('the servers of the system', () => {
  test('are read anew when those that were read bring nothing, as after a change of networks', async () => {
    const gone = await startDnsServer({})
    await gone.close()
    const good = await serve({ 'a.test': { A: answer(V4) } })
    const read = vi.spyOn(Resolver.prototype, 'getServers').mockReturnValueOnce([gone.address])
    onTestFinished(() => read.mockRestore())
    read.mockReturnValue([good.address])
    let time = 0
    const servers = createNameServers({ servers: null, limit: 256, deadlineMs: 800, now: () => time })
    open.push(servers)
    const ask = () => new Promise<Answer>((done) => servers.ask({ hostname: 'a.test', type: 'A', done }))
    time = 5000
    expect(await ask()).toEqual({ code: 'ECONNREFUSED' })
    expect(await ask()).toEqual(FOUND)
    expect(read).toHaveBeenCalledTimes(2)
  })
})

describe('a server', () => {
  it('that fails is the last word of one alone', async () => {
    const server = await serve({ 'a.test': { A: failing('SERVFAIL') } })
    expect(await serversAt([server.address])('a.test')).toEqual({ code: 'ESERVFAIL' })
  })

  it('where nothing listens ends its questions at once, and the next one does for all', async () => {
    const gone = await startDnsServer({})
    await gone.close()
    const good = await serve({ 'a.test': { A: answer(V4) } })
    const names = Array<string>(50).fill('a.test')
    const [alone, both] = [serversAt([gone.address]), serversAt([gone.address, good.address])]
    expect(await Promise.all(names.map((name) => alone(name)))).toEqual(names.map(() => ({ code: 'ECONNREFUSED' })))
    expect(await Promise.all(names.map((name) => both(name)))).toEqual(names.map(() => FOUND))
  })
})

it.each([
  ['a.test', true],
  ['a.test.', true],
  [`${'a'.repeat(63)}.test`, true],
  [`${'a'.repeat(64)}.test`, false],
  ['a..test', false],
  ['.test', false],
  [`${'abcdefghi.'.repeat(25)}com`, true],
  [`${'abcdefghi.'.repeat(25)}coms`, false],
  [`${'abcdefghi.'.repeat(25)}com.`, true],
])('%s is a name that DNS can hold: %s', (name, is) => {
  expect(isDnsName(name)).toBe(is)
})
