// Opens an earlier report, however it was written and brought here: an editor's byte order mark, the UTF-16 of PowerShell's
// `>`, a named pipe from `<(xzcat …)`, gzip.

import { UsageError } from '../settings/errors.js'
import { withHead } from '../targets/byte-source.js'
import { gunzip, isGzip } from '../targets/gunzip.js'
import { openBytes } from '../targets/open-inputs.js'
import { mayBecomeBom, sniff } from '../targets/sniff.js'
import type { RowBytes } from './read-rows.js'

/**
 * The bytes of the file. Rejects with what the system says, with a `UsageError` beginning with `flag` for what is packed,
 * and with the signal's reason where the wait for a pipe has to end.
 */
export async function openRows(path: string, flag: string, signal?: AbortSignal): Promise<RowBytes> {
  let source = await openBytes(path)
  const stop = () => void source.close()
  if (signal?.aborted) stop()
  signal?.addEventListener('abort', stop)
  const close = async () => {
    signal?.removeEventListener('abort', stop)
    await source.close()
  }
  const next = async () => {
    const chunk = await source.read().catch((error: unknown) => {
      signal?.throwIfAborted()
      throw error
    })
    signal?.throwIfAborted()
    return chunk
  }
  const readHead = async () => {
    let head: Uint8Array = new Uint8Array(0)
    while (head.length === 0 || mayBecomeBom(head) || isStartOfGzip(head)) {
      const chunk = await next()
      if (chunk === null) break
      head = Buffer.concat([head, chunk])
    }
    return head
  }
  try {
    let head = await readHead()
    const isPacked = isGzip(head)
    if (isPacked) {
      source = gunzip(withHead(head, source), { mayBeCut: true })
      head = await readHead()
    }
    const found = sniff(head)
    if (found.binary !== null && found.unpack !== null) {
      throw new UsageError(`${flag} ${path}: that is ${found.binary}; try: ${flag} <(${found.unpack} ${path})`)
    }
    // NUL bytes are what a crash of the machine leaves at the end of a file: they are no row, and that is all.
    const { encoding, bomBytes } = found.binary === null ? found : ({ encoding: 'utf-8', bomBytes: 0 } as const)
    let first: Uint8Array | null = head.subarray(bomBytes)
    const read = async () => {
      const chunk = first
      first = null
      return chunk !== null && chunk.length > 0 ? chunk : next()
    }
    return { encoding, bomBytes, isPacked, read, close }
  } catch (error) {
    await close()
    throw error
  }
}

function isStartOfGzip(head: Uint8Array): boolean {
  return head.length === 1 && head[0] === 0x1f
}
