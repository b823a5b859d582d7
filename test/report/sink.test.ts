// The sink against streams that are fast, full, broken and left, and against real files.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openFileSink } from '../../src/report/open-sink.js'
import { createOwnSink, createSink } from '../../src/report/sink.js'
import { UsageError } from '../../src/settings/errors.js'

/** A stream that keeps what it gets and is done with a piece only when told. */
function slowStream(autoDestroy = true) {
  const pieces: string[] = []
  const pending: ((error?: Error) => void)[] = []
  const stream = new Writable({
    highWaterMark: 1,
    autoDestroy,
    decodeStrings: false,
    write(piece, _encoding, done) {
      if (piece !== '') pieces.push(piece)
      pending.push(done)
    },
  })
  return { stream, pieces, done: (error?: Error) => pending.shift()?.(error) }
}

function fastStream() {
  const pieces: string[] = []
  const stream = new Writable({
    highWaterMark: 1 << 20,
    decodeStrings: false,
    write(piece, _encoding, done) {
      if (piece !== '') pieces.push(piece)
      done()
    },
  })
  return { stream, pieces }
}

const isSettled = async (promise: Promise<unknown>) => {
  let settled = false
  void promise.then(() => {
    settled = true
  })
  await nextTurn()
  return settled
}

const failure = (code: string) => Object.assign(new Error(code), { code })

describe('writing', () => {
  it('puts small writes of one turn together and shows them in the next', async () => {
    const { stream, pieces } = fastStream()
    const sink = createSink(stream, 'stdout')
    expect(sink.write('a')).toBeUndefined()
    expect(sink.write('b')).toBeUndefined()
    expect(pieces).toEqual([])
    await nextTurn()
    expect(pieces).toEqual(['ab'])
  })

  it('does not wait for the next turn with a full piece', () => {
    const { stream, pieces } = fastStream()
    const sink = createSink(stream, 'stdout')
    sink.write('x'.repeat(64 * 1024 - 1))
    expect(pieces).toEqual([])
    sink.write('yz')
    expect(pieces.map((piece) => piece.length)).toEqual([64 * 1024 + 1])
  })

  it('waits only while the stream is full', async () => {
    const { stream, pieces, done } = slowStream()
    const sink = createSink(stream, 'stdout')
    sink.write('a')
    await nextTurn()
    const waits = sink.write('b')
    expect(waits).toBeInstanceOf(Promise)
    expect(await isSettled(waits!)).toBe(false)
    done()
    await nextTurn()
    expect(pieces).toEqual(['a', 'b'])
    expect(await isSettled(waits!)).toBe(false)
    done()
    expect(await isSettled(waits!)).toBe(true)
    expect(sink.write('c')).toBeUndefined()
  })

  it('loses nothing and keeps the order, however slow the reader', async () => {
    const stream = new PassThrough({ highWaterMark: 10 })
    const sink = createSink(stream, 'stdout')
    let read = ''
    const reading = (async () => {
      for await (const piece of stream) {
        read += piece
        await nextTurn()
      }
    })()
    const rows = Array.from({ length: 2000 }, (_, at) => `${at}\n`)
    for (const row of rows) await sink.write(row)
    await sink.end()
    stream.end()
    await reading
    expect(read).toBe(rows.join(''))
  })
})

describe('ending', () => {
  it('flushes a stream of somebody else and leaves it open', async () => {
    const { stream, pieces, done } = slowStream()
    const sink = createSink(stream, 'stdout')
    sink.write('a')
    const ends = sink.end()
    expect(await isSettled(ends)).toBe(false)
    done()
    await nextTurn()
    done()
    await ends
    expect(pieces).toEqual(['a'])
    expect(stream.writableEnded).toBe(false)
    expect(sink.end()).toBe(ends)
  })

  it('flushes what waited for a full stream', async () => {
    const { stream, pieces, done } = slowStream()
    const sink = createSink(stream, 'stdout')
    sink.write('a')
    await nextTurn()
    void sink.write('b')
    const ends = sink.end()
    for (let turn = 0; turn < 4; turn++) {
      done()
      await nextTurn()
    }
    await ends
    expect(pieces).toEqual(['a', 'b'])
  })
})

