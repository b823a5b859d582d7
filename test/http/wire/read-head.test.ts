import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Head, MAX_HEAD_BYTES, MAX_LINES, readHead, type WholeHead } from '../../../src/http/wire/read-head.js'

const read = (text: string) => readHead(Buffer.from(text, 'latin1'))

/** `200 OK`, or how it is not whole. */
function inShort(head: Head): string {
  if (head.type === 'whole') return `${head.status} ${head.statusText}`
  if (head.type === 'partial' && head.interim !== null) return `partial after ${head.interim.status}`
  return head.type
}

const headersOf = (text: string) => (read(text) as WholeHead).rawHeaders.map((bytes) => bytes.toString('latin1'))

describe('the status line', () => {
  test.each([
    ['HTTP/1.1 200 OK', '200 OK', 'as in RFC 9112'],
    ['HTTP/1.0 404 Not Found', '404 Not Found', 'as in RFC 1945'],
    ['HTTP/1.1 200', '200 ', 'no reason, no blank'],
    ['HTTP/1.1 200 ', '200 ', 'no reason'],
    ['HTTP/1.1   200   OK', '200 OK', 'more blanks'],
    ['HTTP/1.1 200\tOK', '200 OK', 'a tab before the reason'],
    ['HTTP/1.1 200OK', '200 OK', 'no blank before the reason'],
    ['HTTP/1.1 404.1 x', '404 .1 x', 'a sub-status'],
    ['HTTP/1.1 100', 'partial after 100', 'interim'],
    ['HTTP/1.1 101 S', '101 S', 'the last answer of HTTP'],
    ['HTTP/1.1 999 No', '999 No', 'the highest'],
    ['HTTP/2 200', '200 ', 'as servers write that took it from HTTP/2'],
    ['HTTP/2.0 200 OK', '200 OK', 'the same'],
    ['http/1.1 404 No', '404 No', 'lower case'],
    ['HTTP/1.1 099 x', 'refused', 'below 100'],
    ['HTTP/1.1 000 x', 'refused', 'below 100'],
    ['HTTP/1.1 20 x', 'refused', 'two digits'],
    ['HTTP/1.1 1000 x', 'refused', 'four digits'],
    ['HTTP/1.1 0200 x', 'refused', 'four digits'],
    ['HTTP/1.1 -200 x', 'refused', 'no digits'],
    ['HTTP/1.1 abc', 'refused', 'no digits'],
    ['HTTP/1.1', 'refused', 'no code'],
    ['HTTP/1.1\t200 OK', 'refused', 'no space after the version'],
    ['HTTP/1.1200 OK', 'refused', 'no space after the version'],
    ['HTTP/1 200 OK', 'refused', 'no minor version'],
    ['HTTP/1.2 200 OK', 'refused', 'no such version'],
    ['HTTP/2.1 200 OK', 'refused', 'no such version'],
    ['HTTP/11.1 200 OK', 'refused', 'no such version'],
    ['HTTP/3 200', 'refused', 'not over TCP'],
    [' HTTP/1.1 200 OK', 'refused', 'a blank before it'],
    ['\r\nHTTP/1.1 200 OK', 'refused', 'an empty line before it'],
    ['\xef\xbb\xbfHTTP/1.1 200 OK', 'refused', 'a byte order mark before it'],
    ['ICY 200 OK', 'refused', 'not HTTP'],
  ])('%j is %j: %s', (line, expected) => {
    expect(inShort(read(`${line}\r\n\r\n`))).toBe(expected)
  })

  test.each([
    ['HTTP/1.1 200 OK', '1.1'],
    ['HTTP/1.0 200 OK', '1.0'],
    ['HTTP/2 200', '2'],
    ['HTTP/2.0 200', '2.0'],
  ])('%j tells the version %j', (line, version) => {
    expect(read(`${line}\n\n`)).toMatchObject({ httpVersion: version })
  })
})

