import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseStatusSet, SUCCESSFUL } from '../../src/settings/status-set.js'
import { type ParsedLine, parseLine } from '../../src/targets/parse-line.js'
import { compilePattern } from '../../src/words/pattern.js'
import { CONTEXT } from './support.js'

const read = (text: string) => parseLine(text, CONTEXT)

describe('a blank line', () => {
  it.each([
    '',
    ' ',
    '\t',
    '#',
    '# a comment',
    '  # https://x/',
    '#https://x/',
    '\ufeff',
    '\u00a0',
    '\u200b',
    '\x0b\u2060 ',
    '\u200b# a comment',
    '\u3000\u200b\t#',
  ])('is %j', (text) => {
    expect(read(text)).toBeNull()
  })
})

describe('a line without keys', () => {
  it.each<[text: string, input: string, url: string]>([
    ['https://x/', 'https://x/', 'https://x/'],
    ['https://x/#top', 'https://x/#top', 'https://x/#top'],
    ['  https://x/ \t', 'https://x/', 'https://x/'],
    ['https://x/ # a comment', 'https://x/', 'https://x/'],
    ['https://x/\t#comment', 'https://x/', 'https://x/'],
    ['https://x/ #', 'https://x/', 'https://x/'],
    ['https://x/ # timeout=10x "', 'https://x/', 'https://x/'],
    ['\ufeffhttps://x/', 'https://x/', 'https://x/'],
    ['\u00a0https://x/\u00a0', 'https://x/', 'https://x/'],
    ['\u200bhttps://x/\u200b', 'https://x/', 'https://x/'],
    ['\u200b \u00a0https://x/\u3000\u200e\t\x85', 'https://x/', 'https://x/'],
    ['https://x/\u2028', 'https://x/', 'https://x/'],
    ['https://x/\x0b', 'https://x/', 'https://x/'],
    ['https://x/\u200b # a comment', 'https://x/', 'https://x/'],
    ['https://x/\u00ad\t#', 'https://x/', 'https://x/'],
    ['example.com', 'example.com', 'https://example.com/'],
    ['localhost:3000 # mine', 'localhost:3000', 'http://localhost:3000/'],
    ['https://x/?timeout=1', 'https://x/?timeout=1', 'https://x/?timeout=1'],
  ])('%j', (text, input, url) => {
    expect(read(text)).toMatchObject({ input, url, problem: null })
  })

  it('shares the settings that the caller passed', () => {
    for (const text of ['https://x/', 'https://x/ # c', 'mailto:x', 'https://x/ timeout=x']) {
      expect(read(text)?.ask).toBe(CONTEXT.ask)
      expect(read(text)?.expect).toBe(CONTEXT.expect)
    }
  })
})

