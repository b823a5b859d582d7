import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UsageError } from '../../src/settings/errors.js'
import type { Target } from '../../src/settings/target.js'
import { parseInput } from '../../src/targets/input-request.js'
import { openInputs } from '../../src/targets/open-inputs.js'
import { readTargets, type TargetReader } from '../../src/targets/read-targets.js'
import { CONTEXT, stdinOf } from './support.js'

let folder = ''
const file = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'read-targets-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A stdin that nobody may touch. */
const untouched = new Proxy(new PassThrough(), {
  get: (_, name) => {
    throw new Error(`stdin.${String(name)} was touched`)
  },
})

async function reader(names: string[], stdin: Readable = untouched): Promise<TargetReader> {
  return readTargets(
    await openInputs(
      names.map((name) => parseInput(name)),
      { stdin, columns: new Map() },
    ),
    CONTEXT,
  )
}

async function all(from: TargetReader): Promise<Target[]> {
  const targets: Target[] = []
  for await (const batch of from.batches) targets.push(...batch)
  return targets
}

const urls = (targets: readonly Target[]) => targets.map(({ url }) => url)

async function refusal(names: string[], stdin: Readable = untouched): Promise<string> {
  const error = await openInputs(
    names.map((name) => parseInput(name)),
    { stdin, columns: new Map() },
  ).then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(UsageError)
  expect((error as Error).message).not.toContain('\n')
  return (error as Error).message.replaceAll(`${folder}/`, '')
}

describe('targets', () => {
  it('are numbered over all inputs, and know their line and source', async () => {
    const list = file('numbered.txt', '# first\n\nhttps://a/\nb c\n')
    const from = await reader([list, 'https://arg/', '-'], stdinOf('https://c/\r\n', 'd'))
    expect((await all(from)).map(({ index, line, source, input }) => [index, line, source, input])).toEqual([
      [0, 3, list, 'https://a/'],
      [1, 4, list, 'b c'],
      [2, null, 'argv', 'https://arg/'],
      [3, 1, '-', 'https://c/'],
      [4, 2, '-', 'd'],
    ])
    expect(from.counts()).toEqual({ lines: 7, blank: 2 })
    expect([from.broke, from.notices]).toEqual([null, []])
  })

  it('take URLs as arguments in any case, without keys, and do not touch stdin', async () => {
    const found = await all(await reader(['HTTPS://Example.com/a', 'https://x/ accept=404', 'http://x:0/']))
    expect(found.map(({ input, url, problem }) => [input, url, problem?.reason])).toEqual([
      ['HTTPS://Example.com/a', 'https://example.com/a', undefined],
      ['https://x/ accept=404', null, 'a space in the URL; write %20'],
      ['http://x:0/', null, 'the port must be 1 to 65535'],
    ])
  })

  it('come in batches of at most 1000, in order, each once', async () => {
    const list = file('many.txt', Array.from({ length: 12_345 }, (_, i) => `https://x/${i}`).join('\n'))
    const from = await reader([list])
    const sizes: number[] = []
    let next = 0
    for await (const batch of from.batches) {
      sizes.push(batch.length)
      for (const { index, line, input } of batch) {
        expect([index, line, input]).toEqual([next, next + 1, `https://x/${next}`])
        next++
      }
    }
    expect(next).toBe(12_345)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1000)
    expect(Math.min(...sizes)).toBeGreaterThan(0)
  })

  it('account for every line of random bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 })), async (chunks) => {
        const text = Buffer.from('https://x/\n')
        const from = await reader(['-'], stdinOf(text, ...chunks))
        const found = await all(from)
        const { lines, blank } = from.counts()
        const breaks = Buffer.concat([text, ...chunks])
          .toString('latin1')
          .split(/\r\n?|\n/)
        if (breaks.at(-1) === '') breaks.pop()
        expect(lines).toBe(breaks.length)
        expect(found.length + blank).toBe(lines)
        expect(from.broke).toBeNull()
      }),
    )
  })

  it('of a line with NUL or over 64 KiB are line.invalid, and the next line is read', async () => {
    const start = `https://x/\n${'# long enough\n'.repeat(6000)}`
    const list = file('nul.txt', `${start}a\0${'b'.repeat(300)}\nhttps://y/\n${'c'.repeat(100_000)}\nhttps://z/`)
    const found = await all(await reader([list]))
    expect(found.map(({ input, problem }) => [input, problem?.kind, problem?.reason])).toEqual([
      ['https://x/', undefined, undefined],
      [`a\0${'b'.repeat(198)}`, 'line.invalid', 'a NUL byte in the line; is this a text file?'],
      ['https://y/', undefined, undefined],
      ['c'.repeat(200), 'line.invalid', 'the line is longer than 64 KiB'],
      ['https://z/', undefined, undefined],
    ])
  })
})

