import { afterEach, describe, expect, it } from 'vitest'
import { createLookup, type Lookup } from '../../../src/http/names/lookup.js'
import type { GetAddrInfo } from '../../../src/http/names/system-resolver.js'
import type { LookupError } from '../../../src/http/wire/lookup-error.js'
import { closeAfterTest } from '../../support/close-after-test.js'
import {
  answer,
  type DnsServer,
  type DnsZone,
  dropped,
  failing,
  sending,
  startDnsServer,
} from '../../support/dns-server.js'
import { stopwatch } from '../../support/stopwatch.js'

const V4 = '192.0.2.1'

let open: Lookup[] = []
afterEach(() => {
  for (const lookup of open) lookup.close()
  open = []
})

const serve = async (zone: DnsZone) => closeAfterTest(await startDnsServer(zone))

/** A lookup that asks this server, and this system where it would ask the machine's. */
function lookupWith(server: DnsServer, getaddrinfo: GetAddrInfo, deadlineMs = 4000): Lookup {
  const lookup = createLookup({
    servers: [server.address],
    useSystem: true,
    getaddrinfo,
    family: 4,
    now: () => performance.now(),
    hostsFile: '/nonexistent',
    deadlineMs,
  })
  open.push(lookup)
  return lookup
}

/** A system that knows these names, and what it was asked. */
function system(known: readonly string[] = []): { asked: string[]; getaddrinfo: GetAddrInfo } {
  const asked: string[] = []
  const getaddrinfo: GetAddrInfo = async (hostname) => {
    asked.push(hostname)
    if (known.includes(hostname)) return [{ address: V4, family: 4 }]
    throw Object.assign(new Error('no such host'), { code: 'ENOTFOUND' })
  }
  return { asked, getaddrinfo }
}

const failingSystem =
  (code: string): GetAddrInfo =>
  () =>
    Promise.reject(Object.assign(new Error(code), { code }))
const never: GetAddrInfo = () => new Promise(() => {})
const failure = (lookup: Lookup, name: string): Promise<LookupError> =>
  lookup(name).then(
    () => expect.unreachable(),
    (error: LookupError) => error,
  )

describe('names for the system', () => {
  it.each(['wiki', 'printer.local', 'printer.local.'])('asks the system, not DNS, for %s', async (name) => {
    const server = await serve({})
    const { asked, getaddrinfo } = system([name])
    expect(await lookupWith(server, getaddrinfo)(name)).toEqual([{ address: V4, family: 4 }])
    expect([asked, server.asked()]).toEqual([[name], 0])
  })

  it('asks DNS for them when the DNS server was named', async () => {
    const server = await serve({ wiki: { A: answer(V4) } })
    const { asked, getaddrinfo } = system(['wiki'])
    const options = {
      servers: [server.address],
      family: 4,
      now: () => 0,
      hostsFile: '/nonexistent',
      getaddrinfo,
    } as const
    const lookup = createLookup(options)
    open.push(lookup)
    expect(await lookup('wiki')).toEqual([{ address: V4, family: 4 }])
    expect(asked).toEqual([])
  })

  it.each([
    ['ENOTFOUND', 'dns.name_not_resolved'],
    ['EAI_AGAIN', 'dns.failed'],
    ['EAI_FAIL', 'dns.failed'],
    ['EAI_MEMORY', 'local.EAI_MEMORY'],
    ['EMFILE', 'local.EMFILE'],
    ['ENFILE', 'local.ENFILE'],
    ['ENOMEM', 'local.ENOMEM'],
  ])('takes %s for %s', async (code, kind) => {
    expect(await failure(lookupWith(await serve({}), failingSystem(code)), 'wiki')).toMatchObject({ code, kind })
  })

  it('asks for one name at a time', async () => {
    let running = 0
    let most = 0
    const getaddrinfo: GetAddrInfo = async () => {
      most = Math.max(most, ++running)
      await new Promise(setImmediate)
      running--
      return [{ address: V4, family: 4 }]
    }
    const lookup = lookupWith(await serve({}), getaddrinfo)
    await Promise.all(['a', 'b', 'c'].map((name) => lookup(name)))
    expect(most).toBe(1)
  })

  it('ends when the system hangs: DNS failed for the name asked, this machine for those that waited', async () => {
    const lookup = lookupWith(await serve({}), never, 100)
    const errors = await Promise.all(['a', 'b'].map((name) => failure(lookup, name)))
    expect(errors.map(({ code, kind }) => [code, kind])).toEqual([
      ['ETIMEOUT', 'dns.failed'],
      ['EBUSY', 'local.EBUSY'],
    ])
  })

  it('ends with `aborted` when closed', async () => {
    const lookup = lookupWith(await serve({}), never)
    const pending = ['a', 'b'].map((name) => failure(lookup, name))
    lookup.close()
    for (const error of await Promise.all(pending)) expect(error.kind).toBe('aborted')
  })
})

