// What surrounds all attempts of a pass, and those of `fetchStatus`: made once, so that a URL costs nothing for it.

import type { BodyRequest, HopResult } from '../http/exchange/hop-request.js'
import type { Breaker } from '../policies/breaker.js'
import type { Stop } from '../words/limits.js'
import type { Engine } from './engine.js'

export interface Surroundings {
  readonly engine: Engine
  readonly stop: Stop | null
  /** First attempts are given their permit. Then one that has none is of a URL begun before, and goes before all others. */
  readonly givesPermits: boolean
  /** Asked at the end of each hop: is there other work for this origin? */
  readonly keepAlive: (origin: string) => boolean
  /** Knows which origins bring nothing; null: every hop is asked. */
  readonly breaker: Breaker<HopResult> | null
  /** Told of every hop, the moment it is over; not what a proxy said. */
  readonly heard?: (host: string, result: HopResult) => void
  /** What is wanted of the body of an answer of this URL. Default: what the target looks for in it. */
  readonly body?: ((url: string) => BodyRequest) | undefined
  /** Told of every new connection that is none to a proxy. */
  readonly reached?: (host: string, remoteAddress: string) => void
}
