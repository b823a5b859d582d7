// Searching a body: encodings, character sets, pieces, bombs.

import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBodyReader } from '../../../src/http/exchange/body-reader.js'
import { createDecoders } from '../../../src/http/exchange/decoders.js'
import type { BodySearch } from '../../../src/words/reply.js'

const MiB = 1_048_576
const raw = (headers: Record<string, string>) =>
  Object.entries(headers).flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value)])

/** What comes of the search when the body comes in pieces of this size; fails when `done` is called twice. */
function search(text: string, body: Uint8Array, headers: Record<string, string> = {}, pieceBytes = body.length) {
  let pushed = 0
  return new Promise<{ found: BodySearch; pushed: number }>((resolve, reject) => {
    let calls = 0
    const reader = createBodyReader({ text, headers: raw(headers), decoders: createDecoders() }, (found) => {
      if (++calls > 1) reject(new Error('done twice'))
      // A second call would come a little later.
      setTimeout(() => resolve({ found, pushed }), 5)
    })
    for (let at = 0; at < body.length; at += Math.max(1, pieceBytes)) {
      pushed = at
      reader.push(Buffer.from(body.subarray(at, at + Math.max(1, pieceBytes))))
    }
    reader.end()
    reader.end()
  })
}
const found = async (...given: Parameters<typeof search>) => (await search(...given)).found

const page = Buffer.from('<h1>Welcome, Zoë ☃</h1>')

const stacked = (times: number) =>
  Array(times)
    .fill(0)
    .reduce((body: Buffer) => gzipSync(body), page)

describe('a text is found', () => {
  it.each<[why: string, body: Uint8Array, headers: Record<string, string>]>([
    ['in plain UTF-8', page, {}],
    ['in gzip', gzipSync(page), { 'Content-Encoding': 'gzip' }],
    ['in x-gzip', gzipSync(page), { 'content-encoding': 'X-GZIP' }],
    ['in zlib deflate', deflateSync(page), { 'content-encoding': 'deflate' }],
    ['in bare deflate', deflateRawSync(page), { 'content-encoding': 'deflate' }],
    ['in brotli', brotliCompressSync(page), { 'content-encoding': 'br' }],
    ['in identity', page, { 'content-encoding': 'identity' }],
    ['in two encodings', brotliCompressSync(gzipSync(page)), { 'content-encoding': 'gzip, br' }],
    ['in five encodings', stacked(5), { 'content-encoding': Array(5).fill('gzip').join(', ') }],
    ['in two members of gzip', Buffer.concat([gzipSync('x'), gzipSync(page)]), { 'content-encoding': 'gzip' }],
    [
      'in gzip with rubbish behind it',
      Buffer.concat([gzipSync(page), Buffer.from('x')]),
      { 'content-encoding': 'gzip' },
    ],
    ['in gzip without its last bytes', gzipSync(page).subarray(0, -8), { 'content-encoding': 'gzip' }],
    [
      'behind a byte order mark',
      Buffer.concat([Buffer.from('\ufeff'), page]),
      { 'content-type': 'text/html;charset=latin1' },
    ],
    ['in UTF-16LE by its mark', Buffer.from('\ufeffZoë ☃', 'utf16le'), {}],
    [
      'in UTF-16BE by its label',
      Buffer.from('Zoë ☃', 'utf16le').swap16(),
      { 'content-type': 'text/html; charset=UTF-16BE' },
    ],
    ['under an unknown label', page, { 'content-type': 'text/html; charset="klingon"' }],
  ])('%s', async (_, body, headers) => {
    for (const pieceBytes of [body.length, 1, 2, 7])
      expect(await found('Zoë ☃', body, headers, pieceBytes)).toBe('found')
  })

  it.each(['latin1', 'ISO-8859-1', 'windows-1252'])('in %s', async (charset) => {
    const headers = { 'content-type': `text/html; Charset=${charset}` }
    expect(await found('Zoë', Buffer.from('Zoë', 'latin1'), headers)).toBe('found')
    expect(await found('5 €', Buffer.from([0x35, 0x20, 0x80]), headers)).toBe('found')
  })

  it('however the body is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', maxLength: 30 }),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }),
        fc.string({ unit: 'grapheme', maxLength: 30 }),
        fc.constantFrom('', 'gzip', 'deflate', 'br'),
        fc.integer({ min: 1, max: 40 }),
        async (before, text, after, encoding, pieceBytes) => {
          const plain = Buffer.from(before + text + after)
          const encoders = { '': (b: Buffer) => b, gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }
          const body = encoders[encoding as keyof typeof encoders](plain)
          // A mark at the very start belongs to the encoding, not to the text.
          fc.pre(!plain.toString().startsWith('\ufeff'))
          expect(await found(text, body, { 'content-encoding': encoding }, pieceBytes)).toBe('found')
        },
      ),
      { numRuns: 60 },
    )
  })

  it('at the very end of 1 MiB and not behind it', async () => {
    const body = (before: number) =>
      Buffer.concat([Buffer.alloc(before, 'x'), Buffer.from('end'), Buffer.alloc(10, 'x')])
    for (const pieceBytes of [MiB * 2, 65_536, 1000]) {
      expect(await found('end', body(MiB - 3), {}, pieceBytes)).toBe('found')
      expect(await found('end', body(MiB - 2), {}, pieceBytes)).toBe('beyond')
    }
  })

  it('before the rest has come', () => {
    const results: BodySearch[] = []
    createBodyReader({ text: 'a', headers: raw({}), decoders: createDecoders() }, (result) =>
      results.push(result),
    ).push(Buffer.from('xxaxx'))
    expect(results).toEqual(['found'])
  })
})

