// Lines of a file, whatever encoding it is in and wherever its chunks are cut.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type RowBytes, readRows } from '../../src/earlier/read-rows.js'

const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be'] as const

function encode(text: string, encoding: RowBytes['encoding']): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text)
  const bytes = Buffer.from(text, 'utf16le')
  return encoding === 'utf-16le' ? bytes : bytes.swap16()
}

/** The bytes in chunks of these sizes, over and over. */
function chunked(bytes: Buffer, encoding: RowBytes['encoding'], bomBytes: number, sizes: readonly number[]): RowBytes {
  let at = 0
  let turn = 0
  const read = async () => {
    if (at >= bytes.length) return null
    const chunk = bytes.subarray(at, at + sizes[turn++ % sizes.length]!)
    at += chunk.length
    return chunk
  }
  return { encoding, bomBytes, isPacked: false, read, close: async () => {} }
}

it('reads lines as they are, with the place of each', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 12 })),
      fc.constantFrom(...ENCODINGS),
      fc.constantFrom('\n', '\r\n'),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      fc.boolean(),
      async (made, encoding, end, sizes, isTorn) => {
        const lines = made.map((line) => line.replace(/[\r\n]/g, ''))
        const torn = isTorn && lines.length > 0
        const text = lines.map((line) => `${line}${end}`).join('')
        const bytes = encode(torn ? text.slice(0, -end.length) : text, encoding)
        const read: string[] = []
        for await (const piece of readRows(chunked(bytes, encoding, 3, sizes))) {
          expect(piece.firstLine).toBe(read.length + 1)
          read.push(...piece.lines)
          const before = encode(read.map((line) => `${line}${piece.isWhole ? end : ''}`).join(''), encoding)
          if (piece.isWhole) expect(piece.endByte).toBe(before.length + 3)
          else expect(piece.endByte).toBe(bytes.length + 3)
        }
        expect(read).toEqual(torn && lines.at(-1) === '' ? lines.slice(0, -1) : lines)
      },
    ),
    { numRuns: 300 },
  )
})

it('reads no further than it is told', async () => {
  for (const encoding of ENCODINGS) {
    const bytes = encode('one\ntwo\nthree\n', encoding)
    const until = encode('one\ntwo\n', encoding).length
    const read: string[] = []
    for await (const piece of readRows(chunked(bytes, encoding, 0, [3]), until)) read.push(...piece.lines)
    expect(read).toEqual(['one', 'two'])
  }
})
