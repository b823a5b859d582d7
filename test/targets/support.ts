// What several tests of this room start from.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { onTestFinished } from 'vitest'
import { UsageError } from '../../src/settings/errors.js'
import type { InputFormatName } from '../../src/settings/input-formats.js'
import { type Ask, DEFAULT_ASK, DEFAULT_EXPECT, type Target } from '../../src/settings/target.js'
import { streamSource } from '../../src/targets/byte-source.js'
import { variablesOfList } from '../../src/targets/expand.js'
import type { FetchList } from '../../src/targets/fetched-list.js'
import { openInputs } from '../../src/targets/open-inputs.js'
import type { LineContext } from '../../src/targets/parse-line.js'
import { type LineCounts, type ReadContext, readTargets } from '../../src/targets/read-targets.js'

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

export interface ReadOptions {
  /** The file's name; default `list`. */
  readonly name?: string
  readonly format?: InputFormatName
  readonly columns?: Readonly<Record<string, string>>
  /** Lists behind URLs. */
  readonly lists?: Readonly<Record<string, string | Uint8Array>>
  readonly context?: Partial<ReadContext>
}

/** What came of a list in a file: its targets and all that is said of it. */
export interface ReadList {
  readonly targets: readonly Target[]
  readonly counts: LineCounts
  readonly notices: readonly string[]
  readonly broke: string | null
  /** Lists that were fetched, in order. */
  readonly fetched: readonly string[]
}

/** Reads a list from a file, or from stdin where the name is `-`, or from a URL. Rejects with what `openInputs` says. */
export async function readList(content: string | Uint8Array, options: ReadOptions = {}): Promise<ReadList> {
  const { name = 'list', format = null, columns = {}, lists = {}, context = {} } = options
  const folder = await mkdtemp(join(tmpdir(), 'scrape-status-list-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const isUrl = /^https?:/.test(name)
  const path = name === '-' || isUrl ? name : join(folder, name)
  if (!isUrl && name !== '-') {
    await writeFile(path, content)
    for (const [other, text] of Object.entries(lists)) {
      if (!/^https?:/.test(other)) await writeFile(join(folder, other), text)
    }
  }
  const shown = (text: string) => text.replaceAll(`${folder}/`, '')
  const fetched: string[] = []
  const fetchList: FetchList = async (url) => {
    fetched.push(url)
    const found = url === name ? content : lists[url]
    if (found === undefined) return { source: null, reason: '404 Not Found', isOurs: false }
    return { source: streamSource(Readable.from([Buffer.from(found)])), url }
  }
  try {
    const opened = { stdin: stdinOf(content), columns: new Map(Object.entries(columns)) }
    const inputs = await openInputs([{ name: path, format }], opened)
    const reader = readTargets(inputs, { ...CONTEXT, fetchList, ...context })
    const targets: Target[] = []
    for await (const batch of reader.batches) {
      targets.push(...batch.map((target) => ({ ...target, source: shown(target.source) })))
    }
    const { notices, broke } = reader
    const said = { notices: notices.map(shown), broke: broke === null ? null : shown(broke) }
    return { targets, counts: reader.counts(), ...said, fetched }
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(shown(error.message))
    throw error
  }
}

/** Why a list is refused. */
export async function refusalOf(content: string | Uint8Array, options: ReadOptions = {}): Promise<string> {
  const error = await readList(content, options).then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof UsageError)) throw new Error('the list was read', { cause: error })
  return error.message
}

/** What a test wants to see of a target. */
export const shownTarget = ({ line, input, url, problem, extra }: Target) => ({
  line,
  ...(url === null ? { input, reason: problem!.reason } : { url }),
  ...(extra == null ? {} : { extra }),
})
