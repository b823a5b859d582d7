// Opens lists that are behind a URL, and those that a sitemap names: by URL, or as a file beside it where the sitemap is
// a file. A list may not lead out of its folder: it may be anybody's.

import { open, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type ByteSource, fileSource, without } from './byte-source.js'
import type { FetchList } from './fetched-list.js'
import type { ListedList, Unreadable } from './formats/input-format.js'
import { ListBytes, type ListBytesOptions } from './list-bytes.js'
import { parseUrl } from './parse-url.js'
import { sniff } from './sniff.js'
import { unpack } from './unpack.js'

/** Where the list is whose references are opened. */
export interface Place {
  /** The URL that it came from; null: from none. */
  readonly base: string | null
  /** The file that it is; null: it is none. */
  readonly file: string | null
}

export interface ListedOptions {
  /** Null: what is behind a URL cannot be read. */
  readonly fetchList: FetchList | null
  readonly signal: AbortSignal
  /** Somebody else wrote the list: files are not read because of it. */
  readonly isUntrusted: boolean
}

/** A list that was fetched, and its start. */
export type FetchedBytes =
  | Unreadable
  | (Omit<ListedList, 'open' | 'name'> & {
      readonly head: Uint8Array
      readonly isWhole: boolean
      close(): Promise<void>
    })

/** Names of files that a list may say: no way up, no drive, no device. */
const FILE = /^(?!.*(?:^|[\\/])\.\.(?:[\\/]|$))[^\\/:][^\\:]*$/

/** A function that opens what the list at `place` names. */
export function openerOf(
  place: Place,
  options: ListedOptions,
): (reference: string) => Promise<ListedList | Unreadable> {
  const breaks = { isStopped: () => options.signal.aborted, onBreak: () => {} }
  return async (reference) => {
    const isUrl = /^(?:[a-z][a-z\d+.-]*:)?\/\//i.test(reference)
    if (!isUrl && place.base === null && place.file !== null) return openFile(reference, place.file, options)
    const parsed = parseUrl(reference, place.base)
    if (parsed.problem !== null) return { reason: parsed.problem.reason, isOurs: false }
    const { fetchList, signal } = options
    if (fetchList === null) return { reason: 'there is nothing to fetch it with', isOurs: true }
    const found = await fetchedBytes(parsed.url, { fetchList, signal, ...breaks })
    if (!('bytes' in found)) return found
    return { ...found, name: reference, open: openerOf({ base: found.base, file: null }, options) }
  }
}

async function openFile(reference: string, list: string, options: ListedOptions): Promise<ListedList | Unreadable> {
  const unreadable = (reason: string): Unreadable => ({ reason, isOurs: false })
  if (options.isUntrusted) return unreadable('a file, not from a list under --untrusted')
  if (!FILE.test(reference)) return unreadable('a file that is not in the folder of its list')
  const name = join(dirname(list), reference)
  let source: ByteSource
  try {
    // What waits for a writer would hold up the run.
    if (!(await stat(name)).isFile()) return unreadable('no file')
    source = fileSource(await open(name))
  } catch (error) {
    return unreadable(`no file ${name} (${(error as NodeJS.ErrnoException).code})`)
  }
  const found = await begun(source, { isStopped: () => options.signal.aborted, onBreak: () => {} })
  if (!('bytes' in found)) return found
  return { ...found, name, base: null, open: openerOf({ base: null, file: name }, options) }
}

type FetchOptions = Omit<ListBytesOptions, 'open'> & {
  readonly fetchList: FetchList
  readonly signal: AbortSignal
}

/** Fetches a list and looks at its start. */
export async function fetchedBytes(url: string, { fetchList, signal, ...breaks }: FetchOptions): Promise<FetchedBytes> {
  const fetched = await fetchList(url, signal)
  if (fetched.source === null) return fetched
  const found = await begun(fetched.source, breaks)
  return 'bytes' in found ? { ...found, base: fetched.url } : found
}

/** The bytes of a list, and how they are read. */
async function begun(source: ByteSource, breaks: Omit<ListBytesOptions, 'open'>): Promise<FetchedBytes> {
  const { head, isWhole, source: whole } = await unpack(source, () => false)
  const sniffed = sniff(head)
  if (sniffed.binary !== null) {
    await whole.close()
    return { reason: `it is ${sniffed.binary}`, isOurs: false }
  }
  const bytes = new ListBytes({ open: async () => without(sniffed.bomBytes, whole), ...breaks })
  return { bytes, encoding: sniffed.encoding, base: null, head, isWhole, close: () => whole.close() }
}
