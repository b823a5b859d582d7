// Opens every input before anything is asked, so that a wrong name is one line and exit 2. Regular files are closed again
// after a look at their start: a thousand of them need no thousand descriptors. What has to be fetched is fetched when its
// turn comes.

import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { isatty, ReadStream } from 'node:tty'
import { UsageError } from '../settings/errors.js'
import type { InputFormatName } from '../settings/input-formats.js'
import { type ByteSource, fileSource, streamSource, without } from './byte-source.js'
import type { ChosenColumns } from './chosen-columns.js'
import type { ReadTargets } from './formats/input-format.js'
import { type InputRequest, isAsked, isFetched } from './input-request.js'
import { isEnough, type Known, lookAt } from './look-at.js'
import { refuseNamesOfFiles } from './names-of-files.js'
import type { Encoding } from './split-lines.js'
import { unpack, unpackAgain } from './unpack.js'
import { whyNotOpened } from './why-not-opened.js'

const STDIN = 0

/** A URL given as an argument. */
export interface UrlInput {
  readonly kind: 'url'
  readonly text: string
}

/** A list behind a URL, which nobody has looked at yet. */
export interface FetchedInput {
  readonly kind: 'fetched'
  /** Its URL. */
  readonly name: string
  readonly format: InputFormatName
  readonly columns: ChosenColumns
}

/** A file, pipe or stdin (`-`) whose start has been looked at. */
export interface ListInput {
  readonly kind: 'list'
  readonly name: string
  readonly format: InputFormatName
  readonly encoding: Encoding
  /** A sentence about an encoding that was guessed; null when nothing was. */
  readonly notice: string | null
  /** How its targets are read. */
  readonly read: ReadTargets
  /** Whether `open` can be called again, and leads to no other lists. */
  readonly isRepeatable: boolean
  /** Of a file that is not packed; null: nobody knows before its end. */
  readonly bytes: number | null
  /** Starts behind the byte order mark, without gzip around it. */
  open(): Promise<ByteSource>
  /** Lets go of what was opened and is not wanted any more; never rejects. */
  close(): Promise<void>
}

export type Input = UrlInput | FetchedInput | ListInput

export interface OpenOptions {
  /** Touched only when `-` is among the names. */
  readonly stdin: Readable
  /** Which columns hold what. */
  readonly columns: ChosenColumns
  /** Ends the wait for what comes from a pipe; then `openInputs` rejects with its reason. Default: it may last. */
  readonly signal?: AbortSignal
}

/**
 * Opens files, URLs (`http://`, `https://`) and `-`, in this order, and looks at the first 64 KiB of each; of a pipe at
 * what comes first, which it waits for. Throws a `UsageError` of one line, with everything closed again, for what is
 * missing, a directory, unreadable, binary, no list of its format, or `-` given twice.
 */
export async function openInputs(requests: readonly InputRequest[], options: OpenOptions): Promise<readonly Input[]> {
  if (requests.filter(({ name }) => name === '-').length > 1)
    throw new UsageError('- is given twice; stdin can be read once')
  const inputs: Input[] = []
  try {
    for (const request of requests) {
      inputs.push(await openInput(request, options))
      options.signal?.throwIfAborted()
    }
    if (options.columns.size > 0 && !inputs.some(hasColumns))
      throw new UsageError('--column: no input is CSV, TSV, JSON or NDJSON; to say that one is: csv=FILE')
  } catch (error) {
    await closeInputs(inputs)
    throw error
  }
  return inputs
}

function hasColumns(input: Input): boolean {
  return input.kind !== 'url' && input.format !== 'text' && input.format !== 'sitemap'
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

async function openInput(request: InputRequest, { stdin, columns, signal }: OpenOptions): Promise<Input> {
  const { name, format } = request
  if (isAsked(request)) return { kind: 'url', text: name }
  if (isFetched(request)) return { kind: 'fetched', name, format: format!, columns }
  const known: Known = { name, format, columns }
  if (name === '-') return openStream(known, streamSource(stdin), signal)
  try {
    const waiting = await openWaiting(name)
    return waiting === null ? await openFile(known, signal) : await openStream(known, streamSource(waiting), signal)
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

async function openFile(known: Known, signal: AbortSignal | undefined): Promise<ListInput> {
  const { name } = known
  const handle = await open(name)
  const source = fileSource(handle)
  const stats = await handle.stat()
  if (!stats.isFile()) {
    if (!stats.isDirectory()) return openStream(known, source, signal)
    await source.close()
    throw new UsageError(`${name} is a directory; name the files in it`)
  }
  const begun = await unpack(source, () => false)
  await begun.source.close()
  if (begun.broke !== null && begun.head.length === 0) throw begun.broke
  const { bomBytes, ...looked } = lookAt(known, begun.head, begun.isWhole)
  const reopen = async () => without(bomBytes, unpackAgain(fileSource(await open(name)), begun.layers))
  return {
    kind: 'list',
    name,
    ...looked,
    isRepeatable: looked.format !== 'sitemap',
    bytes: begun.layers === 0 ? stats.size : null,
    open: reopen,
    close: async () => {},
  }
}

/** What can be read once: the head stays in hand. */
async function openStream(known: Known, source: ByteSource, signal: AbortSignal | undefined): Promise<ListInput> {
  const stop = () => void source.close()
  if (signal?.aborted) stop()
  signal?.addEventListener('abort', stop)
  const begun = await unpack(source, (head) => isEnough(known, head))
  signal?.removeEventListener('abort', stop)
  try {
    if (known.name === '-' && begun.head.length === 0 && isDirectory(STDIN)) {
      throw new UsageError('stdin is a directory; name the files in it')
    }
    if (known.name === '-') refuseNamesOfFiles(begun.head)
    const { bomBytes, ...looked } = lookAt(known, begun.head, begun.isWhole)
    const whole = without(bomBytes, begun.source)
    const { name } = known
    return {
      kind: 'list',
      name,
      ...looked,
      isRepeatable: false,
      bytes: null,
      open: async () => whole,
      close: () => begun.source.close(),
    }
  } catch (error) {
    await begun.source.close()
    throw error
  }
}

/** Of a directory Node makes a stream that ends at once. */
function isDirectory(fd: number): boolean {
  try {
    return fstatSync(fd).isDirectory()
  } catch {
    return false
  }
}
