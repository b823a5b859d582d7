import { describe, expect, test } from 'vitest'
import {
  createBlindResolver,
  createSeeing,
  type ResolverFacts,
  withBlindResolver,
} from '../../src/policies/blind-resolver.js'
import { publicPlaceOf } from '../../src/policies/public-place.js'
import type { Target } from '../../src/settings/target.js'
import type { Reply } from '../../src/words/reply.js'
import { createFakeClock } from '../support/fake-clock.js'
import { answered, FIRST, failed } from './policy-rig.js'

type Zones = Readonly<Record<string, 'exists' | 'absent' | 'unknown'>>

/** A resolver that knows these zones (all others are absent) and has found these hosts. */
function createRig(zones: Zones = {}, found: string[] = []) {
  const clock = createFakeClock()
  const told: string[] = []
  const asked: string[] = []
  const resolver: ResolverFacts = {
    async zoneExists(zone, type) {
      asked.push(`${zone} ${type}`)
      return zones[zone] ?? 'absent'
    },
    hasFound: (host) => found.includes(host),
  }
  const replies = new Map<string, Reply>()
  const blindResolver = createBlindResolver({
    resolver,
    wait: (ms) => clock.wait(ms),
    sees: createSeeing(),
    notify: (text) => void told.push(text),
  })
  const check = withBlindResolver(async ({ url }) => replies.get(url!)!, { blindResolver })
  /** What becomes of a reply about this URL. */
  const ask = async (url: string, reply: Partial<Reply> = DEAD) => {
    replies.set(url, { ...failed('dns.name_not_resolved', 'ENOTFOUND'), finalUrl: url, ...reply })
    return (await check({ url, host: new URL(url).hostname } as Target, FIRST)).kind
  }
  const settle = async <T>(work: Promise<T>) => {
    await clock.advance(10_000)
    return work
  }
  const answer = (finalUrl: string, status = 200) =>
    blindResolver.noteAnswer(
      { url: finalUrl, host: new URL(finalUrl).hostname } as Target,
      answered(status, {}, { finalUrl }),
    )
  return { ask, answer, settle, told, asked, found, blindResolver, clock }
}

const DEAD: Partial<Reply> = {}
const three = ['https://www.example.com/', 'https://nodejs.org/en', 'http://github.com/']
const allOf = (rig: ReturnType<typeof createRig>, urls: readonly string[]) =>
  Promise.all(urls.map((url) => rig.ask(url)))

describe('a resolver that knows no zone', () => {
  test('is seen by three unrelated names at once, which wait for nothing', async () => {
    const rig = createRig()
    expect(await allOf(rig, three)).toEqual(['local.dns', 'local.dns', 'local.dns'])
    expect(rig.clock.now()).toBe(0)
    expect(rig.told).toHaveLength(1)
    expect(rig.told[0]).toContain('com and org')
    expect(rig.asked.slice(0, 3)).toEqual(['com SOA', 'org SOA', 'com SOA'])
    expect(rig.asked).toContain('com NS')
  })

  test('is seen by one name alone, when nobody has been found for two seconds', async () => {
    const rig = createRig()
    expect(await rig.settle(rig.ask(three[0]!))).toBe('local.dns')
  })

  test('is held against a hundred names at once and all later ones, and said once', async () => {
    const rig = createRig()
    const urls = Array.from({ length: 100 }, (_, at) => `http://n${at}.com/`)
    expect(new Set(await allOf(rig, urls))).toEqual(new Set(['local.dns']))
    expect(await rig.ask('http://later.net/')).toBe('local.dns')
    expect(rig.told).toHaveLength(1)
  })

  test('says nothing new of names that no public DNS has: they are dead, and no witnesses', async () => {
    const rig = createRig()
    const urls = [
      'a.xyzzy',
      'b.invalid',
      'c.test',
      'd.example',
      'e.corp',
      'f.onion',
      'g.local',
      'h.localhost',
      'i.arpa',
    ]
    expect(
      new Set(
        await allOf(
          rig,
          [...urls, 'wiki'].map((host) => `http://${host}/`),
        ),
      ),
    ).toEqual(new Set(['dns.name_not_resolved']))
    await allOf(rig, three)
    expect(await rig.ask('http://late.xyzzy/')).toBe('dns.name_not_resolved')
  })

  test('but a domain of its own site is believed about the names of that one', async () => {
    const rig = createRig({ 'company.com': 'exists' })
    expect(await allOf(rig, [...three, 'http://wiki.company.com/'])).toEqual([
      ...Array(3).fill('local.dns'),
      'dns.name_not_resolved',
    ])
  })

  test('is not suspected by several names of one domain sooner than by one', async () => {
    const rig = createRig()
    const asking = allOf(rig, ['http://a.example.co.uk/', 'http://b.example.co.uk/', 'http://example.co.uk/'])
    await rig.clock.advance(1999)
    rig.found.push('www.live.org')
    rig.answer('http://www.live.org/')
    expect(new Set(await asking)).toEqual(new Set(['dns.name_not_resolved']))
  })

  test('that is well again is believed again', async () => {
    const zones: Record<string, 'exists' | 'absent'> = {}
    const rig = createRig(zones)
    await allOf(rig, three)
    zones.com = 'exists'
    expect(await rig.ask('http://again.com/')).toBe('dns.name_not_resolved')
  })

  test('whose target was reached by a redirect of a literal is seen too', async () => {
    const rig = createRig()
    const redirects = [{ url: 'http://127.0.0.1/', status: 302, location: three[0]! }]
    expect(await rig.settle(rig.ask('http://127.0.0.1/', { finalUrl: three[0]!, redirects }))).toBe('local.dns')
  })
})

