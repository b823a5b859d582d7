// One hop: what is asked, what comes of it, and the parts that work on it.

import type { Stop } from '../../words/limits.js'
import type { Method } from '../../words/method.js'
import type { BodySearch, TlsFacts } from '../../words/reply.js'
import type { Deadline } from '../wire/deadline.js'
import type { Failure } from '../wire/exchange-error.js'
import type { Origin } from '../wire/origin.js'
import type { KeepBody } from './body-reader.js'
import type { Decoders } from './decoders.js'
import type { Transport } from './transport.js'

/** One hop of a URL. */
export interface HopRequest {
  readonly origin: Origin
  /** Path and query; the whole URL for a plain proxy. */
  readonly path: string
  readonly method: Method
  /** Name, value, name, value. */
  readonly headers: readonly string[]
  /** What is left of the attempt's budget, ms. */
  readonly budgetMs: number
  /** The whole budget, for messages. */
  readonly timeoutMs: number
  /** For connecting alone, ms; null: no bound of its own. */
  readonly connectTimeoutMs: number | null
  /** Asked when the answer is complete: is there more work for this connection? */
  readonly keepAlive: (status: number) => boolean
  /** A text to look for in the body of an answer for which `isWanted`; null: bodies are only drained. */
  readonly search: BodyRequest | null
  /** Whether the dates of the whole certificate chain are asked for. Default false. */
  readonly readsChain?: boolean
  /** Told when a new connection stands, long before its answer. */
  readonly reached?: ((hostname: string, remoteAddress: string) => void) | undefined
  /** Where to register what has to stop when the run stops; null: nothing stops it. */
  readonly stop: Stop | null
}

/** What is wanted of a body; then the body is part of the answer, and its loss is a failure. */
export interface BodyRequest {
  /** Is looked for. */
  readonly text: string
  /** Takes the body as it comes, encodings included, instead of a search; every answer has its own. Default: none. */
  readonly keep?: KeepBody
  readonly isWanted: (status: number, headers: readonly Buffer[]) => boolean
}

/** What a hop brought: an answer's head, or a failure. Times in ms. */
export interface HopResult {
  readonly failure: Failure | null
  /** 0 when there is a failure. */
  readonly status: number
  readonly statusText: string
  /** Name, value, name, value; bytes as received. */
  readonly rawHeaders: readonly Buffer[]
  readonly httpVersion: string | null
  readonly bodyBytes: number
  /** What came of the search in the body; null where there was none. */
  readonly body: BodySearch | null
  readonly remoteAddress: string | null
  readonly tls: TlsFacts | null
  readonly dnsMs: number | null
  readonly connectMs: number | null
  readonly tlsMs: number | null
  readonly firstByteMs: number | null
  /** From the start until the head, or until the failure. */
  readonly elapsedMs: number
  /** Seen by our own reader after the parser had refused. */
  readonly secondLook: boolean
}

/** A hop that brought nothing. */
export const NO_ANSWER: HopResult = Object.freeze({
  failure: null,
  status: 0,
  statusText: '',
  rawHeaders: [],
  httpVersion: null,
  bodyBytes: 0,
  body: null,
  remoteAddress: null,
  tls: null,
  dnsMs: null,
  connectMs: null,
  tlsMs: null,
  firstByteMs: null,
  elapsedMs: 0,
  secondLook: false,
})

/** The parts of the HTTP room that an exchange works with. */
export interface ExchangeParts {
  readonly transport: Transport
  readonly deadline: Deadline
  readonly decoders: Decoders
  now(): number
}
