import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_LINE_BYTES } from '../../src/targets/held-line.js'
import { createLineSplitter, type Encoding, type Line } from '../../src/targets/split-lines.js'

function lines(chunks: readonly Uint8Array[], encoding: Encoding = 'utf-8'): Line[] {
  const splitter = createLineSplitter(encoding)
  return [...chunks.flatMap((chunk) => [...splitter.push(chunk)]), ...splitter.end()]
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b)
  return places.slice(1).map((place, i) => bytes.subarray(places[i], place))
}

describe('lines of bytes', () => {
  it.each<[string, string, string[]]>([
    ['LF', 'a\nb\n', ['a', 'b']],
    ['CRLF', 'a\r\nb\r\n', ['a', 'b']],
    ['a lone CR', 'a\rb\r', ['a', 'b']],
    ['all three', 'a\rb\r\nc\nd', ['a', 'b', 'c', 'd']],
    ['no last line break', 'a\nb', ['a', 'b']],
    ['empty lines', '\n\r\r\n\na', ['', '', '', '', 'a']],
    ['LF CR is two breaks', 'a\n\rb', ['a', '', 'b']],
    ['nothing', '', []],
    ['other letters', 'https://bücher.de/\nhttps://例え.jp/\n😀', ['https://bücher.de/', 'https://例え.jp/', '😀']],
    ['a line separator is no line break', 'a\u2028b\u0085c\x0bd', ['a\u2028b\u0085c\x0bd']],
  ])('ends a line at %s', (_, text, expected) => {
    expect(lines([Buffer.from(text)])).toEqual(expected)
  })

  it('are the same wherever the bytes are cut', () => {
    const piece = fc.oneof(
      fc.constantFrom('\n', '\r', '\r\n', 'é', '😀', 'https://x/', '', '\0', 'a'.repeat(MAX_LINE_BYTES - 1), '#'),
      fc.string({ unit: 'binary' }),
    )
    const bytes = fc.oneof(
      { weight: 3, arbitrary: fc.array(piece).map((pieces) => Buffer.from(pieces.join(''))) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((some) => Buffer.from(some)) },
    )
    fc.assert(
      fc.property(bytes, fc.array(fc.nat()), (whole, cuts) => {
        expect(lines(cutAt(whole, cuts))).toEqual(lines([whole]))
      }),
    )
  })

  it('are what splitting the text gives', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('\n', '\r', 'a', 'é', '😀', ' ')), fc.array(fc.nat()), (units, cuts) => {
        const text = units.join('')
        const expected = text.split(/\r\n?|\n/)
        if (expected.at(-1) === '') expected.pop()
        expect(lines(cutAt(Buffer.from(text), cuts))).toEqual(expected)
      }),
    )
  })

  it('come as soon as their line break is there', () => {
    const splitter = createLineSplitter()
    expect(splitter.push(Buffer.from('a\nb'))).toEqual(['a'])
    expect(splitter.push(Buffer.from('\r'))).toEqual(['b'])
    expect(splitter.push(Buffer.from('\n'))).toEqual([])
    expect(splitter.end()).toEqual([])
  })
})

describe('encodings', () => {
  it.each<Encoding>(['utf-16le', 'utf-16be'])('reads %s cut anywhere', (encoding) => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'é', '😀', '\n', '\r\n')), fc.array(fc.nat()), (units, cuts) => {
        const text = units.join('')
        const bytes = Buffer.from(text, 'utf16le')
        if (encoding === 'utf-16be') bytes.swap16()
        expect(lines(cutAt(bytes, cuts), encoding)).toEqual(lines([Buffer.from(text)]))
      }),
    )
  })

  it('reads a line that is not UTF-8 as Windows-1252, and leaves the others', () => {
    const splitter = createLineSplitter()
    const bytes = Buffer.concat([
      Buffer.from('https://ä/\n'),
      Buffer.from([0x80, 0xe9, 0x9f, 0x81, 10]),
      Buffer.from('ö'),
    ])
    expect([...splitter.push(bytes), ...splitter.end()]).toEqual(['https://ä/', '€éŸ\x81', 'ö'])
    expect(splitter.firstLegacyLine()).toBe(2)
  })

  it('has no legacy line in UTF-8', () => {
    const splitter = createLineSplitter()
    splitter.push(Buffer.from('ä\nö\n'))
    expect(splitter.firstLegacyLine()).toBeNull()
  })
})

describe('lines that cannot be targets', () => {
  it('reads a line of 64 KiB and refuses one byte more', () => {
    const longest = 'a'.repeat(MAX_LINE_BYTES)
    expect(lines([Buffer.from(`${longest}\nb\n`)])).toEqual([longest, 'b'])
    expect(lines([Buffer.from(`${longest}a\nb\n`)])).toEqual([{ fault: 'overlong', head: 'a'.repeat(200) }, 'b'])
  })

  it('holds at most 64 KiB of a line of 50 MB, which is one line', () => {
    const splitter = createLineSplitter()
    const chunk = Buffer.alloc(1 << 20, 'é')
    let most = 0
    let count = 0
    for (let i = 0; i < 50; i++) {
      count += splitter.push(chunk).length
      most = Math.max(most, splitter.heldBytes())
    }
    expect(count).toBe(0)
    expect(most).toBeLessThanOrEqual(MAX_LINE_BYTES)
    expect([...splitter.push(Buffer.from('\nb')), ...splitter.end()]).toEqual([
      { fault: 'overlong', head: 'é'.repeat(200) },
      'b',
    ])
  })

  it('marks the one line that has NUL, with 200 characters of it', () => {
    const found = lines([Buffer.from(`a\n\0${'😀'.repeat(300)}\nb\n`)])
    expect(found).toEqual(['a', { fault: 'nul', head: `\0${'😀'.repeat(99)}` }, 'b'])
  })
})