describe('a text is not found', () => {
  it.each<[why: string, body: Uint8Array, headers: Record<string, string>, result: BodySearch]>([
    ['where it is not', Buffer.from('Goodbye'), {}, 'absent'],
    ['in nothing', Buffer.alloc(0), {}, 'absent'],
    ['in nothing that claims to be gzip', Buffer.alloc(0), { 'content-encoding': 'gzip' }, 'absent'],
    ['in what is no gzip', page, { 'content-encoding': 'gzip' }, 'undecodable'],
    ['in what is no brotli', page, { 'content-encoding': 'br' }, 'undecodable'],
    ['in an encoding that nobody asked for', gzipSync(page), { 'content-encoding': 'zstd' }, 'undecodable'],
    ['in an unknown encoding without a body', Buffer.alloc(0), { 'content-encoding': 'zstd' }, 'absent'],
    ['in 20 stacked encodings', stacked(6), { 'content-encoding': Array(20).fill('gzip').join(', ') }, 'undecodable'],
    [
      'in gzip that breaks off before its end',
      gzipSync('Goodbye').subarray(0, -8),
      { 'content-encoding': 'gzip' },
      'absent',
    ],
    ['in six encodings', stacked(6), { 'content-encoding': Array(6).fill('gzip').join(', ') }, 'undecodable'],
    ['across the case of its letters', Buffer.from('zoë ☃'), {}, 'absent'],
  ])('%s', async (_, body, headers, result) => {
    for (const pieceBytes of [body.length, 1]) expect(await found('Zoë ☃', body, headers, pieceBytes)).toBe(result)
  })

  it('in a bomb, which is read to 1 MiB and no further', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * MiB))
    const before = process.memoryUsage().rss
    expect(await found('Zoë', bomb, { 'content-encoding': 'gzip' }, 16_384)).toBe('beyond')
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * MiB)
  })

  it('in a bomb within a bomb', async () => {
    const bomb = gzipSync(gzipSync(Buffer.alloc(200 * MiB)))
    expect(await found('Zoë', bomb, { 'content-encoding': 'gzip, gzip' })).toBe('beyond')
  })

  it('in compressed bytes without end that come to nothing', async () => {
    // Empty stored blocks of deflate: five bytes each that say nothing.
    const endless = Buffer.concat(Array(500_000).fill(Buffer.from([0, 0, 0, 0xff, 0xff])))
    const result = await search('Zoë', endless, { 'content-encoding': 'deflate' }, 16_384)
    expect(result.found).toBe('beyond')
    // The same between two decoders, where few bytes come in and none go out.
    expect(await found('Zoë', gzipSync(endless), { 'content-encoding': 'deflate, gzip' })).toBe('beyond')
  })
})

it('says nothing more once it is closed', async () => {
  const results: BodySearch[] = []
  const reader = createBodyReader(
    { text: 'a', headers: raw({ 'content-encoding': 'gzip' }), decoders: createDecoders() },
    (result) => results.push(result),
  )
  reader.push(gzipSync('a'))
  reader.close()
  reader.end()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(results).toEqual([])
})
