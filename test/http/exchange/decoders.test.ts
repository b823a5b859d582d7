// How many decoders are at work at once, what they make of broken bytes, and who waits for whom.

import { randomBytes } from 'node:crypto'
import type { Transform } from 'node:stream'
import { brotliCompressSync, createGunzip, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createBodyReader } from '../../../src/http/exchange/body-reader.js'
import { createDecoder, createDecoders, type Decoders, type Encoding } from '../../../src/http/exchange/decoders.js'
import type { BodySearch } from '../../../src/words/reply.js'

const MiB = 1_048_576

/** Counts how many decoders there are at once. */
function counting() {
  let alive = 0
  let most = 0
  let made = 0
  const create = (encoding: Encoding, bytes: Buffer): Transform => {
    const decoder = createDecoder(encoding, bytes)
    most = Math.max(most, ++alive)
    made++
    decoder.once('close', () => alive--)
    return decoder
  }
  return { decoders: createDecoders({ create }), alive: () => alive, most: () => most, made: () => made }
}

const raw = (encoding: string) => [Buffer.from('content-encoding'), Buffer.from(encoding)]

/** Pushes the pieces, ends, and resolves to what came of the search. */
function search(
  decoders: Decoders,
  encoding: string,
  pieces: readonly Buffer[],
  text = 'Welcome',
): Promise<BodySearch> {
  return new Promise((resolve) => {
    const reader = createBodyReader({ text, headers: raw(encoding), decoders }, resolve)
    for (const piece of pieces) reader.push(piece)
    reader.end()
  })
}

describe('at most two decoders of brotli are at work, and sixteen others', () => {
  test('for 128 bombs of brotli at once', async () => {
    const { decoders, most, alive, made } = counting()
    const bomb = brotliCompressSync(Buffer.alloc(20 * MiB))
    const results = await Promise.all(Array.from({ length: 128 }, () => search(decoders, 'br', [bomb])))
    expect(new Set(results)).toEqual(new Set(['beyond']))
    expect([most(), made(), alive()]).toEqual([2, 128, 0])
  })

  test('for bodies that are encoded five times', async () => {
    const { decoders, most } = counting()
    const noisy = Buffer.concat([randomBytes(50_000), Buffer.from('Welcome')])
    const body = Array.from({ length: 5 }).reduce<Buffer>((inner) => brotliCompressSync(inner), noisy)
    const encoding = Array.from({ length: 5 }, () => 'br').join(', ')
    const results = await Promise.all(Array.from({ length: 20 }, () => search(decoders, encoding, [body])))
    expect(new Set(results)).toEqual(new Set(['found']))
    expect(most()).toBe(2)
  })

  test('for 128 pages of gzip at once', async () => {
    const { decoders, most, alive } = counting()
    const page = gzipSync('Welcome')
    const results = await Promise.all(Array.from({ length: 128 }, () => search(decoders, 'gzip', [page])))
    expect(new Set(results)).toEqual(new Set(['found']))
    expect([most(), alive()]).toEqual([16, 0])
  })

  test('and none for bodies that do not go on', async () => {
    const { decoders, alive, most } = counting()
    const page = gzipSync(Buffer.concat([Buffer.from('Welcome'), randomBytes(50_000)]))
    const slow = Array.from({ length: 100 }, () => {
      const reader = createBodyReader({ text: 'Welcome', headers: raw('gzip'), decoders }, () => {})
      reader.push(page.subarray(0, 12))
      return reader
    })
    expect(await search(decoders, 'gzip', [page])).toBe('found')
    expect([alive(), most()]).toEqual([0, 1])
    for (const reader of slow) reader.close()
  })

  test('whose places are free again when a body is given up, waiting or at work', async () => {
    const { decoders, alive } = counting()
    const bomb = brotliCompressSync(Buffer.alloc(20 * MiB))
    for (let i = 0; i < 12; i++) {
      const reader = createBodyReader({ text: 'x', headers: raw('br'), decoders }, () => {
        throw new Error('a body that was given up has no result')
      })
      reader.push(bomb)
      reader.end()
      reader.close()
    }
    const page = Buffer.concat([randomBytes(50_000), Buffer.from('Welcome')])
    expect(await search(decoders, 'gzip', [gzipSync(page)])).toBe('found')
    expect(alive()).toBe(0)
  })

  test('whose places are free again when there was no memory for one', async () => {
    let calls = 0
    const create = () => {
      if (++calls <= 10) throw new Error('no memory')
      return createGunzip()
    }
    const decoders = createDecoders({ create })
    const page = gzipSync(Buffer.concat([randomBytes(50_000), Buffer.from('Welcome')]))
    const pages = Array.from({ length: 12 }, () => search(decoders, 'gzip', [page]))
    expect((await Promise.all(pages)).filter((found) => found === 'undecodable')).toHaveLength(10)
  })
})