describe('encodings', () => {
  it.each<[string, Buffer, string[]]>([
    ['UTF-8 with a mark', Buffer.from('\ufeffhttps://a/\nhttps://ä/'), []],
    ['UTF-16LE with a mark', Buffer.from('\ufeffhttps://a/\nhttps://ä/', 'utf16le'), []],
    ['UTF-16BE with a mark', Buffer.from('\ufeffhttps://a/\nhttps://ä/', 'utf16le').swap16(), []],
    [
      'Windows-1252',
      Buffer.from('https://a/\nhttps://ä/', 'latin1'),
      ['NAME:2 is not UTF-8; such lines are read as Windows-1252'],
    ],
    [
      'UTF-16 without',
      Buffer.from('https://a/\nhttps://ä/', 'utf16le'),
      ['NAME is read as UTF-16, though it has no byte order mark'],
    ],
  ])('%s, from a file and from stdin a byte at a time', async (name, bytes, notices) => {
    const expected = ['https://a/', 'https://xn--4ca/']
    const list = file(`${name}.txt`, bytes)
    const fromFile = await reader([list])
    expect(urls(await all(fromFile))).toEqual(expected)
    expect(fromFile.notices).toEqual(notices.map((notice) => notice.replace('NAME', list)))
    // What is guessed needs more than a byte to be guessed from.
    const parts = name === 'UTF-16 without' ? [bytes] : [...bytes].map((byte) => Buffer.from([byte]))
    const fromStdin = await reader(['-'], stdinOf(...parts))
    expect(urls(await all(fromStdin))).toEqual(expected)
    expect(fromStdin.notices).toEqual(notices.map((notice) => notice.replace('NAME', 'stdin')))
  })
})

it('takes the byte order mark off once, in a list of many chunks too', async () => {
  const list = file('marked.txt', `\ufeff${'https://x/123\n'.repeat(20_000)}`)
  const found = await all(await reader([list]))
  expect(found.length).toBe(20_000)
  expect(new Set(urls(found))).toEqual(new Set(['https://x/123']))
})

