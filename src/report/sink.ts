// Text out of the program: small writes together in pieces, and a reader that is slower than we are is waited for.
// Never rejects. A reader that left (`| head`) is no error; a full disk is one, and it is kept for the exit code.

import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Writable } from 'node:stream'
import { UsageError } from '../settings/errors.js'
import type { Sink } from '../words/output.js'
import { openPipe } from './open-pipe.js'

/** A piece at most; what a pipe holds on Linux (pipe(7)), so one system call fills it. In characters, near enough. */
const PIECE = 64 * 1024
/** The reader closed its end, or nobody can write here any more: nothing to report. */
const LEFT: ReadonlySet<string | undefined> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'])

/**
 * A sink over a stream that belongs to somebody else (stdout): `end` flushes it and leaves it open. With `closes` the
 * stream is the sink's own, and `end` resolves when it is closed.
 */
export function createSink(stream: Writable, name: string, closes = false): Sink {
  let pending = ''
  let flushAt: NodeJS.Immediate | null = null
  let isFull = false
  let room: { readonly promise: Promise<void>; readonly resolve: () => void } | null = null
  let gone = false
  let error: Error | null = null
  let ended: Promise<void> | null = null
  let onFault: (() => void) | null = null
  /** Pieces that were taken. */
  let taken = 0
  let watch: NodeJS.Timeout | undefined
  let isUnread = false
  const unread = createRoom()

  const freeWriters = (): void => {
    const waiting = room
    room = null
    waiting?.resolve()
  }
  const fail = (cause: Error): void => {
    if (LEFT.has((cause as NodeJS.ErrnoException).code)) gone = true
    else if (error === null) {
      error = cause
      onFault?.()
    }
    pending = ''
    freeWriters()
  }
  /** A stream is destroyed before it says why (`error` waits for the file to be closed), so it is asked. */
  const leave = (): void => {
    if (stream.errored) fail(stream.errored)
    else {
      gone = true
      pending = ''
      freeWriters()
    }
  }
  const countTaken = (): void => {
    taken++
  }
  const giveUp = (): void => {
    clearInterval(watch)
    isUnread = true
    gone = true
    pending = ''
    if (closes) stream.destroy()
    freeWriters()
    unread.resolve()
  }
  const flush = (): void => {
    if (flushAt !== null) clearImmediate(flushAt)
    flushAt = null
    if (pending === '' || isFull || gone || error !== null) return
    if (stream.destroyed || stream.writableEnded) {
      leave()
      return
    }
    const piece = pending
    pending = ''
    isFull = !stream.write(piece, countTaken)
  }

  // The listener for errors stays for good: an error that comes late must not end the process.
  stream.on('error', fail)
  stream.on('close', () => {
    if (!stream.writableFinished && error === null) gone = true
    freeWriters()
  })
  stream.on('drain', () => {
    isFull = false
    flush()
    if (!isFull) freeWriters()
  })

  return {
    name,
    get gone() {
      return gone
    },
    get error() {
      return error
    },
    get isUnread() {
      return isUnread
    },
    onFault(listener) {
      onFault = listener
      if (error !== null) listener()
    },
    hurry(graceMs) {
      let before = taken
      watch ??= setInterval(() => {
        if (stream.writableLength > 0 && taken === before) giveUp()
        before = taken
      }, graceMs).unref()
    },
    write(text) {
      if (gone || error !== null || ended !== null || text === '') return
      pending += text
      if (pending.length >= PIECE) flush()
      else flushAt ??= setImmediate(flush)
      if (!isFull) return
      room ??= createRoom()
      return room.promise
    },
    end() {
      ended ??= (async () => {
        flush()
        while (pending !== '' && !gone && error === null) {
          room ??= createRoom()
          await room.promise
        }
        if (stream.destroyed && error === null) leave()
        if (gone || error !== null) {
          if (closes) stream.destroy()
          return
        }
        await Promise.race([closes ? closed(stream) : flushed(stream), unread.promise])
      })().finally(() => clearInterval(watch))
      return ended
    },
  }
}

/** A named pipe, once somebody reads it; rejects with the signal's reason where that wait has to end. */
export async function openPipeSink(
  path: string,
  { flag, signal }: { readonly flag: string; readonly signal: AbortSignal | undefined },
): Promise<Sink> {
  try {
    return createSink(await openPipe(path, signal), path, true)
  } catch (cause) {
    signal?.throwIfAborted()
    throw new UsageError(`${flag} ${path}: ${whyNotWritten(path, (cause as NodeJS.ErrnoException).code)}`, { cause })
  }
}

/** A file, truncated and open before anything is requested; a `UsageError` that names the flag says why it cannot be. */
export async function openFileSink(path: string, flag = '--output'): Promise<Sink> {
  try {
    const file = await open(path, 'w')
    return createSink(file.createWriteStream(), path, true)
  } catch (cause) {
    throw new UsageError(`${flag} ${path}: ${whyNotWritten(path, (cause as NodeJS.ErrnoException).code)}`, { cause })
  }
}

function createRoom(): { promise: Promise<void>; resolve: () => void } {
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

/** Why a file cannot be opened for writing, in the words of a message, by the code of the system. */
export function whyNotWritten(path: string, code: string | undefined): string {
  switch (code) {
    case 'ENOENT':
      return `no folder ${dirname(path)}`
    case 'ENOTDIR':
      return `${dirname(path)} is not a folder`
    case 'EISDIR':
      return 'is a folder'
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `cannot be written (${code})`
    default:
      return `cannot be opened (${code ?? 'unknown'})`
  }
}

const FULL: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file may not be larger',
}

/** What went wrong in writing, as a message says it. */
export function whyWritingFailed(error: Error): string {
  if (error instanceof UsageError) return error.message
  const { code = error.name } = error as NodeJS.ErrnoException
  return `${FULL[code] ?? 'cannot be written'} (${code})`
}
