// A client whose limiter, policies and schedule are the real ones, on a clock and a network that are made.

import type { Client } from '../../src/ask/client.js'
import { clientOf, type Engine, learningWith } from '../../src/ask/engine.js'
import { createLimiter, type LimiterOptions } from '../../src/flow/limiter.js'
import { stopOf } from '../../src/flow/stop.js'
import { createSplitUrl } from '../../src/http/wire/split-url.js'
import { DEFAULT_ASK } from '../../src/settings/target.js'
import type { Internet } from './internet.js'
import type { Network } from './network.js'
import type { VirtualTime } from './virtual-time.js'

export interface Made {
  readonly network: Network
  readonly time: VirtualTime
  readonly concurrency?: number
}

/** `concurrency`: of one among several; default: the internet's. */
export function simulatedClient(
  { options }: Internet,
  { network, time, concurrency = options.concurrency }: Made,
): Client {
  const closing = new AbortController()
  const limits: LimiterOptions = {
    concurrency,
    perHost: options.perHost,
    now: time.now,
    wait: (ms) => time.wait(ms, stopOf(closing.signal)),
    isOver: () => closing.signal.aborted,
  }
  const limiter = createLimiter(limits)
  const nothing = { own: [], foreign: [] }
  const made = {
    ask: { ...DEFAULT_ASK, retries: options.retries },
    limiter,
    limits,
    shareQuestions() {},
    learning: learningWith(limiter, time),
    exchange: network.exchange,
    parts: { transport: { close() {} }, deadline: { stalledMs: () => 0 } },
    proxyFor: () => null,
    // A machine whose network, clock and resolver are well: what it lacks is made by the script.
    machine: { earliestMs: () => 0, hasNetwork: () => true },
    resolver: { zoneExists: async () => 'exists', hasFound: () => false },
    hasCertificate: false,
    headersOf: () => nothing,
    splitUrl: createSplitUrl(),
    closed: stopOf(closing.signal),
    time,
  }
  // What lies below an exchange is not there.
  return clientOf(made as unknown as Engine, async () => closing.abort())
}