describe('the second opinion', () => {
  it('finds a name that DNS calls dead', async () => {
    const { getaddrinfo } = system(['git.corp'])
    expect(await lookupWith(await serve({}), getaddrinfo)('git.corp')).toEqual([{ address: V4, family: 4 }])
  })

  it('is not asked about names that DNS knows or cannot hold', async () => {
    const server = await serve({ 'a.test': { A: answer(V4) } })
    const { asked, getaddrinfo } = system()
    const lookup = lookupWith(server, getaddrinfo)
    await lookup('a.test')
    await failure(lookup, 'a..test')
    expect(asked).toEqual([])
  })

  it('changes nothing when it could not tell', async () => {
    const lookup = lookupWith(await serve({}), failingSystem('EAI_AGAIN'))
    expect((await failure(lookup, 'x.test')).code).toBe('ENOTFOUND')
  })

  it('is asked twenty times a top-level domain while it agrees', async () => {
    const { asked, getaddrinfo } = system()
    const lookup = lookupWith(await serve({}), getaddrinfo)
    for (let index = 0; index < 30; index++) await failure(lookup, `x${index}.test`)
    expect(asked).toHaveLength(20)
    await failure(lookup, 'x.corp')
    expect(asked).toHaveLength(21)
  })

  it('stays wanted for a top-level domain where it once knew better', async () => {
    const { asked, getaddrinfo } = system(['git.corp'])
    const lookup = lookupWith(await serve({}), getaddrinfo)
    await lookup('git.corp')
    for (let index = 0; index < 30; index++) await failure(lookup, `x${index}.corp`)
    expect(asked).toHaveLength(31)
  })

  it('holds up nobody when it hangs', async () => {
    const lookup = lookupWith(await serve({ 'a.test': { A: answer(V4) } }), never, 400)
    const dead = Promise.all(Array.from({ length: 200 }, (_, index) => failure(lookup, `x${index}.test`)))
    const watch = stopwatch()
    await lookup('a.test')
    expect((await dead).every(({ code }) => code === 'ENOTFOUND')).toBe(true)
    expect(watch.ownMs()).toBeLessThan(1500)
  })
})

describe('a name of which DNS knows nothing', () => {
  const silentServer = (name: string) => ({ [name]: { A: dropped } })
  const cut = sending((query) => query.subarray(0, 14))

  it.each<[what: string, zone: DnsZone]>([
    ['SERVFAIL', { 'git.corp.com': { A: failing('SERVFAIL') } }],
    ['REFUSED', { 'git.corp.com': { A: failing('REFUSED') } }],
    ['NOTIMP', { 'git.corp.com': { A: failing('NOTIMP') } }],
    ['a message that makes no sense', { 'git.corp.com': { A: cut } }],
    ['nothing', silentServer('git.corp.com')],
  ])('is asked of the system: %s', async (_, zone) => {
    const { asked, getaddrinfo } = system(['git.corp.com'])
    const lookup = lookupWith(await serve(zone), getaddrinfo, 800)
    expect(await lookup('git.corp.com')).toEqual([{ address: V4, family: 4 }])
    expect(asked).toEqual(['git.corp.com'])
  })

  it('is asked of the system where nothing listens at the DNS server', async () => {
    const server = await serve({})
    await server.close()
    const { getaddrinfo } = system(['git.corp.com'])
    expect(await lookupWith(server, getaddrinfo)('git.corp.com')).toEqual([{ address: V4, family: 4 }])
  })

  it('is known to the system before a silent DNS server has had all its time', async () => {
    const { getaddrinfo } = system(['git.corp.com'])
    const server = await serve(silentServer('git.corp.com'))
    await lookupWith(server, getaddrinfo)('git.corp.com')
    expect(server.asked('git.corp.com')).toBeLessThan(3)
  })

  it('keeps the failure of DNS where the system knows no more, of a hundred at once as well', async () => {
    const names = Array.from({ length: 100 }, (_, at) => `x${at}.corp.com`)
    const server = await serve(Object.fromEntries(names.map((name) => [name, { A: failing('SERVFAIL') }])))
    const { asked, getaddrinfo } = system()
    const lookup = lookupWith(server, getaddrinfo)
    const errors = await Promise.all(names.map((name) => failure(lookup, name)))
    expect(errors.map(({ code, kind }) => [code, kind])).toEqual(names.map(() => ['ESERVFAIL', 'dns.failed']))
    expect(asked.sort()).toEqual([...names].sort())
  })

  it('is found where a hundred at once are known to the system alone', async () => {
    const names = Array.from({ length: 100 }, (_, at) => `x${at}.corp.com`)
    const server = await serve(Object.fromEntries(names.map((name) => [name, { A: failing('REFUSED') }])))
    const lookup = lookupWith(server, system(names).getaddrinfo)
    expect(await Promise.all(names.map((name) => lookup(name)))).toEqual(names.map(() => [{ address: V4, family: 4 }]))
  })

  it('is never this machine’s trouble because the system hangs, nor held up by it again', async () => {
    const names = Array.from({ length: 50 }, (_, at) => `x${at}.corp.com`)
    const zone = Object.fromEntries(names.map((name) => [name, { A: failing('SERVFAIL') }]))
    let calls = 0
    const hangs: GetAddrInfo = () => {
      calls++
      return never('', null)
    }
    const lookup = lookupWith(await serve(zone), hangs, 400)
    const errors = await Promise.all(names.map((name) => failure(lookup, name)))
    expect(new Set(errors.map(({ kind }) => kind))).toEqual(new Set(['dns.failed']))
    expect(calls).toBe(1)
  })

  it('has the time of one of them where both are silent', async () => {
    const server = await serve(silentServer('x.corp.com'))
    expect((await failure(lookupWith(server, never, 800), 'x.corp.com')).code).toBe('ETIMEOUT')
    expect(server.asked('x.corp.com')).toBe(3)
  })

  it('is not asked of the system where the user named the DNS servers', async () => {
    const { asked, getaddrinfo } = system(['git.corp.com'])
    const server = await serve({ 'git.corp.com': { A: failing('SERVFAIL') } })
    const options = {
      servers: [server.address],
      family: 4,
      now: () => 0,
      hostsFile: '/nonexistent',
      getaddrinfo,
    } as const
    const lookup = createLookup(options)
    open.push(lookup)
    expect((await failure(lookup, 'git.corp.com')).kind).toBe('dns.failed')
    expect(asked).toEqual([])
  })
})
