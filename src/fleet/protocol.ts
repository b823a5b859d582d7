// What a run and its workers say to each other through Redis, and under which names. The number in the names is the
// protocol: those of another one never see each other's jobs.

import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'

/** BullMQ's queue. */
export const QUEUE = 'scrape-status-1'
/** Where BullMQ keeps it. */
export const PREFIX = 'bull'
/** Slices that a worker asks at once: while one is down to its slowest host, the other one has work. */
export const AT_ONCE = 2
/** How long rows wait for a run that went away, s. */
export const ROWS_KEPT_S = 86_400
/** How long the run's own numbers are kept, s: longer than its rows. */
export const RUN_KEPT_S = 7 * 86_400
/** In how many parts a run's hosts are; all URLs of a host are in one (`shardOf`), so parts of shards are parts too. */
export const PARTS = 256

/** A line that a worker asks, as it is written; `$NAME` stays as it is. */
export type Sent = readonly [index: number, line: number | null, raw: string]

/** Flags and what a configuration says, as they are written, and the PEM files that they name. */
export interface Written {
  readonly flags: readonly string[]
  /** The text of the file without what is not for workers; null: none. */
  readonly config: string | null
  /** By path. */
  readonly files: Readonly<Record<string, string>>
}

/** The data of a job: lines that one worker asks, and nobody else asks their hosts meanwhile. */
export interface Slice {
  readonly run: string
  /** The parts whose hosts these are. */
  readonly parts: readonly number[]
  readonly gently: boolean
  /** How many share what a gentle pass may ask at once. */
  readonly among: number
  /** How often such lines came back because a worker had no network. */
  readonly fruitless: number
  readonly written: Written
  readonly targets: readonly Sent[]
}

/** What a worker found out. */
export interface Answer {
  /** Verdicts without secrets, as `packRows` makes them. */
  readonly rows: string
  /** The indexes of lines that were not asked. */
  readonly rest: readonly number[]
  /** The worker had no network. */
  readonly isFruitless: boolean
}

/** The keys beside BullMQ's own. */
export const keys = {
  /** Who works on the run. */
  run: (run: string) => `${QUEUE}:run:${run}`,
  /** The ids of its jobs. */
  jobs: (run: string) => `${QUEUE}:jobs:${run}`,
  /** Set where nothing of it is wanted any more. */
  stop: (run: string) => `${QUEUE}:stop:${run}`,
  /** What was found out by a job. */
  rows: (job: string) => `${QUEUE}:rows:${job}`,
  /** BullMQ's: the hash of a job, `completed`, `failed`, `ID:lock`. */
  bull: (name: string) => `${PREFIX}:${QUEUE}:${name}`,
}

const pack = promisify<Buffer, { level: number }, Buffer>(gzip)
const unpack = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip)
/** A slice has 5,000 rows, of some KB at most. */
const MOST_BYTES = 2 ** 28

export async function packAnswer({ rows, rest, isFruitless }: Answer): Promise<Buffer> {
  return pack(Buffer.from(JSON.stringify([rest, isFruitless, rows])), { level: 1 })
}

/** Rejects where this is no answer of ours. */
export async function unpackAnswer(packed: Buffer): Promise<Answer> {
  const found: unknown = JSON.parse((await unpack(packed, { maxOutputLength: MOST_BYTES })).toString())
  const [rest, isFruitless, rows] = Array.isArray(found) ? found : []
  const isOurs = Array.isArray(rest) && typeof isFruitless === 'boolean' && typeof rows === 'string'
  if (!isOurs) throw new Error('no answer of a worker')
  return { rows, rest, isFruitless }
}
