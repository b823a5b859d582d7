// What several tests of this room start from.

import { Readable } from 'node:stream'
import type { Ask, Target } from '../../src/settings/target.js'
import { DEFAULT_ASK, DEFAULT_EXPECT } from '../../src/settings/target.js'
import { variablesOfList } from '../../src/targets/expand.js'
import type { LineContext } from '../../src/targets/parse-line.js'

export const ASK: Ask = DEFAULT_ASK

/** Of these, lists may read the first two. */
export const ENV = { TOKEN: 's3cret', EMPTY: '', NPM_TOKEN: 'n0t' }

export const CONTEXT: LineContext = {
  ask: ASK,
  expect: DEFAULT_EXPECT,
  skip: null,
  variables: variablesOfList(['TOKEN', 'EMPTY'], ENV),
  settingsOf: null,
}

export function target(change: Partial<Target>): Target {
  const plain = { index: 0, line: 1, source: '-', input: '', url: 'https://example.com/', host: 'example.com' }
  return { ...plain, problem: null, ask: CONTEXT.ask, expect: CONTEXT.expect, skip: null, ...change }
}

/** A stdin that hands out exactly these chunks, one a read. */
export function stdinOf(...chunks: (string | Uint8Array)[]): Readable {
  return Readable.from(
    chunks.map((chunk) => Buffer.from(chunk)),
    { objectMode: true, highWaterMark: 1 },
  )
}
