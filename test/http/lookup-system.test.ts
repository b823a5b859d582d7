import { afterEach, describe, expect, it } from 'vitest'
import { createLookup, type Lookup, type LookupError } from '../../src/http/lookup.js'
import type { GetAddrInfo } from '../../src/http/system-resolver.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { answer, type DnsServer, type DnsZone, failing, startDnsServer } from '../support/dns-server.js'

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

  it('is not asked about names that DNS knows or could not tell', async () => {
    const server = await serve({ 'a.test': { A: answer(V4) }, 'x.test': { A: failing('SERVFAIL') } })
    const { asked, getaddrinfo } = system()
    const lookup = lookupWith(server, getaddrinfo)
    await lookup('a.test')
    await failure(lookup, 'x.test')
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
    const start = performance.now()
    await lookup('a.test')
    expect((await dead).every(({ code }) => code === 'ENOTFOUND')).toBe(true)
    expect(performance.now() - start).toBeLessThan(1500)
  })
})
