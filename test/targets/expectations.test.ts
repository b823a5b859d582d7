// The keys that say what is expected, what they imply, and how lines, rules and flags lie over each other.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkOptions } from '../../src/settings/check-options.js'
import { UsageError } from '../../src/settings/errors.js'
import type { OptionsOf } from '../../src/settings/options.js'
import { overrideOf } from '../../src/targets/override-of.js'
import { parseLine } from '../../src/targets/parse-line.js'
import { createRules, parseRule } from '../../src/targets/rules.js'
import { applyOverride, NO_OVERRIDE, type Settings } from '../../src/targets/settings.js'
import { compilePattern } from '../../src/words/pattern.js'
import { CONTEXT, ENV } from './support.js'

const read = (keys: string, base: Partial<Settings> = {}) => parseLine(`https://x/ ${keys}`, { ...CONTEXT, ...base })!

describe('a key', () => {
  it.each<[keys: string, ask: object, expected: object, accept: string]>([
    ['location=https://b/', { follow: false }, { location: 'https://b/', acceptIsExplicit: false }, '301-303,307-308'],
    ['location=/new', { follow: false }, { location: '/new' }, '301-303,307-308'],
    ['location=/new accept=301', { follow: false }, { acceptIsExplicit: true }, '301'],
    ['accept=+404 location=/new', { follow: false }, { acceptIsExplicit: true }, '301-303,307-308,404'],
    ['location=/new accept=+404', { follow: false }, { acceptIsExplicit: true }, '301-303,307-308,404'],
    ['location=/new follow=yes', { follow: true }, { location: '/new' }, '200-299'],
    ['location=/new final-url=/end', { follow: true }, { location: '/new', finalUrl: '/end' }, '200-299'],
    ['final-url=https://b/', { follow: true }, { finalUrl: 'https://b/' }, '200-299'],
    ['contains=Welcome', { readsUntil: 'Welcome', method: 'GET' }, { contains: 'Welcome' }, '200-299'],
    ['contains="a \\"b\\" # c"', { readsUntil: 'a "b" # c' }, { contains: 'a "b" # c' }, '200-299'],
    ['max-latency=500ms', {}, { maxLatencyMs: 500 }, '200-299'],
    ['cert-days=30', {}, { certDays: 30 }, '200-299'],
    ['retries=0', { retries: 0 }, {}, '200-299'],
    [
      'expect-header="Content-Type: ^text/html" expect-header=X-A:\\d+',
      {},
      {
        expectHeaders: [
          { name: 'content-type', pattern: compilePattern('^text/html') },
          { name: 'x-a', pattern: compilePattern('\\d+') },
        ],
      },
      '200-299',
    ],
  ])('%s', (keys, ask, expected, accept) => {
    const parsed = read(keys)
    expect(parsed.problem).toBeNull()
    expect(parsed).toMatchObject({ ask, expect: expected, skip: null })
    expect(parsed.expect.accept.toString()).toBe(accept)
  })

  it.each<[keys: string, reason: string, column: number]>([
    ['location=b.com/', 'location=b.com/: expected a URL such as https://example.com/new, or a path such as /new', 12],
    [
      'final-url=ftp://b/',
      'final-url=ftp://b/: expected a URL such as https://example.com/new, or a path such as /new',
      12,
    ],
    [
      'location=https://',
      'location=https://: expected a URL such as https://example.com/new, or a path such as /new',
      12,
    ],
    ['contains=""', 'contains=: expected some text', 12],
    ['skip=""', 'skip=: expected a reason', 12],
    ['max-latency=1200', 'max-latency=1200: expected a unit: 1200ms or 1200s?', 12],
    ['cert-days=-1', 'cert-days=-1: expected a whole number from 0 to 36500', 12],
    ['expect-header=x:(', 'expect-header=x:(: expected a regular expression', 12],
    ['method=HEAD contains=a', 'contains needs a body, and HEAD has none', 12],
    ['follow=no final-url=/a', 'final-url needs redirects to be followed', 12],
    ['contains=a contains=b', 'contains is given twice', 23],
  ])('%s is wrong', (keys, reason, column) => {
    expect(read(keys).problem).toMatchObject({ kind: 'line.invalid', reason, column })
  })

  it('skip keeps its reason, or has none', () => {
    expect(read('skip="down until May"').skip).toBe('down until May')
    expect(read('skip # for now').skip).toBe('skipped')
    expect(read('accept=404').skip).toBeNull()
  })

  it('of a body asks with GET where the flags say HEAD', () => {
    const base = { ask: { ...CONTEXT.ask, method: 'HEAD' as const } }
    expect(read('contains=a', base).ask.method).toBe('GET')
    expect(read('accept=404', base).ask.method).toBe('HEAD')
  })

  it('of a header replaces what the flags expect of that header, and of no other', () => {
    const expectHeaders = ['a', 'b'].map((name) => ({ name, pattern: compilePattern('flag') }))
    const base = { expect: { ...CONTEXT.expect, expectHeaders } }
    expect(read('expect-header=A:line expect-header=a:too', base).expect.expectHeaders).toEqual([
      { name: 'b', pattern: compilePattern('flag') },
      { name: 'a', pattern: compilePattern('line') },
      { name: 'a', pattern: compilePattern('too') },
    ])
  })
})