describe('a body that goes on', () => {
  test('is found in before its end, and then no more of it is wanted', async () => {
    const { decoders, made } = counting()
    const body = gzipSync(Buffer.concat([Buffer.from('Welcome'), randomBytes(100_000)]))
    const piece = body.subarray(0, 40_000)
    const found = await new Promise<BodySearch>((resolve) => {
      const reader = createBodyReader({ text: 'Welcome', headers: raw('gzip'), decoders }, resolve)
      reader.push(piece)
    })
    expect([found, made()]).toEqual(['found', 1])
  })

  test('is looked at seldom: not at each of its pieces', async () => {
    const { decoders, made } = counting()
    // Stored, so that the compressed bytes are as many as the text.
    const body = gzipSync(Buffer.alloc(MiB - 100, 'x'), { level: 0 })
    const pieces = Array.from({ length: Math.ceil(body.length / 1000) }, (_, i) =>
      body.subarray(i * 1000, i * 1000 + 1000),
    )
    const found = await new Promise<BodySearch>((resolve) => {
      const reader = createBodyReader({ text: 'Welcome', headers: raw('gzip'), decoders }, resolve)
      const next = () => {
        const piece = pieces.shift()
        if (piece === undefined) return reader.end()
        reader.push(piece)
        setImmediate(next)
      }
      next()
    })
    expect(found).toBe('absent')
    expect(made()).toBeLessThanOrEqual(6)
  })

  test('is not wanted beyond a little more than 1 MiB', () => {
    const reader = createBodyReader({ text: 'x', headers: raw('gzip'), decoders: createDecoders() }, () => {})
    let taken = 0
    while (reader.push(Buffer.alloc(10_000))) taken += 10_000
    expect(taken).toBeLessThan(1.1 * MiB)
    reader.close()
  })
})

describe('what was decoded before a fault counts', () => {
  const page = Buffer.concat([Buffer.from('<h1>Hello</h1>'.repeat(3000)), Buffer.from('<b>Welcome</b>')])
  const wrongEnd = (bytes: Buffer, at: number) => {
    const copy = Buffer.from(bytes)
    copy[copy.length - at]! ^= 0xff
    return copy
  }
  test.each<[why: string, body: Buffer, encoding: string]>([
    ['a wrong checksum of gzip', wrongEnd(gzipSync(page), 6), 'gzip'],
    ['a wrong length of gzip', wrongEnd(gzipSync(page), 1), 'gzip'],
    ['a wrong checksum of zlib', wrongEnd(deflateSync(page), 1), 'deflate'],
    ['rubbish behind gzip', Buffer.concat([gzipSync(page), Buffer.from('garbage'.repeat(10))]), 'gzip'],
    [
      'half a second member',
      Buffer.concat([gzipSync(page), gzipSync(page).subarray(0, 9), Buffer.alloc(9, 255)]),
      'gzip',
    ],
    ['rubbish behind brotli', Buffer.concat([brotliCompressSync(page), Buffer.from('garbage')]), 'br'],
    ['a wrong outer checksum', wrongEnd(gzipSync(gzipSync(page)), 6), 'gzip, gzip'],
    ['a wrong inner checksum', gzipSync(wrongEnd(gzipSync(page), 6)), 'gzip, gzip'],
    ['no end', deflateRawSync(page).subarray(0, -1), 'deflate'],
  ])('with %s', async (_why, body, encoding) => {
    expect(await search(createDecoders(), encoding, [body])).toBe('found')
    expect(await search(createDecoders(), encoding, [body], 'Goodbye')).not.toBe('found')
  })

  test('with a block of nonsense far behind the text', async () => {
    const random = randomBytes(100_000)
    const whole = gzipSync(Buffer.concat([page, random]))
    const body = Buffer.concat([whole.subarray(0, whole.length - 3000), Buffer.alloc(3000, 255)])
    expect(await search(createDecoders(), 'gzip', [body])).toBe('found')
    expect(await search(createDecoders(), 'gzip', [body], 'Goodbye')).toBe('undecodable')
  })
})

test.each(['utf-8', 'none', 'binary', 'aws-chunked', 'zstd', 'gzip, utf-8'])(
  'an unknown encoding such as %s is taken as it is, and what is not found in it is not said to be absent',
  async (encoding) => {
    expect(await search(createDecoders(), encoding, [Buffer.from('<b>Wel'), Buffer.from('come</b>')])).toBe('found')
    expect(await search(createDecoders(), encoding, [Buffer.from('Goodbye')])).toBe('undecodable')
    expect(await search(createDecoders(), encoding, [])).toBe('absent')
  },
)
