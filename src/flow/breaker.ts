// A host that takes no connection at all is not asked a thousand times: after 20 failures in a row with no success ever,
// its other URLs get the same verdict at once, marked as inferred. One real request a timeout looks whether it is back.

import type { Kind } from '../kinds.js'
import type { Check, Reply, Target } from '../types.js'
import { isTimeout } from './retry.js'

/** Failures in a row that make a host count as down. */
const FAILURES = 20
/** Origins that are remembered. */
const MAX_ORIGINS = 50_000
/** Kinds that mean: no connection was made. */
const NO_CONNECTION: ReadonlySet<Kind> = new Set<Kind>([
  'tcp.refused',
  'tcp.address_unreachable',
  'tcp.timed_out',
  'dns.name_not_resolved',
  'dns.failed',
])

interface HostState {
  failures: number
  /** It took a connection once, so what fails now is no dead host. */
  alive: boolean
  last: Reply | null
  probeAtMs: number
}

/** What a run asks and tells past the check itself. */
export interface BreakerMemory {
  isDown(target: Target): boolean
  learnAlive(target: Target): void
}

/** Wraps a check. `now` is monotonic ms. */
export function withBreaker(check: Check, now: () => number): Check & BreakerMemory {
  const origins = new Map<string, HostState>()
  /** Whether one has ever been down; until then nobody need look. */
  let anyDown = false
  /** The one that was last seen alive. */
  let lastAlive = ''

  const isDown = (state: HostState) => !state.alive && state.failures >= FAILURES
  const stateOf = (target: Target): HostState => {
    const origin = originOf(target)
    let state = origins.get(origin)
    if (state === undefined) {
      if (origins.size >= MAX_ORIGINS) origins.delete(origins.keys().next().value!)
      state = { failures: 0, alive: false, last: null, probeAtMs: 0 }
      origins.set(origin, state)
    }
    return state
  }

  const breaking: Check = async (target, context) => {
    const state = stateOf(target)
    if (context.made === undefined && isDown(state)) {
      if (now() < state.probeAtMs) {
        context.permit?.release()
        return inferred(target, state.last!)
      }
      state.probeAtMs = now() + target.ask.timeoutMs
    }
    const reply = await check(target, context)
    if (madeConnection(reply)) state.alive = true
    else if (isNoConnection(reply)) {
      state.last = reply
      if (++state.failures === FAILURES) {
        state.probeAtMs = now() + target.ask.timeoutMs
        anyDown = true
      }
    }
    return reply
  }
  return Object.assign(breaking, {
    isDown: (target: Target) => anyDown && isDown(stateOf(target)),
    learnAlive(target: Target) {
      const url = target.url!
      if (lastAlive !== '' && url.startsWith(lastAlive) && url[lastAlive.length] === '/') return
      lastAlive = originOf(target)
      stateOf(target).alive = true
    },
  })
}

/** A closed port says nothing of the other ports of its host; `https://a.example:8443` is what is down. */
function originOf({ url }: Target): string {
  return url!.slice(0, url!.indexOf('/', 8))
}

function isNoConnection({ kind, code }: Reply): boolean {
  return NO_CONNECTION.has(kind) || (isTimeout(kind) && (code === 'dns' || code === 'connect'))
}

function madeConnection({ status, redirects, remoteAddress, kind, code }: Reply): boolean {
  if (status > 0 || redirects.length > 0 || remoteAddress !== null) return true
  if (isTimeout(kind)) return code === 'tls' || code === 'firstByte'
  return kind === 'tcp.reset' || kind === 'tcp.closed' || kind.startsWith('tls.') || kind.startsWith('http.')
}

/** The verdict of the host, for a URL that was not asked. */
function inferred(target: Target, reply: Reply): Reply {
  return {
    ...reply,
    finalUrl: target.url!,
    method: target.ask.method,
    attempts: 0,
    inferred: true,
    durationMs: null,
    timingsMs: { queue: null, dns: null, connect: null, tls: null, firstByte: null },
  }
}
