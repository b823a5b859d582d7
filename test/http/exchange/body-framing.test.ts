// Where a body ends, however its bytes are cut.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBodyFraming } from '../../../src/http/exchange/body-framing.js'

/** The body's bytes and how it ended, when it came in pieces of these sizes and then the stream ended. */
function framed(text: string, headers: Record<string, string>, cuts: readonly number[] = [], status = 200) {
  const raw = Object.entries(headers).flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value)])
  const framing = createBodyFraming(status, raw)
  const bytes = Buffer.from(text, 'latin1')
  let body = ''
  let at = 0
  for (const size of [...cuts, bytes.length]) {
    framing.push(bytes.subarray(at, at + size), (piece) => {
      body += piece.toString('latin1')
    })
    at += size
  }
  const before = framing.state
  framing.end()
  return [body, before, framing.state]
}

const CHUNKED = { 'Transfer-Encoding': 'gzip, Chunked' }

test.each<[why: string, text: string, headers: Record<string, string>, expected: string[]]>([
  ['to the end of the stream', 'hi', {}, ['hi', 'open', 'whole']],
  ['a length', 'hi there', { 'content-length': '2' }, ['hi', 'whole', 'whole']],
  ['less than the length', 'hi', { 'content-length': '3' }, ['hi', 'open', 'broken']],
  ['none', '', { 'content-length': '0' }, ['', 'whole', 'whole']],
  ['the same length twice', 'hi', { 'content-length': '2, 2' }, ['hi', 'whole', 'whole']],
  ['no length', 'hi', { 'content-length': '+2' }, ['hi', 'open', 'whole']],
  ['a length beyond numbers', 'hi', { 'content-length': '9'.repeat(30) }, ['hi', 'open', 'whole']],
  ['chunks', '2\r\nhi\r\n0\r\n\r\n', CHUNKED, ['hi', 'whole', 'whole']],
  ['chunks before a length', '2\r\nhi\r\n0\r\n\r\n', { ...CHUNKED, 'content-length': '1' }, ['hi', 'whole', 'whole']],
  ['bare LF and extensions', '1\nh\n1;x="\\y"\ni\n0\n', CHUNKED, ['hi', 'whole', 'whole']],
  ['zeroes, blanks, trailers', '00000002 \r\nhi\r\n0\r\nX: y\r\n\r\n', CHUNKED, ['hi', 'whole', 'whole']],
  ['no last chunk', '2\r\nhi', CHUNKED, ['hi', 'open', 'broken']],
  ['an empty line too many', '2\r\nhi\r\n\r\n0\r\n\r\n', CHUNKED, ['hi', 'broken', 'broken']],
  ['no size', '-1\r\nhi', CHUNKED, ['', 'broken', 'broken']],
  ['a size line without end', '1'.repeat(20_000), CHUNKED, ['', 'broken', 'broken']],
])('%s', (_why, text, headers, expected) => {
  expect(framed(text, headers)).toEqual(expected)
})

test.each([100, 204, 304])('a %i has no body', (status) => {
  expect(framed('hi', { 'content-length': '2' }, [], status)).toEqual(['', 'whole', 'whole'])
})

test('the cuts between segments change nothing', () => {
  const piece = fc.constantFrom('2\r\n', 'hi', '\r\n', '\n', '0\r\n', 'a;b\r\n', 'x', '0123456789', '\r', ' ')
  const texts = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
  const headers = fc.constantFrom({}, CHUNKED, { 'content-length': '5' })
  fc.assert(
    fc.property(texts, headers, fc.array(fc.nat({ max: 5 })), (text, head, cuts) => {
      expect(framed(text, head, cuts)).toEqual(framed(text, head))
    }),
    { numRuns: 500 },
  )
})
