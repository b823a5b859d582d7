import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expand, type Syntax, variablesOfFlags, variablesOfList } from '../../src/targets/expand.js'
import { parseLine } from '../../src/targets/parse-line.js'
import { CONTEXT } from './support.js'

const ENV: Record<string, string> = {
  HOST: 'a.example:8080',
  V6: '[::1]',
  BASE: 'http://u:p@b.example/base?x=1',
  PATH_: '/v1/a b?c#d%41',
  Q: 'a&b=c#d e+f/ü',
  QUERY: 'sv=1&sig=a%2Bb#c d',
  PW: 'p/w:@#?',
  EMPTY: '',
  SPACE: 'a b',
  EVIL: 'evil.example/',
  AT: 'u@evil.example',
  TAB: 'a\tb',
  REGEX: 'a.b*$',
}
const all = variablesOfFlags(ENV)
const put = (text: string, syntax: Syntax = 'text') => expand(text, syntax, all)

describe('text', () => {
  it.each([
    ['no name', 'no name'],
    ['$5 $ $$ $-x ${ ${} ${5} $', '$5 $ $$ $-x ${ ${} ${5} $'],
    ['a${SPACE}b$SPACE.', 'aa bba b.'],
    ['\\$SPACE \\\\$SPACE \\${SPACE}', '$SPACE \\$SPACE ${SPACE}'],
    ['$REGEX', 'a.b*$'],
  ])('%j is %j', (written, made) => {
    expect(put(written)).toBe(made)
  })

  it('does not put in what came in', () => {
    expect(expand('$A', 'text', variablesOfFlags({ A: '$B ${B} \\$', B: 'no' }))).toBe('$B ${B} \\$')
  })

  it('refuses a flag whose name is not set, and leaves it in a list', () => {
    expect(() => put('$NOPE')).toThrow('$NOPE is not set in the environment; a dollar is written \\$')
    expect(() => put('$constructor')).toThrow('$constructor is not set')
    const list = variablesOfList(['HOST'], ENV)
    expect(expand('$HOST $Q $NOPE', 'text', list)).toBe('a.example:8080 $Q $NOPE')
    expect(() => expand('$Q', 'text', { ...list, strict: true })).toThrow(
      '$Q is read from the environment only with --env Q',
    )
  })

  it('does not make gigabytes of one line', () => {
    const big = variablesOfFlags({ A: 'a'.repeat(50_000) })
    expect(() => expand('$A'.repeat(50), 'text', big)).toThrow('longer than 64 KiB')
    expect(() => expand('$A'.repeat(101), 'text', variablesOfFlags({ A: '' }))).toThrow('more than 100 names')
  })
})

describe('a URL', () => {
  it.each([
    ['https://$HOST/healthz', 'https://a.example:8080/healthz'],
    ['http://$V6:80/', 'http://[::1]:80/'],
    ['$BASE', 'http://u:p@b.example/base?x=1'],
    ['$HOST/x', 'a.example:8080/x'],
    ['$EMPTY$HOST/x', 'a.example:8080/x'],
    ['https://a$EMPTY.example/', 'https://a.example/'],
    ['https://x$PATH_', 'https://x/v1/a%20b%3Fc%23d%2541'],
    ['https://x/y$PATH_', 'https://x/y/v1/a%20b%3Fc%23d%2541'],
    ['/y/$PATH_', '/y//v1/a%20b%3Fc%23d%2541'],
    ['https://x/?q=$Q', 'https://x/?q=a%26b%3Dc%23d%20e%2Bf%2F%C3%BC'],
    ['https://x/?$QUERY', 'https://x/?sv=1&sig=a%2Bb%23c%20d'],
    ['https://x/?a&$QUERY#f', 'https://x/?a&sv=1&sig=a%2Bb%23c%20d#f'],
    ['https://x/#$Q', 'https://x/#a%26b%3Dc%23d%20e%2Bf%2F%C3%BC'],
    ['https://u:$PW@x/', 'https://u:p%2Fw%3A%40%23%3F@x/'],
    ['https://u:$EMPTY@x/', 'https://u:@x/'],
    ['https://x/\\$HOST', 'https://x/$HOST'],
  ])('%s is %s', (written, made) => {
    expect(put(written, 'url')).toBe(made)
  })

  it.each([
    ['https://$EMPTY/healthz', '$EMPTY is empty'],
    ['https://u@$EMPTY:80/healthz', '$EMPTY is empty'],
    ['$EMPTY/healthz', '$EMPTY is empty'],
    ['https://$EVIL/', '$EVIL holds more than a host; a whole URL may stand at the start'],
    ['https://api-$EVIL.example/', '$EVIL holds more than a host'],
    ['https://$AT/', '$AT holds more than a host'],
    ['https://$SPACE/', '$SPACE holds more than a host'],
    ['https://x$TAB/', '$TAB holds more than a host'],
  ])('%s is refused', (written, message) => {
    expect(() => put(written, 'url')).toThrow(message)
  })
})