describe('a rule', () => {
  const settings = (...texts: string[]) => {
    const base: Settings = CONTEXT
    return createRules(
      texts.map((text) => parseRule(text, ENV)),
      base,
    )
  }

  it.each<[rule: string, host: string, matches: boolean]>([
    ['example.com', 'example.com', true],
    ['EXAMPLE.com', 'example.com', true],
    ['example.com.', 'example.com', true],
    ['bücher.example', 'xn--bcher-kva.example', true],
    ['[::1]', '[::1]', true],
    ['127.0.0.1', '127.0.0.1', true],
    ['example.com', 'www.example.com', false],
    ['example.com', 'notexample.com', false],
    ['*.example.com', 'www.example.com', true],
    ['*.example.com', 'a.b.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'notexample.com', false],
  ])('for %s and the host %s: %s', (rule, host, matches) => {
    expect(settings(`${rule} retries=0`)(host).ask.retries).toBe(matches ? 0 : 2)
  })

  it('of several that match, the last one wins, key by key', () => {
    const of = settings(
      '*.example.com retries=0 accept=404 user=me:$TOKEN',
      'api.example.com retries=5',
      'other.org accept=500',
    )
    expect(of('api.example.com').ask).toMatchObject({ retries: 5, user: 'me:s3cret' })
    expect(of('api.example.com').expect.accept.toString()).toBe('404')
    expect(of('www.example.com').ask).toMatchObject({ retries: 0 })
  })

  it('gives the very same settings to hosts of the same rules, and the base to all others', () => {
    const of = settings('*.example.com retries=0')
    expect(of('a.example.com')).toBe(of('b.example.com'))
    expect(of('a.example.com')).toBe(of('a.example.com'))
    expect(of('example.org')).toBe(CONTEXT)
  })

  it('stays right beyond the hosts that it remembers', () => {
    const of = settings('*.example.com retries=0')
    for (let n = 0; n < 25_000; n++) expect(of(`h${n}.example.com`).ask.retries).toBe(0)
    expect(of('h0.example.com').ask.retries).toBe(0)
  })

  it('lies under the keys of the line and over the flags', () => {
    const settingsOf = settings('x accept=404 max-latency=1s timeout=3s')
    const parsed = parseLine('https://x:8080/a accept=+500', { ...CONTEXT, settingsOf })!
    expect(parsed.expect.accept.toString()).toBe('404,500')
    expect(parsed).toMatchObject({ expect: { maxLatencyMs: 1000 }, ask: { timeoutMs: 3000 } })
    expect(parseLine('https://y/', { ...CONTEXT, settingsOf })!.ask).toBe(CONTEXT.ask)
    const plain = ['https://x/1', 'https://x/2 # b'].map((text) => parseLine(text, { ...CONTEXT, settingsOf })!)
    expect(plain[0]!.ask).toBe(plain[1]!.ask)
    expect(plain[0]!.expect).toBe(plain[1]!.expect)
  })

  it('can skip a host, and a line of its own reason goes before it', () => {
    const settingsOf = settings('x skip="down"')
    expect(parseLine('https://x/', { ...CONTEXT, settingsOf })!.skip).toBe('down')
    expect(parseLine('https://x/ skip=mine', { ...CONTEXT, settingsOf })!.skip).toBe('mine')
  })

  it.each<[rule: string, message: string]>([
    ['', "--rule ' …': expected a host first, such as example.com or *.example.com, without port and path"],
    ['* retries=0', "--rule '* …': expected a host first"],
    ['a.*.b retries=0', "--rule 'a.*.b …': expected a host first"],
    ['example.com:80 retries=0', "--rule 'example.com:80 …': expected a host first"],
    ['a,b retries=0', "--rule 'a,b …': expected a host first"],
    ['$(host) retries=0', "--rule '$(host) …': expected a host first"],
    ['https://example.com retries=0', "--rule 'https://example.com …': expected a host first"],
    ['me:hunter2@example.com retries=0', "--rule '***@example.com …': expected a host first"],
    ['retries=0', "--rule 'retries= …': expected a host first"],
    ['user=me:hunter2', "--rule 'user= …': expected a host first"],
    ['example.com', "--rule 'example.com …': expected a setting behind the host, such as accept=404"],
    ['example.com retris=0', "--rule 'example.com …': unknown key retris. Did you mean retries?"],
    ['example.com timeout=x', "--rule 'example.com …': timeout=x: expected a duration such as 800ms, 10s or 2m"],
    [
      'example.com user=$NO:x',
      "--rule 'example.com …': user: $NO is not set in the environment; a dollar is written \\$",
    ],
    ['example.com user=hunter2', "--rule 'example.com …': user: expected NAME:PASSWORD"],
    ['example.com nonsense', "--rule 'example.com …': nonsense is no setting; expected key=value, such as accept=404"],
    ['example.com method=HEAD contains=a', "--rule 'example.com …': contains needs a body, and HEAD has none"],
  ])('%j is refused', (rule, message) => {
    expect(() => parseRule(rule, ENV)).toThrow(UsageError)
    expect(() => parseRule(rule, ENV)).toThrow(message)
  })

  it('never throws anything but a usage error, whatever is written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', 'x ', '*.x '), (text, host) => {
        try {
          parseRule(host + text, {})
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe("a library user's options", () => {
  const given = (options: OptionsOf<'ask' | 'expect' | 'line'>) =>
    overrideOf(checkOptions(options, { of: 'a target', parts: ['ask', 'expect', 'line'] }))

  it('mean what the keys mean', () => {
    const options = {
      accept: '+404',
      location: '/new',
      contains: 'a',
      expectHeaders: { 'X-A': 'b+', 'x-c': /d/i },
      maxLatencyMs: 500,
      certDays: 30,
      skip: 'down',
    }
    const keys =
      'accept=+404 location=/new contains=a expect-header=x-a:b+ expect-header=x-c:d max-latency=500ms cert-days=30 skip=down'
    const made = applyOverride(CONTEXT, given(options))
    const parsed = read(keys)
    expect(made.ask).toEqual(parsed.ask)
    expect({ ...made.expect, accept: null, expectHeaders: null }).toEqual({
      ...parsed.expect,
      accept: null,
      expectHeaders: null,
    })
    expect(made.expect.accept.toString()).toBe(parsed.expect.accept.toString())
    expect(made.expect.expectHeaders).toEqual([
      { name: 'x-a', pattern: compilePattern('b+') },
      { name: 'x-c', pattern: compilePattern('d', 'i') },
    ])
    expect(made.skip).toBe('down')
  })

  it('change nothing where they name nothing', () => {
    expect(given({})).toBe(NO_OVERRIDE)
    const made = applyOverride(CONTEXT, NO_OVERRIDE)
    expect(made.ask).toBe(CONTEXT.ask)
    expect(made.expect).toBe(CONTEXT.expect)
  })

  it('are refused by name', () => {
    expect(() => given({ accept: 'x' })).toThrow('accept: expected statuses such as 200-299,301,4xx or +403, got x')
    expect(() => given({ location: 'b.com' })).toThrow(TypeError)
    expect(() => given({ contains: 'a', method: 'HEAD' })).toThrow(TypeError)
    expect(() => given({ certDays: Number.NaN })).toThrow('certDays: expected a whole number from 0 to 36500, got NaN')
  })
})