describe('trouble', () => {
  it.each(['EPIPE', 'ERR_STREAM_DESTROYED'])(
    'a reader that left (%s) is no error and frees who waits',
    async (code) => {
      const { stream, done } = slowStream()
      const sink = createSink(stream, 'stdout')
      sink.write('a')
      await nextTurn()
      const waits = sink.write('b')
      done(failure(code))
      await waits
      expect([sink.gone, sink.error]).toEqual([true, null])
      expect(sink.write('c')).toBeUndefined()
      await sink.end()
    },
  )

  it('a full disk is an error and frees who waits', async () => {
    const { stream, done } = slowStream()
    const sink = createSink(stream, 'report.csv')
    sink.write('a')
    await nextTurn()
    const waits = sink.write('b')
    done(failure('ENOSPC'))
    await waits
    expect(sink.gone).toBe(false)
    expect(sink.error).toMatchObject({ code: 'ENOSPC' })
    await sink.end()
  })

  it('an error of a stream that stays open frees who waits', async () => {
    const { stream, done } = slowStream(false)
    const sink = createSink(stream, 'stdout')
    sink.write('a')
    await nextTurn()
    const waits = sink.write('b')
    done(failure('ENOSPC'))
    await waits
    await sink.end()
    expect(sink.error).toMatchObject({ code: 'ENOSPC' })
  })

  it('an error while it ends is kept, and the end still comes', async () => {
    const { stream, done } = slowStream()
    const sink = createOwnSink(stream, 'report.csv')
    sink.write('a')
    const ends = sink.end()
    await nextTurn()
    done(failure('EIO'))
    await ends
    expect(sink.error).toMatchObject({ code: 'EIO' })
  })

  it.each([false, true])('a stream that was destroyed without a word is gone (closes: %s)', async (closes) => {
    const { stream } = slowStream()
    const sink = (closes ? createOwnSink : createSink)(stream, 'stdout')
    sink.write('a')
    await nextTurn()
    const waits = sink.write('b')
    const ends = sink.end()
    stream.destroy()
    await Promise.all([waits, ends])
    expect([sink.gone, sink.error]).toEqual([true, null])
  })

  it('a stream that was destroyed before the first write is gone', async () => {
    const { stream } = fastStream()
    const sink = createSink(stream, 'stdout')
    stream.destroy()
    sink.write('a')
    await sink.end()
    expect(sink.gone).toBe(true)
  })
})

describe('a file', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sink-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('is emptied when it is opened and whole when it has ended', async () => {
    const path = join(folder, 'report.csv')
    await writeFile(path, 'old')
    const sink = await openFileSink(path)
    expect(await readFile(path, 'utf8')).toBe('')
    for (let at = 0; at < 20_000; at++) await sink.write(`row ${at} é\n`)
    await sink.end()
    const text = await readFile(path, 'utf8')
    expect(text.split('\n')).toHaveLength(20_001)
    expect([sink.name, sink.gone, sink.error]).toEqual([path, false, null])
  })

  it('says which folder is missing', async () => {
    const path = join(folder, 'no', 'report.csv')
    await expect(openFileSink(path)).rejects.toEqual(
      new UsageError(`--output ${path}: no folder ${join(folder, 'no')}`),
    )
  })

  it('says that it is a folder', async () => {
    await expect(openFileSink(folder)).rejects.toThrow(`--output ${folder}: is a folder`)
  })

  it('keeps the error of a full device', async () => {
    const sink = await openFileSink('/dev/full')
    await sink.write('a')
    await sink.end()
    expect(sink.error).toMatchObject({ code: 'ENOSPC' })
  })
})