describe('a pattern', () => {
  it.each([
    ['etag: ^$REGEX$', 'etag: ^a\\.b\\*\\$$'],
    ['x: [$_a-z]$|a$', 'x: [$_a-z]$|a$'],
    ['x: \\$SPACE', 'x: \\$SPACE'],
    ['x: \\\\$SPACE', 'x: \\\\a b'],
  ])('%s is %s', (written, made) => {
    expect(put(written, 'pattern')).toBe(made)
  })
})

it.each(['A', 'a b', '1A', '__proto__'])('--env %s has to be set', (name) => {
  expect(() => variablesOfList([name], { B: '' })).toThrow('not set in the environment; it takes a name, not a value')
})

it('a value that was given instead of its name is not repeated', () => {
  expect(() => variablesOfList(['ghp_16C7e42F292c6912E7710c838347Ae178B4a'], {})).toThrow(/^--env: not set/)
})

describe('whatever a value holds', () => {
  const value = fc.string({ unit: fc.constantFrom(...'ab "\\#=$é\r\n\t/?@:&%<>\'\u00a0') })

  it('is one value, and asks nothing else', () => {
    fc.assert(
      fc.property(value, (text) => {
        const context = { ...CONTEXT, variables: variablesOfList(['V'], { V: text }) }
        const read = (line: string) => parseLine(line, context)!
        const said = read('https://x/ contains="$V" retries=0')
        if (text !== '')
          expect(said).toMatchObject({ problem: null, ask: { retries: 0, headers: [] }, expect: { contains: text } })
        const header = read('https://x/ header="X: a$V"')
        if (header.problem === null) expect(header.ask).toMatchObject({ user: null, insecure: false })
        expect(header.ask.headers.length).toBe(header.problem === null ? 1 : 0)
        for (const line of [
          'https://x.example/$V',
          'https://x.example/?q=$V',
          'https://x.example/#$V',
          'https://u:$V@x.example/',
        ]) {
          expect(read(line)).toMatchObject({ host: 'x.example', input: line, problem: null })
        }
        const query = new URL(read('https://x.example/?q=$V&b=1').url!)
        expect([...query.searchParams]).toEqual([
          ['q', text],
          ['b', '1'],
        ])
      }),
      { numRuns: 300 },
    )
  })

  it('is in no message', () => {
    const odd = fc.string({ unit: fc.constantFrom(...'0 "#=:/@<\n,;[') }).map((text) => `s3c${text}ret9`)
    fc.assert(
      fc.property(
        odd,
        fc.constantFrom(
          '$V',
          'https://$V/',
          'htt$V://x',
          'x:$V',
          'https://x/ timeout=$V',
          'https://x/ accept=$V',
          'https://x/ user=$V',
          'https://x/ header="$V"',
          'https://x/ location=$V',
          'https://x/ method=$V',
          'https://x/ retries=$V',
        ),
        (text, line) => {
          const { problem, input } = parseLine(line, { ...CONTEXT, variables: variablesOfList(['V'], { V: text }) })!
          expect(JSON.stringify([problem, input])).not.toMatch(/s3c|ret9/)
        },
      ),
    )
    const count = { ...CONTEXT, variables: variablesOfList(['V'], { V: '987654' }) }
    expect(JSON.stringify(parseLine('https://x/ timeout=$V', count)?.problem)).not.toContain('987654')
  })
})