describe('opening', () => {
  it.each<[names: string[], message: string]>([
    [['example.com'], 'no file example.com; for the web: https://example.com'],
    [['example.com/a?b'], 'no file example.com/a?b; for the web: https://example.com/a?b'],
    [['localhost:3000'], 'no file localhost:3000; for the web: http://localhost:3000'],
    [['ftp://x/y'], 'no file ftp://x/y; only http:// and https:// can be asked'],
    [['nothing-like-it.txt'], 'no file nothing-like-it.txt'],
    [['-', '-'], '- is given twice; stdin can be read once'],
  ])('%j is refused: %s', async (names, message) => {
    expect(await refusal(names)).toBe(message)
  })

  it('suggests a file with a near name', async () => {
    const list = file('pages.txt', 'https://x/')
    expect(await refusal([list.replace('pages', 'page')])).toBe('no file page.txt; did you mean pages.txt?')
  })

  it('refuses a directory', async () => {
    mkdirSync(join(folder, 'lists'))
    expect(await refusal([join(folder, 'lists')])).toBe('lists is a directory; name the files in it')
  })

  it('refuses what it may not read', async () => {
    const list = file('locked.txt', 'https://x/')
    chmodSync(folder, 0o755)
    chmodSync(list, 0)
    // Root may read everything, so it is nobody for a moment.
    const isRoot = process.geteuid?.() === 0
    if (isRoot) process.seteuid?.(65_534)
    try {
      expect(await refusal([list])).toBe('cannot read locked.txt: permission denied (EACCES)')
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })

  it('refuses binary, and says how to unpack it', async () => {
    const packed = file('urls.txt.xz', Buffer.from('\xfd7zXZ\0', 'latin1'))
    expect(await refusal([packed])).toBe(
      'urls.txt.xz is xz, not a list of URLs; try: xzcat urls.txt.xz | scrape-status',
    )
    expect(await refusal([file('a.bin', 'a\0b\n')])).toBe('a.bin is binary (it has NUL bytes), not a list of URLs')
    expect(await refusal(['-'], stdinOf(Buffer.from('BZh91AY&SY')))).toBe(
      'stdin is bzip2, not a list of URLs; try: bzcat | scrape-status',
    )
  })

  it('closes what it opened before the mistake', async () => {
    const stdin = stdinOf('https://x/\n', 'https://y/\n')
    await refusal(['-', 'nothing-like-it.txt'], stdin)
    expect(stdin.destroyed).toBe(true)
  })

  it('takes an empty file and an empty stdin as no targets', async () => {
    const from = await reader([file('empty.txt', ''), '-'], stdinOf())
    expect(await all(from)).toEqual([])
    expect(from.counts()).toEqual({ lines: 0, blank: 0 })
  })
})

describe('a slow stdin', () => {
  it('gives its first target before its second line is written', async () => {
    const stdin = new PassThrough()
    stdin.write('https://a/\nhttps://b')
    const { batches } = await reader(['-'], stdin)
    expect(urls((await batches.next()).value)).toEqual(['https://a/'])
    stdin.end('/\n')
    expect(urls((await batches.next()).value)).toEqual(['https://b/'])
    expect((await batches.next()).done).toBe(true)
  })

  it('is let go at once when the reader leaves while it waits', async () => {
    const stdin = new PassThrough()
    stdin.write('https://a/\nhttps://half')
    const from = await reader(['-'], stdin)
    await from.batches.next()
    const waiting = from.batches.next()
    await from.batches.return?.()
    expect(stdin.destroyed).toBe(true)
    expect((await waiting).done).toBe(true)
    expect(from.broke).toBeNull()
  })

  it('does not hold up the end of the run when it is a named pipe', async () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    const writer = openSync(pipe, 'r+')
    writeSync(writer, 'https://a/\n')
    const from = await reader([pipe])
    expect(urls((await from.batches.next()).value)).toEqual(['https://a/'])
    const waiting = from.batches.next()
    await new Promise(setImmediate) // now the read is in the kernel
    await from.batches.return?.()
    writeSync(writer, 'https://b/\n')
    expect((await waiting).done).toBe(true)
    closeSync(writer)
  })

  it('is not read ahead of what is asked for', async () => {
    let given = 0
    const stdin = Readable.from(
      (function* () {
        while (true) yield Buffer.from(`https://x/${given++}\n`)
      })(),
      { highWaterMark: 1 },
    )
    const from = await reader(['-'], stdin)
    for (let i = 0; i < 10; i++) await from.batches.next()
    expect(given).toBeLessThanOrEqual(13)
    await from.batches.return?.()
    expect(stdin.destroyed).toBe(true)
  })
})

describe('an input that breaks', () => {
  const broken = (text: string) =>
    Readable.from(
      (async function* () {
        yield Buffer.from(text)
        throw Object.assign(new Error('read'), { code: 'EIO' })
      })(),
    )

  it('gives what was read, says so, and the next one is read', async () => {
    const from = await reader(['-', file('after.txt', 'https://z/')], broken('https://a/\nhttps://b/\n'))
    expect(urls(await all(from))).toEqual(['https://a/', 'https://b/', 'https://z/'])
    expect(from.broke).toBe('stdin broke after line 2 (EIO)')
  })

  it('may break before its first byte', async () => {
    const from = await reader(['-', 'https://z/'], new PassThrough().destroy(new Error('gone')))
    expect(urls(await all(from))).toEqual(['https://z/'])
    expect(from.broke).toBe('stdin broke after line 0 (gone)')
  })

  it('does not ask the half of a URL that was cut off', async () => {
    const from = await reader(['-'], broken('https://a/\nhttps://b/c'))
    expect((await all(from)).map(({ input, problem }) => [input, problem?.reason])).toEqual([
      ['https://a/', undefined],
      ['https://b/c', 'the input broke in this line'],
    ])
    expect(from.counts()).toEqual({ lines: 2, blank: 0 })
  })

  it('breaks when stdin is destroyed by somebody else', async () => {
    const stdin = new PassThrough()
    stdin.write('https://a/\n')
    const from = await reader(['-'], stdin)
    await from.batches.next()
    const rest = all(from)
    stdin.destroy()
    expect(await rest).toEqual([])
    expect(from.broke).toBe('stdin broke after line 1 (ERR_STREAM_PREMATURE_CLOSE)')
  })

  it('breaks when a file is gone between opening and reading', async () => {
    const list = file('gone.txt', 'https://a/')
    const from = await reader([list])
    rmSync(list)
    expect(await all(from)).toEqual([])
    expect(from.broke).toBe(`${list} broke after line 0 (ENOENT)`)
  })
})