describe('keys', () => {
  it.each<[keys: string, ask: object]>([
    ['timeout=3s', { timeoutMs: 3000 }],
    ['timeout="3s"', { timeoutMs: 3000 }],
    ['method=head', { method: 'HEAD' }],
    ['follow=no', { follow: false }],
    ['follow=yes', { follow: true }],
    ['follow', { follow: true }],
    ['max-redirects=3', { maxRedirects: 3 }],
    ['insecure', { insecure: true }],
    ['insecure=yes', { insecure: true }],
    ['insecure=no', { insecure: false }],
    ['insecure # not follow=no', { insecure: true, follow: true }],
    ['header="Accept-Language: en, de"', { headers: [['Accept-Language', 'en, de']] }],
    [
      'header=X:1 header=X:2',
      {
        headers: [
          ['X', '1'],
          ['X', '2'],
        ],
      },
    ],
    ['header="X: # no comment"', { headers: [['X', '# no comment']] }],
    ['header="X: \\"quoted\\" \\\\ \\n"', { headers: [['X', '"quoted" \\ \\n']] }],
    ['header=If-None-Match:"abc"', { headers: [['If-None-Match', '"abc"']] }],
    ['header="Authorization: Bearer $TOKEN"', { headers: [['Authorization', 'Bearer s3cret']] }],
    ['header=X:${TOKEN}x$EMPTY.', { headers: [['X', 's3cretx.']] }],
    ['header=X:\\$TOKEN', { headers: [['X', '$TOKEN']] }],
    ['header=X:$5$', { headers: [['X', '$5$']] }],
    ['user=me:$TOKEN', { user: 'me:s3cret' }],
    ['user="me:a b"', { user: 'me:a b' }],
    ['timeout=1s\tmethod=HEAD  insecure', { timeoutMs: 1000, method: 'HEAD', insecure: true }],
  ])('%s', (keys, ask) => {
    expect(read(`https://x/ ${keys}`)).toMatchObject({ input: 'https://x/', url: 'https://x/', problem: null, ask })
  })

  it.each<[keys: string, set: string]>([
    ['accept=404', '404'],
    ['accept=200-299,4xx', '200-299,400-499'],
    ['accept=+403', '200-299,403'],
  ])('%s is explicit', (keys, set) => {
    const parsed = read(`https://x/ ${keys}`)
    expect(parsed?.expect.accept.toString()).toBe(set)
    expect(parsed?.expect.acceptIsExplicit).toBe(true)
    expect(parsed?.ask).toBe(CONTEXT.ask)
  })

  it('come behind the headers of the flags and leave those alone', () => {
    const context = { ...CONTEXT, ask: { ...CONTEXT.ask, headers: [['A', '1'] as const] } }
    expect(parseLine('https://x/ header=B:2', context)?.ask.headers).toEqual([
      ['A', '1'],
      ['B', '2'],
    ])
    expect(context.ask.headers).toEqual([['A', '1']])
  })

  it('add a status to what the flags accept', () => {
    const accept = parseStatusSet('301') ?? SUCCESSFUL
    const context = { ...CONTEXT, expect: { ...CONTEXT.expect, accept, acceptIsExplicit: true } }
    expect(parseLine('https://x/ accept=+403', context)?.expect.accept.toString()).toBe('301,403')
  })

  it.each(['NPM_TOKEN', 'toString', 'constructor', '__proto__'])('do not take $%s, which was not given', (name) => {
    for (const written of [`user=a:$${name}`, `user=a:\${${name}}`, `header="X: $${name}"`]) {
      const { problem } = read(`https://x/ ${written}`)!
      expect(problem).toMatchObject({ kind: 'line.invalid', column: 12 })
      expect(problem?.reason).toMatch(`$${name} is read from the environment only with --env ${name}`)
    }
    expect(read(`https://x/$${name} contains=$${name}`)).toMatchObject({
      url: `https://x/$${name}`,
      expect: { contains: `$${name}` },
    })
  })

  it.each<[keys: string, expected: object]>([
    ['contains=$TOKEN', { contains: 's3cret' }],
    ['contains="a $TOKEN \\$TOKEN $b"', { contains: 'a s3cret $TOKEN $b' }],
    ['location=https://$TOKEN.example/$TOKEN', { location: 'https://s3cret.example/s3cret' }],
    ['final-url=/${TOKEN}/x', { finalUrl: '/s3cret/x' }],
    ['accept=200$EMPTY', { acceptIsExplicit: true }],
    ['max-latency=3${EMPTY}s', { maxLatencyMs: 3000 }],
    ['cert-days=1$EMPTY', { certDays: 1 }],
    ['expect-header="x: ^$TOKEN$"', { expectHeaders: [{ name: 'x', pattern: compilePattern('^s3cret$') }] }],
    [
      'expect-header="x: \\$TOKEN[$TOKEN]$EMPTY$"',
      { expectHeaders: [{ name: 'x', pattern: compilePattern('\\$TOKEN[$TOKEN]$') }] },
    ],
    ['expect-header="x: a$|b$"', { expectHeaders: [{ name: 'x', pattern: compilePattern('a$|b$') }] }],
  ])('put what was given into %s', (keys, expected) => {
    expect(read(`https://x/ ${keys}`)).toMatchObject({ problem: null, expect: expected })
  })

  it('put it into the reason to skip', () => {
    expect(read('https://x/ skip="until $TOKEN"')?.skip).toBe('until s3cret')
  })

  it('read a quoted value of 60,000 characters', () => {
    const value = 'a "b" '.repeat(10_000).trim()
    const parsed = read(`https://x/ header="X: ${value.replaceAll('"', '\\"')}"`)
    expect(parsed?.ask.headers).toEqual([['X', value]])
  })
})

