// Text out of the program: small writes together in pieces, and a reader that is slower than we are is waited for.
// Never rejects. A reader that left (`| head`) is no error; a full disk is one, and it is kept for the exit code.

import type { Writable } from 'node:stream'
import type { Sink } from '../words/output.js'

/** A piece at most; what a pipe holds on Linux (pipe(7)), so one system call fills it. In characters, near enough. */
const PIECE = 64 * 1024
/** The reader closed its end, or nobody can write here any more: nothing to report. */
const LEFT: ReadonlySet<string | undefined> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'])

/** A sink over a stream that belongs to somebody else (stdout): `end` flushes it and leaves it open. */
export function createSink(stream: Writable, name: string): Sink {
  return new StreamSink(stream, name, flushed)
}

/** A sink over a stream of its own: `end` resolves when it is closed. */
export function createOwnSink(stream: Writable, name: string): Sink {
  return new StreamSink(stream, name, closed)
}

/** A class because a row is a call: no closure stands between the text and its piece. */
class StreamSink implements Sink {
  readonly name: string
  gone = false
  error: Error | null = null
  isUnread = false
  readonly #stream: Writable
  /** How the stream is left when all is written. */
  readonly #leaveStream: typeof flushed | typeof closed
  #pending = ''
  #flushAt: NodeJS.Immediate | null = null
  /** The stream has enough for now. */
  #isFull = false
  /** What writers wait for meanwhile. */
  #room: Room | null = null
  #ended: Promise<void> | null = null
  #onFault: (() => void) | null = null
  /** Pieces that were taken. */
  #taken = 0
  #watch: NodeJS.Timeout | undefined
  readonly #unread = createRoom()
  readonly #flush = (): void => this.#write()
  readonly #countTaken = (): void => {
    this.#taken++
  }

  constructor(stream: Writable, name: string, leaveStream: typeof flushed | typeof closed) {
    this.name = name
    this.#stream = stream
    this.#leaveStream = leaveStream
    // The listener for errors stays for good: an error that comes late must not end the process.
    stream.on('error', (error) => this.#fail(error))
    stream.on('close', () => {
      if (!stream.writableFinished && this.error === null) this.gone = true
      this.#freeWriters()
    })
    stream.on('drain', () => {
      this.#isFull = false
      this.#write()
      if (!this.#isFull) this.#freeWriters()
    })
  }

  write(text: string): Promise<void> | undefined {
    if (this.#isOver() || this.#ended !== null || text === '') return
    this.#pending += text
    if (this.#pending.length >= PIECE) this.#write()
    else this.#flushAt ??= setImmediate(this.#flush)
    if (!this.#isFull) return
    this.#room ??= createRoom()
    return this.#room.promise
  }

  end(): Promise<void> {
    this.#ended ??= this.#end().finally(() => clearInterval(this.#watch))
    return this.#ended
  }

  onFault(listener: () => void): void {
    this.#onFault = listener
    if (this.error !== null) listener()
  }

  hurry(graceMs: number): void {
    let before = this.#taken
    this.#watch ??= setInterval(() => {
      if (this.#stream.writableLength > 0 && this.#taken === before) this.#giveUp()
      before = this.#taken
    }, graceMs).unref()
  }

  #isOver(): boolean {
    return this.gone || this.error !== null
  }

  /** What is pending, as one piece, where the stream takes it. */
  #write(): void {
    if (this.#flushAt !== null) clearImmediate(this.#flushAt)
    this.#flushAt = null
    if (this.#pending === '' || this.#isFull || this.#isOver()) return
    if (this.#stream.destroyed || this.#stream.writableEnded) {
      this.#leave()
      return
    }
    const piece = this.#pending
    this.#pending = ''
    this.#isFull = !this.#stream.write(piece, this.#countTaken)
  }

  async #end(): Promise<void> {
    this.#write()
    while (this.#pending !== '' && !this.#isOver()) {
      this.#room ??= createRoom()
      await this.#room.promise
    }
    if (this.#stream.destroyed && this.error === null) this.#leave()
    if (this.#isOver()) this.#drop()
    else await Promise.race([this.#leaveStream(this.#stream), this.#unread.promise])
  }

  #fail(cause: Error): void {
    if (LEFT.has((cause as NodeJS.ErrnoException).code)) this.gone = true
    else if (this.error === null) {
      this.error = cause
      this.#onFault?.()
    }
    this.#forget()
  }

  /** A stream is destroyed before it says why (`error` waits for the file to be closed), so it is asked. */
  #leave(): void {
    if (this.#stream.errored) {
      this.#fail(this.#stream.errored)
      return
    }
    this.gone = true
    this.#forget()
  }

  #giveUp(): void {
    clearInterval(this.#watch)
    this.isUnread = true
    this.gone = true
    this.#drop()
    this.#forget()
    this.#unread.resolve()
  }

  /** What is our own is not left open. */
  #drop(): void {
    if (this.#leaveStream === closed) this.#stream.destroy()
  }

  #forget(): void {
    this.#pending = ''
    this.#freeWriters()
  }

  #freeWriters(): void {
    const waiting = this.#room
    this.#room = null
    waiting?.resolve()
  }
}

interface Room {
  readonly promise: Promise<void>
  readonly resolve: () => void
}

function createRoom(): Room {
  let resolve!: () => void
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

/** An empty write is called back after all writes before it, with an error too. */
function flushed(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve())
  })
}

function closed(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    stream.once('close', resolve)
    stream.end()
  })
}
