// What several tests of this room start from.

import { Readable } from 'node:stream'
import { SUCCESSFUL } from '../../src/status-set.js'
import type { LineContext } from '../../src/targets/parse-line.js'
import type { Ask, Target } from '../../src/types.js'

export const ASK: Ask = Object.freeze({
  method: 'GET',
  timeoutMs: 10_000,
  connectTimeoutMs: null,
  follow: true,
  maxRedirects: 20,
  headers: [],
  user: null,
  insecure: false,
})

export const CONTEXT: LineContext = {
  ask: ASK,
  expect: { accept: SUCCESSFUL, acceptIsExplicit: false },
  env: { TOKEN: 's3cret', EMPTY: '' },
}

export function target(change: Partial<Target>): Target {
  const plain = { index: 0, line: 1, source: '-', input: '', url: 'https://example.com/', host: 'example.com' }
  return { ...plain, problem: null, ask: CONTEXT.ask, expect: CONTEXT.expect, ...change }
}

/** A stdin that hands out exactly these chunks, one a read. */
export function stdinOf(...chunks: (string | Uint8Array)[]): Readable {
  return Readable.from(
    chunks.map((chunk) => Buffer.from(chunk)),
    { objectMode: true, highWaterMark: 1 },
  )
}