it('reads the settings between characters that nobody sees', () => {
  const parsed = read('\u200b \u00a0https://x/\u200b timeout=3s\u200b')
  expect(parsed).toMatchObject({ input: 'https://x/', problem: null, ask: { timeoutMs: 3000 } })
  expect(read('\u200bhttps://x/ timeout=soon')?.problem?.column).toBe(13)
})

describe('a wrong line', () => {
  it.each<[text: string, kind: string, reason: string, key: string | null, column: number | null]>([
    ['https://x/ https://y/', 'line.invalid', 'two URLs; write location=… or final-url=…', null, null],
    ['https://x/ //y/', 'line.invalid', 'two URLs; write location=… or final-url=…', null, null],
    ['just some words', 'url.invalid', 'words, none of them a URL', null, null],
    ['x y', 'url.invalid', 'a space in the URL; write %20', null, null],
    ['a.example two words', 'url.invalid', 'a space in the URL; write %20', null, null],
    ['| a | https://x/ |', 'line.invalid', 'a row of a table, not a URL', null, null],
    ['[x y](https://x/a b)', 'line.invalid', 'a link in Markdown', null, null],
    ['<info@x.example>', 'skipped', 'an e-mail address is no address of the web', null, null],
    ['https://x/a b', 'url.invalid', 'a space in the URL; write %20', null, null],
    ['https://x/a\tb', 'url.invalid', 'a tab in the URL; write %09', null, null],
    [
      'https://x/ \u00a0 timeout=1s',
      'line.invalid',
      'an invisible character (U+00A0, no-break space) behind the URL',
      null,
      null,
    ],
    [
      'https://x/\u00a0timeout=1s',
      'url.invalid',
      'an invisible character (U+00A0, no-break space) in the URL',
      null,
      null,
    ],
    [
      'https://x/\u00a0timeout=1s retries=0',
      'url.invalid',
      'an invisible character (U+00A0, no-break space) in the URL',
      null,
      null,
    ],
    ['info@x.example timeout=1s', 'skipped', 'an e-mail address is no address of the web', null, null],
    ['mailto:x timeout=1s', 'skipped', 'mailto: is no address of the web', null, null],
    ['timeout=1s https://x/', 'line.invalid', 'the URL comes first, settings after it', 'timeout', null],
    ['timeout=1s', 'line.invalid', 'the URL comes first, settings after it', 'timeout', null],
    ['https://x/ timeot=1s', 'line.invalid', 'unknown key timeot', 'timeot', 12],
    ['https://x/ constructor=1', 'line.invalid', 'unknown key constructor', 'constructor', 12],
    [
      '  https://x/  timeout=10x',
      'line.invalid',
      'timeout=10x: expected a duration such as 800ms, 10s or 2m',
      'timeout',
      15,
    ],
    ['https://x/ insecure method=PUT', 'line.invalid', 'method=PUT: expected GET or HEAD', 'method', 21],
    ['https://x/ follow=maybe', 'line.invalid', 'follow=maybe: expected yes or no', 'follow', 12],
    [
      'https://x/ accept=2',
      'line.invalid',
      'accept=2: expected statuses such as 200-299,301,4xx or +403',
      'accept',
      12,
    ],
    ['https://x/ timeout', 'line.invalid', 'timeout needs a value: timeout=…', 'timeout', 12],
    ['https://x/ timeout=1s timeout=2s', 'line.invalid', 'timeout is given twice', 'timeout', 23],
    ['https://x/ header="X: a', 'line.invalid', 'header: the quote is not closed', 'header', 12],
    ['https://x/ header="X: a"b', 'line.invalid', 'header: a space is missing after the closing quote', 'header', 12],
    ['https://x/ header=X:"a b"', 'line.invalid', 'header: put the whole value in quotes: header="…"', 'header', 12],
    ['https://x/ user=$NO:x', 'line.invalid', 'user: $NO is read from the environment only with --env NO', 'user', 12],
    ['https://x/ user=secret', 'line.invalid', 'user: expected NAME:PASSWORD', 'user', 12],
  ])('%j', (text, kind, reason, key, column) => {
    expect(read(text)).toMatchObject({ url: null, host: '', problem: { kind, reason, key, column } })
  })

  it('hints the nearest key, or all of them', () => {
    expect(read('https://x/ timeot=1s')?.problem?.hint).toBe('Did you mean timeout?')
    expect(read('https://x/ zzzzzz=1s')?.problem?.hint).toMatch(/^Keys: accept location final-url contains/)
  })

  it('shows as input what was written, without the keys', () => {
    expect(read('https://x/a b c accept=404 # d')?.input).toBe('https://x/a b c')
    expect(read('https://x/ https://y/ user=a:b')?.input).toBe('https://x/ https://y/')
    expect(read('user=a:b https://x/')?.input).toBe('user=…')
  })

  it('never repeats a secret', () => {
    for (const text of ['https://x/ header="$TOKEN"', 'https://x/ user=$TOKEN', 'https://x/ header="A: $TOKEN\x01"']) {
      expect(JSON.stringify(read(text))).not.toContain('s3cret')
    }
  })
})

