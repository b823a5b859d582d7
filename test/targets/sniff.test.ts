import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { mayBecomeBom, sniff } from '../../src/targets/sniff.js'

const bytes = (text: string, encoding: BufferEncoding = 'latin1') => Buffer.from(text, encoding)

describe('the first bytes of an input', () => {
  it.each<[string, Buffer, object]>([
    ['plain text', bytes('https://x/\n'), { encoding: 'utf-8', bomBytes: 0, guessed: false }],
    ['nothing at all', bytes(''), { encoding: 'utf-8', bomBytes: 0 }],
    ['UTF-8 with a mark', bytes('\xef\xbb\xbfa'), { encoding: 'utf-8', bomBytes: 3 }],
    ['UTF-16LE with a mark', bytes('\xff\xfea\0'), { encoding: 'utf-16le', bomBytes: 2, guessed: false }],
    ['UTF-16BE with a mark', bytes('\xfe\xff\0a'), { encoding: 'utf-16be', bomBytes: 2, guessed: false }],
    ['UTF-16LE without', bytes('https://x/', 'utf16le'), { encoding: 'utf-16le', bomBytes: 0, guessed: true }],
    ['UTF-16BE without', bytes('https://x/', 'utf16le').swap16(), { encoding: 'utf-16be', guessed: true }],
    ['a host that starts like bzip2', bytes('BZh9.example\n'), { binary: null }],
    ['gzip', gzipSync('https://x/'), { binary: 'gzip', unpack: 'zcat' }],
    ['zip', bytes('PK\x03\x04rest'), { binary: 'a zip archive' }],
    ['bzip2', bytes('BZh91AY&SY'), { binary: 'bzip2' }],
    ['PNG', bytes('\x89PNG\r\n'), { binary: 'a PNG image', unpack: null }],
    ['PDF', bytes('%PDF-1.7\n'), { binary: 'a PDF' }],
    ['UTF-32', bytes('\xff\xfe\0\0a\0\0\0'), { binary: 'UTF-32' }],
    ['NUL in text', bytes('https://x/\nhttps://y/\0\n'), { binary: 'binary (it has NUL bytes)' }],
    ['NUL behind a mark of UTF-8', bytes('\xef\xbb\xbfa\0b'), { binary: 'binary (it has NUL bytes)' }],
    ['only NULs', Buffer.alloc(100), { binary: 'binary (it has NUL bytes)' }],
    ['NUL behind 64 KiB', Buffer.concat([Buffer.alloc(65_536, 'a'), Buffer.alloc(1)]), { binary: null }],
  ])('tell %s', (_, head, expected) => {
    expect(sniff(head)).toMatchObject(expected)
  })

  it('wait for the rest of a byte order mark, and for nothing else', () => {
    for (const start of ['\xef', '\xef\xbb', '\xff', '\xfe']) expect(mayBecomeBom(bytes(start))).toBe(true)
    for (const start of ['', 'a', '\xefa', '\xef\xbb\xbf', '\xff\xfe', '\xbb'])
      expect(mayBecomeBom(bytes(start))).toBe(false)
  })
})