describe('the header lines', () => {
  test.each([
    ['A: b', ['A', 'b'], 'as in RFC 9112'],
    ['A:b\r\nC:\t d \t', ['A', 'b', 'C', 'd'], 'blanks around a value are not of it'],
    ['A: b\nC: d', ['A', 'b', 'C', 'd'], 'bare LF'],
    ['A: b\r\n c\r\n\td', ['A', 'b c d'], 'folded'],
    [' A: b\r\nC: d', ['A', 'b', 'C', 'd'], 'folded with nothing before'],
    ['A : b', ['A', 'b'], 'a blank before the colon'],
    ['nonsense\r\nA: b', ['A', 'b'], 'no colon'],
    [': x\r\nA: b', ['A', 'b'], 'no name'],
    ['A: b: c', ['A', 'b: c'], 'a colon in the value'],
    ['A: b\0c', ['A', 'b\0c'], 'a NUL'],
    ['A: \x1b[2J', ['A', '\x1b[2J'], 'bytes are kept: whoever prints them escapes them'],
    ['__proto__: x', ['__proto__', 'x'], 'a name like any other'],
    ['A: b\rC: d', ['A', 'b\rC: d'], 'bare CR is no end of line'],
  ])('%j are %j: %s', (lines, expected) => {
    expect(headersOf(`HTTP/1.1 200 OK\r\n${lines}\r\n\r\nbody: x\r\n\r\n`)).toEqual(expected)
  })
})

describe('the end of the head', () => {
  test.each([
    ['', 'partial'],
    ['HT', 'partial'],
    ['http/', 'partial'],
    ['HTTP/1.1 200 OK', 'partial'],
    ['HTTP/1.1 200 OK\r\n', 'partial'],
    ['HTTP/1.1 200 OK\r\n\r', 'partial'],
    ['HTTP/1.1 200 OK\r\nA: b\r\n', 'partial'],
    ['HTTP/1.1 200 OK\r\n\r\n', '200 OK'],
    ['HTTP/1.1 200 OK\n\n', '200 OK'],
    ['HTTP/1.1 200 OK\r\r\n\r\r\n', '200 OK\r'],
    ['HTTP/1.1 200 OK\n\rA: b\n\r\n\r', '200 OK'],
    ['HTTP/1.1 200 OK\rA: b\r\r', 'partial'],
    ['HTTP/1.1 100 C\r\n\r\n', 'partial after 100'],
    ['HTTP/1.1 100 C\r\n\r\nHTTP/1.1 2', 'partial after 100'],
    ['HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 OK\r\n', 'partial'],
    ['HTTP/1.1 100 C\r\nA: b\r\n\r\nHTTP/1.1 103 E\r\n\r\nHTTP/1.1 404 No\r\n\r\n', '404 No'],
    ['HTTP/1.1 100 C\r\n\r\njunk', '100 C'],
    ['HTTP/1.1 101 S\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', '101 S'],
    ['HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 404 No\r\n\r\n', '200 OK'],
  ])('%j is %j', (text, expected) => {
    expect(inShort(read(text))).toBe(expected)
  })

  test.each(['', 'HTTP/1.1 100 C\r\n\r\n'])('refuses a header without an end after %j', (before) => {
    const start = `${before}HTTP/1.1 404 No\r\n`
    const lines = 'X: y\r\n'.repeat(MAX_HEAD_BYTES)
    expect(inShort(read((start + lines).slice(0, MAX_HEAD_BYTES)))).toBe('partial')
    expect(read(start + lines)).toMatchObject({ type: 'refused', detail: 'the header never ends' })
  })

  test('takes a header that is only fat', () => {
    const lines = `X: ${'y'.repeat(1000)}\r\n`.repeat(500)
    expect(inShort(read(`HTTP/1.1 404 No\r\n${lines}\r\n`))).toBe('404 No')
  })

  test('keeps the first 12,000 lines of a header that has more', () => {
    const lines = Array.from({ length: 60_000 }, (_, index) => `X: ${index % 10}\r\n`).join('')
    const head = read(`HTTP/1.1 404 No\r\n${lines}\r\nbody`) as WholeHead
    expect(inShort(head)).toBe('404 No')
    // The status line is one of them.
    expect(head.rawHeaders).toHaveLength(2 * (MAX_LINES - 1))
    expect(head.bodyAt).toBe(17 + lines.length + 2)
  })

  test('joins a value that is folded over thousands of lines', () => {
    const folds = Array.from({ length: 4000 }, (_, index) => ` ${index}\r\n`).join('')
    const head = read(`HTTP/1.1 404 No\r\nX: y\r\n${folds}no colon\r\n end\r\nZ: z\r\n\r\n`) as WholeHead
    const values = ['X', `y ${Array.from({ length: 4000 }, (_, index) => index).join(' ')} end`, 'Z', 'z']
    expect(head.rawHeaders.map(String)).toEqual(values)
  })

  test('refuses a status line without an end', () => {
    expect(inShort(read(`HTTP/1.1 200 ${'x'.repeat(MAX_HEAD_BYTES)}`))).toBe('refused')
  })
})

