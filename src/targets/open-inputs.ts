// Opens every input before anything is asked, so that a wrong name is one line and exit 2. Regular files are closed again
// after a look at their start: a thousand of them need no thousand descriptors.

import { closeSync, constants, openSync } from 'node:fs'
import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import { basename, dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { isatty, ReadStream } from 'node:tty'
import { UsageError } from '../settings/errors.js'
import { hideSecrets } from '../words/hide-secrets.js'
import { nearest } from '../words/nearest.js'
import type { InputFormatName } from './formats/index.js'
import { mayBecomeBom, SNIFF_BYTES, sniff } from './sniff.js'
import type { Encoding } from './split-lines.js'

/** Bytes, asked for chunk by chunk; null at the end. A chunk is only valid until the next `read`. */
export interface ByteSource {
  /** Rejects with what the system says (`EIO`) when reading breaks. */
  read(): Promise<Uint8Array | null>
  /** Lets a pending `read` end; never rejects. */
  close(): Promise<void>
}

/** A URL given as an argument. */
export interface UrlInput {
  readonly kind: 'url'
  readonly text: string
}

/** A file, pipe or stdin (`-`) whose start has been looked at. */
export interface ListInput {
  readonly kind: 'list'
  readonly name: string
  readonly format: InputFormatName
  readonly encoding: Encoding
  /** A sentence about an encoding that was guessed; null when nothing was. */
  readonly notice: string | null
  /** Starts behind the byte order mark. Called once. */
  open(): Promise<ByteSource>
  /** Lets go of what was opened and is not wanted any more; never rejects. */
  close(): Promise<void>
}

export type Input = UrlInput | ListInput

export interface OpenOptions {
  /** Touched only when `-` is among the names. */
  readonly stdin: Readable
  /** Ends the wait for what comes from a pipe; then `openInputs` rejects with its reason. Default: it may last. */
  readonly signal?: AbortSignal
}

/**
 * Opens files, URLs (`http://`, `https://`) and `-`, in this order, and looks at the first 64 KiB of each; of a pipe at
 * what comes first, which it waits for. Throws a `UsageError` of one line, with everything closed again, for what is
 * missing, a directory, unreadable, binary, or `-` given twice.
 */
export async function openInputs(names: readonly string[], options: OpenOptions): Promise<readonly Input[]> {
  if (names.indexOf('-') !== names.lastIndexOf('-')) throw new UsageError('- is given twice; stdin can be read once')
  const inputs: Input[] = []
  try {
    for (const name of names) {
      inputs.push(await openInput(name, options))
      options.signal?.throwIfAborted()
    }
  } catch (error) {
    await closeInputs(inputs)
    throw error
  }
  return inputs
}

/** Closes what `openInputs` opened, where `readTargets` is not going to. */
export async function closeInputs(inputs: readonly Input[]): Promise<void> {
  for (const input of inputs) if (input.kind === 'list') await input.close()
}

/** Bytes of a file or a named pipe, whatever they are. Rejects with what the system says. */
export async function openBytes(name: string): Promise<ByteSource> {
  const waiting = await openWaiting(name)
  return waiting === null ? fileSource(await open(name)) : streamSource(waiting)
}

async function openInput(name: string, { stdin, signal }: OpenOptions): Promise<Input> {
  if (/^https?:\/\//i.test(name)) return { kind: 'url', text: name }
  if (name === '-') return openStream(name, streamSource(stdin), signal)
  try {
    const waiting = await openWaiting(name)
    return waiting === null ? await openFile(name, signal) : await openStream(name, streamSource(waiting), signal)
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(await whyNotOpened(name, error as NodeJS.ErrnoException), { cause: error })
  }
}

/**
 * What somebody may have to write or type first, as a stream; null for all else. An open that waits for a writer, or a
 * read that waits for a key, holds a thread of Node's that nothing frees: with it the process could not end.
 */
async function openWaiting(name: string): Promise<Readable | null> {
  const stats = await stat(name)
  if (!stats.isFIFO() && !stats.isCharacterDevice()) return null
  const fd = openSync(name, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  if (stats.isFIFO()) return new Socket({ fd, readable: true, writable: false })
  if (isatty(fd)) return new ReadStream(fd)
  closeSync(fd)
  return null
}

async function openFile(name: string, signal: AbortSignal | undefined): Promise<ListInput> {
  const handle = await open(name)
  const source = fileSource(handle)
  const stats = await handle.stat()
  if (!stats.isFile()) {
    if (!stats.isDirectory()) return openStream(name, source, signal)
    await source.close()
    throw new UsageError(`${name} is a directory; name the files in it`)
  }
  let head: Uint8Array
  try {
    head = await readHead(source)
  } finally {
    await source.close()
  }
  const { encoding, bomBytes, notice } = look(name, head)
  const reopen = async () => fileSource(await open(name), bomBytes)
  return { kind: 'list', name, format: 'text', encoding, notice, open: reopen, close: async () => {} }
}

/** What can be read once: the head stays in hand. */
async function openStream(name: string, source: ByteSource, signal: AbortSignal | undefined): Promise<ListInput> {
  let broke: unknown = null
  const stop = () => void source.close()
  if (signal?.aborted) stop()
  signal?.addEventListener('abort', stop)
  const head = await readHead(source).catch((error: unknown) => {
    broke = error ?? new Error('the stream broke')
    return new Uint8Array(0)
  })
  signal?.removeEventListener('abort', stop)
  try {
    const { encoding, bomBytes, notice } = look(name, head)
    const whole = withHead(head.subarray(bomBytes), source, broke)
    return { kind: 'list', name, format: 'text', encoding, notice, open: async () => whole, close: source.close }
  } catch (error) {
    await source.close()
    throw error
  }
}

/** One read, or a few where a byte order mark comes in pieces. */
async function readHead(source: ByteSource): Promise<Uint8Array> {
  let head = new Uint8Array(0)
  while (head.length === 0 || mayBecomeBom(head)) {
    const chunk = await source.read()
    if (chunk === null) break
    head = Buffer.concat([head, chunk])
  }
  return head
}

function look(name: string, head: Uint8Array): { encoding: Encoding; bomBytes: number; notice: string | null } {
  const sniffed = sniff(head)
  const shown = name === '-' ? 'stdin' : name
  if (sniffed.binary === null) {
    const notice = sniffed.guessed ? `${shown} is read as UTF-16, though it has no byte order mark` : null
    return { encoding: sniffed.encoding, bomBytes: sniffed.bomBytes, notice }
  }
  const file = name === '-' ? '' : ` ${name}`
  const hint = sniffed.unpack === null ? '' : `; try: ${sniffed.unpack}${file} | scrape-status`
  throw new UsageError(`${shown} is ${sniffed.binary}, not a list of URLs${hint}`)
}

/** Reads a file from its start through one buffer, without its first `skip` bytes. */
function fileSource(handle: FileHandle, skip = 0): ByteSource {
  const buffer = Buffer.allocUnsafeSlow(SNIFF_BYTES)
  let toSkip = skip
  const read = async () => {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, null)
    const from = Math.min(toSkip, bytesRead)
    toSkip -= from
    return bytesRead === 0 ? null : buffer.subarray(from, bytesRead)
  }
  return { read, close: () => handle.close().catch(() => {}) }
}

function streamSource(stream: Readable): ByteSource {
  const iterator = stream[Symbol.asyncIterator]()
  const read = async () => {
    const { value, done } = await iterator.next()
    if (done) return null
    return typeof value === 'string' ? Buffer.from(value) : (value as Uint8Array)
  }
  const close = async () => {
    // A stream that is destroyed in the middle says so once more to whoever listens: nobody does any more.
    stream.on('error', () => {}).destroy()
  }
  return { read, close }
}

function withHead(head: Uint8Array, rest: ByteSource, broke: unknown): ByteSource {
  let first: Uint8Array | null = head.length === 0 ? null : head
  const read = async () => {
    const chunk = first
    first = null
    if (chunk !== null) return chunk
    if (broke !== null) throw broke
    return rest.read()
  }
  return { read, close: rest.close }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  ELOOP: 'a circle of links',
  EISDIR: 'a directory',
  EIO: 'input/output error',
}

async function whyNotOpened(written: string, error: NodeJS.ErrnoException): Promise<string> {
  // What was meant as a URL may hold a password.
  const name = written.includes(':') ? hideSecrets(written, 'invalid') : written
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') {
    const code = error.code ?? error.message
    return `cannot read ${name}: ${REASONS[code] ? `${REASONS[code]} (${code})` : code}`
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name)) return `no file ${name}; only http:// and https:// can be asked`
  if (looksLikeHost(name))
    return `no file ${name}; for the web: ${/^localhost\b/i.test(name) ? 'http' : 'https'}://${name}`
  const near = nearest(basename(name), await readdir(dirname(name)).catch(() => []))
  return `no file ${name}${near === null ? '' : `; did you mean ${name.slice(0, name.length - basename(name).length)}${near}?`}`
}

const LIST_ENDING = /\.(?:te?xt?|[ct]sv|jsonl?|ndjson|li?st|log|urls?|links?|x?html?|xml|ya?ml|gz|zip)$/i

function looksLikeHost(name: string): boolean {
  if (/^localhost(?::\d+)?(?:\/|$)/i.test(name)) return true
  return /^(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#]|$)/i.test(name) && !LIST_ENDING.test(name)
}