describe('any line', () => {
  const words = fc.constantFrom(
    ' ',
    '\t',
    '"',
    '#',
    '\\',
    '=',
    '$',
    'header=',
    'https://x/',
    'a',
    'insecure',
    'é',
    '\0',
  )

  it('is blank, a target or a target with a problem, and never throws', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(words).map((units) => units.join('')),
    )
    fc.assert(
      fc.property(text, (line) => {
        const parsed = read(line)
        if (parsed === null) expect(line.trim()).toMatch(/^(?:#|$)/)
        else expect(parsed.url === null).toBe(parsed.problem !== null)
      }),
      { numRuns: 1000 },
    )
  })

  it('says what it was made of', () => {
    const value = fc.string({ unit: fc.constantFrom(...'ab "\\#=$é') }).map((text) => `v${text}v`)
    const quote = (text: string) => `"${text.replace(/[\\"]/g, '\\$&').replaceAll('$', '\\\\$')}"`
    const settings = fc.record({
      timeoutMs: fc.integer({ min: 1, max: 100_000 }),
      method: fc.constantFrom('GET', 'HEAD'),
      follow: fc.boolean(),
      maxRedirects: fc.nat(1000),
      insecure: fc.boolean(),
      headers: fc.array(fc.tuple(fc.constantFrom('X-A', 'B'), value), { minLength: 1, maxLength: 3 }),
      user: value.map((text) => `me:${text}`),
    })
    const yes = (on: boolean) => (on ? 'yes' : 'no')
    fc.assert(
      fc.property(fc.webUrl({ withFragments: true }), settings, fc.constantFrom(' ', '\t', '  '), (url, ask, space) => {
        const keys = [
          `timeout=${ask.timeoutMs}ms`,
          `method=${ask.method}`,
          `follow=${yes(ask.follow)}`,
          `max-redirects=${ask.maxRedirects}`,
          `insecure=${yes(ask.insecure)}`,
          ...ask.headers.map(([name, text]) => `header=${quote(`${name}: ${text}`)}`),
          `user=${quote(ask.user)}`,
          '# comment',
        ]
        const latin1 = ask.headers.map(([name, text]) => [name, text])
        const parsed = read([url, ...keys].join(space)) as ParsedLine
        expect(parsed).toMatchObject({ input: url, url: new URL(url).href, ask: { ...ask, headers: latin1 } })
      }),
    )
  })
})