describe('what is no HTTP', () => {
  test.each([
    ['\x15\x03\x01\0\x02\x02\x0a', 'the port speaks TLS', 'Try https://'],
    ['\x16\x03\x03\0\x04', 'the port speaks TLS', 'Try https://'],
    ['\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64', 'the server speaks only HTTP/2', null],
    ['SSH-2.0-OpenSSH_9.2p1\r\n', 'the port speaks SSH, not HTTP', null],
    ['220 mail.example ESMTP\r\n', 'the port speaks SMTP or FTP, not HTTP', null],
    ['220-ftp.example\r\n', 'the port speaks SMTP or FTP, not HTTP', null],
    ['+OK ready\r\n', 'the port speaks POP3 or IMAP, not HTTP', null],
    ['* OK ready\r\n', 'the port speaks POP3 or IMAP, not HTTP', null],
    ['ICY 200 OK\r\n', 'the port speaks SHOUTcast, not HTTP', null],
    ['http/1.1 99\r\n', 'the status line is not one of HTTP', null],
    ['<html>', 'the answer is not HTTP', null],
    ['\r\n', 'the answer is not HTTP', null],
  ])('%j is refused at once: %s', (text, detail, hint) => {
    expect(read(text)).toEqual({ type: 'refused', detail, hint })
  })
})

describe('as the bytes come in', () => {
  const piece = fc.constantFrom(
    ...[
      'HTTP/1.1 ',
      'HTTP/2 ',
      'http/',
      '200',
      '100',
      '101',
      '404',
      '9',
      ' OK',
      ' ',
      '\t',
      '\r',
      '\n',
      '\r\n',
      '\r\n\r\n',
    ],
    ...['HTTP/1.1 200 OK\r\n', 'HTTP/1.1 100 C\r\n\r\n', 'A: b\r\n', ' folded\r\n', ': ', 'x', '\0', '\xff', 'SSH-'],
  )
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
  const bytes = fc.oneof(
    text.map((some) => Buffer.from(some, 'latin1')),
    fc.tuple(text, fc.uint8Array()).map(([some, rest]) => Buffer.concat([Buffer.from(`HTTP/1.1 ${some}`), rest])),
    fc.uint8Array().map((some) => Buffer.from(some)),
  )

  test('any cut of the bytes into segments gives what all of them at once give', () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat({ max: 200 })), (all, cuts) => {
        const ends = [...cuts.filter((cut) => cut < all.length).sort((a, b) => a - b), all.length]
        let head: Head = { type: 'partial', interim: null }
        for (const end of ends) {
          head = readHead(all.subarray(0, end))
          if (head.type !== 'partial') break
        }
        const atOnce = readHead(all)
        // Of a refusal the words may differ: fewer bytes tell less of who speaks there.
        if (atOnce.type === 'refused') expect(head.type).toBe('refused')
        else expect(head).toEqual(atOnce)
      }),
      { numRuns: 2000 },
    )
  })

  test('never throws, and a status is from 100 to 999', () => {
    fc.assert(
      fc.property(bytes, (all) => {
        const head = readHead(all)
        if (head.type !== 'whole') return
        expect(head.status).toBeGreaterThanOrEqual(100)
        expect(head.status).toBeLessThanOrEqual(999)
        expect(head.rawHeaders.length % 2).toBe(0)
      }),
      { numRuns: 2000 },
    )
  })
})
