import { expect, test } from 'vitest'
import {
  contentLengthOf,
  createReplyHeaders,
  decodeField,
  detached,
  headerValues,
  NO_HEADERS,
} from '../../../src/http/wire/reply-headers.js'

/** Bytes as they stand on the wire. */
const raw = (...fields: string[]) => fields.map((field) => Buffer.from(field, 'latin1'))

const headers = createReplyHeaders(
  raw('Content-Type', 'text/html', 'SET-COOKIE', 'a=1', 'set-cookie', 'b=2', 'X-Empty', '', '__proto__', 'x'),
)

test.each([
  ['content-type', 'text/html', 'names differ in case'],
  ['set-cookie', 'a=1, b=2', 'repeats are joined'],
  ['x-empty', '', 'empty is not absent'],
  ['__proto__', 'x', 'a name is only a name'],
  ['constructor', null, 'and what is not there is not there'],
  ['content', null, 'not by its beginning'],
])('%s → %j: %s', (name, expected, _meaning) => {
  expect(headers.get(name)).toBe(expected)
})

test('a name is asked for in any case', () => {
  expect(headers.get('Content-Type')).toBe('text/html')
  expect(headers.get('SET-cookie')).toBe('a=1, b=2')
  expect(headers.get('X-Not-There')).toBeNull()
})

test('all of them are JSON, by lower-case names', () => {
  const all = '{"content-type":"text/html","set-cookie":"a=1, b=2","x-empty":"","__proto__":"x"}'
  expect(JSON.stringify({ headers })).toBe(`{"headers":${all}}`)
  expect(JSON.stringify(NO_HEADERS)).toBe('{}')
})

test('a name differs from another by more than one bit: @ is not a back-tick', () => {
  expect(createReplyHeaders(raw('X@', '1')).get('x`')).toBeNull()
  expect(createReplyHeaders(raw('X^', '1')).get('x~')).toBeNull()
})

test.each([
  ['plain', 'plain', 'ASCII'],
  ['caf\xc3\xa9', 'café', 'valid UTF-8'],
  ['caf\xe9', 'café', 'latin1, since it is not UTF-8'],
  ['\xef\xbb\xbfx', '\ufeffx', 'a BOM is kept'],
  ['\xe2\x82', 'â\x82', 'half a character is latin1'],
  ['', '', 'nothing'],
])('the bytes %j read %j: %s', (bytes, expected) => {
  expect(decodeField(Buffer.from(bytes, 'latin1'))).toBe(expected)
})

test('a half pair at the end is not read', () => {
  expect(headerValues(raw('a', '1', 'b'), 'b')).toEqual([])
})

test.each([
  ['0', 0],
  ['65537', 65_537],
  ['-1', -1],
  ['+2', -1],
  ['2, 2', -1],
  ['', -1],
  ['18446744073709551615', -1],
])('Content-Length %j is %i', (value, expected) => {
  expect(contentLengthOf(raw('Content-Length', value))).toBe(expected)
})

test('no answer has no headers', () => {
  expect(NO_HEADERS.get('content-type')).toBeNull()
  expect(contentLengthOf([])).toBe(-1)
})

test('headers of a large piece do not keep it alive', () => {
  const piece = Buffer.alloc(60_000)
  piece.write('Content-Typetext/html')
  const kept = detached([piece.subarray(0, 12), piece.subarray(12, 21)])
  expect(kept.map(String)).toEqual(['Content-Type', 'text/html'])
  for (const field of kept) expect(field.buffer.byteLength).toBeLessThanOrEqual(8192)
  // Not from the pool, which is large itself since Node 24.
  const small = [Buffer.alloc(1, 'a'), Buffer.alloc(1, 'b')]
  expect(detached(small)).toBe(small)
})