describe('is not suspected', () => {
  test.each<[what: string, zones: Zones]>([
    ['com exists', { com: 'exists' }],
    ['org exists', { org: 'exists' }],
    ['com cannot be learned', { com: 'unknown' }],
    ['org cannot be learned', { org: 'unknown' }],
  ])('where %s', async (_, zones) => {
    const rig = createRig(zones)
    expect(await rig.settle(allOf(rig, ['http://a.net/', 'http://b.de/', 'http://c.fr/']))).toEqual(
      Array(3).fill('dns.name_not_resolved'),
    )
    expect(rig.told).toEqual([])
  })

  test('where the zone of the name itself exists', async () => {
    const rig = createRig({ de: 'exists' })
    expect(await rig.ask('http://a.de/')).toBe('dns.name_not_resolved')
    expect(rig.asked).toEqual(['de SOA'])
  })

  test('once a name was found, and no zone is asked for', async () => {
    const rig = createRig({}, ['www.live.org'])
    rig.answer('http://www.live.org/', 503)
    expect(rig.blindResolver.isRefuted()).toBe(true)
    expect(await allOf(rig, three)).toEqual(Array(3).fill('dns.name_not_resolved'))
    expect(rig.asked).toEqual([])
  })

  test('where a name was found that redirects to a dead one', async () => {
    const rig = createRig({}, ['old.com'])
    const redirects = [{ url: 'http://old.com/', status: 301, location: three[0]! }]
    expect(await rig.ask('http://old.com/', { finalUrl: three[0]!, redirects })).toBe('dns.name_not_resolved')
  })

  test('by a name that DNS cannot hold, or by any other failure', async () => {
    const rig = createRig()
    expect(await rig.ask('http://a.com/', { code: 'EBADNAME' })).toBe('dns.name_not_resolved')
    expect(await rig.ask('http://b.com/', { kind: 'dns.failed', code: 'ESERVFAIL' })).toBe('dns.failed')
    expect(rig.asked).toEqual([])
  })
})

test('answers of literals and of this machine clear nothing', async () => {
  const rig = createRig({}, ['127.0.0.1', '[::1]', 'localhost'])
  for (const finalUrl of ['http://127.0.0.1/', 'http://[::1]/', 'http://localhost/']) {
    rig.answer(finalUrl)
  }
  expect(rig.blindResolver.isRefuted()).toBe(false)
  expect(await allOf(rig, three)).toEqual(Array(3).fill('local.dns'))
})

test.each<[host: string, place: ReturnType<typeof publicPlaceOf>]>([
  ['www.example.com', { zone: 'com', domain: 'example.com' }],
  ['a.b.example.co.uk', { zone: 'uk', domain: 'example.co.uk' }],
  ['me.github.io', { zone: 'io', domain: 'github.io' }],
  ['пример.xn--p1ai', { zone: 'xn--p1ai', domain: 'пример.xn--p1ai' }],
  ['example.com.', { zone: 'com', domain: 'example.com' }],
  ['1.2.3.4', null],
  ['[2001:db8::1]', null],
  ['com', null],
  ['a.home.arpa', null],
])('%s is %o', (host, place) => {
  expect(publicPlaceOf(host)).toEqual(place)
})
