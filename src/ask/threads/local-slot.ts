// A slot of the thread that the run is in.

import { createRequire } from 'node:module'
import type { EventLoopUtilization, Performance } from 'node:perf_hooks'
import type { Limiter, Where } from '../../words/limits.js'
import { type AskerOptions, createAsker } from '../asker.js'
import type { Engine } from '../engine.js'
import { ClosedOrigins } from './closed-origins.js'
import type { FactsBoard } from './facts-board.js'
import type { HostPlaces } from './host-places.js'
import { type Foreign, type Owners, ownHostsLimiter } from './own-hosts-limiter.js'
import type { Middle, Slot } from './slot.js'
import { Tickets } from './tickets.js'

export interface LocalSlotOptions {
  /** Its number among the slots. */
  readonly id: number
  readonly engine: Engine
  readonly asker: AskerOptions
  readonly middle: Middle
  readonly places: HostPlaces
  readonly board: FactsBoard
}

/** The number of the first one. */
export const NEAR = 0

export function createLocalSlot({ id, engine, asker, middle, places, board }: LocalSlotOptions): Slot {
  const owners = localOwners(id, { places, middle })
  let limiter = engine.limiter
  let among = 1
  const { now } = engine.time
  const closed = new ClosedOrigins()
  const tickets = new Tickets({ closed, limiter: () => limiter, stop: () => engine.closed, now })
  let isPressed = false
  let onLackOfWork = () => {}
  const withOwners = (own: Limiter): Limiter => {
    limiter = own
    own.onLackOfWork(() => onLackOfWork())
    const shrink = () => {
      middle.shrunk(id)
      return own.shrink() * among
    }
    return { ...ownHostsLimiter(own, { owners, closed, now }), shrink }
  }
  return {
    isGone: false,
    asker: createAsker(engine, {
      ...asker,
      // All that it is given is begun: how much that is the middle bounds.
      window: Number.MAX_SAFE_INTEGER,
      common: {
        limiter: withOwners,
        elsewhere: closed.elsewhere,
        checks: (check) => closed.checks(check),
        facts: (wait) => (id === NEAR ? board.begin(wait) : board.join()),
        isPressed: () => isPressed,
      },
    }),
    lacksWork: () => limiter.lacksWork(),
    onLackOfWork: (listener) => {
      onLackOfWork = listener
    },
    inUse: () => limiter.inUse(),
    busiest: () => limiter.busiest(),
    load: createLoad(),
    resize(portion) {
      among = portion.among
      engine.shareQuestions(among)
      return limiter.resize(portion)
    },
    pressed: (is) => {
      isPressed = is
    },
    grant: (where) => tickets.grant(where),
    giveBack: (ticket) => tickets.giveBack(ticket),
    learn: (lesson) => tickets.learn(lesson),
    shrink: () => void limiter.shrink(),
    facts: () => {},
    close: () => Promise.resolve(),
  }
}

function localOwners(id: number, { places, middle }: Pick<LocalSlotOptions, 'places' | 'middle'>): Owners {
  return {
    isOurs(host) {
      const place = places.known(host)
      if (place?.owner !== id) return false
      place.stays = true
      return true
    },
    isTheirs: (host) => (places.known(host)?.owner ?? id) !== id,
    async enter(where: Where): Promise<Foreign | null> {
      const entered = await middle.enter(id, where)
      if (entered === null) return null
      const { owner, ticket } = entered
      return { ticket, giveBack: () => middle.leave(owner, where.host, ticket as number) }
    },
    learn: middle.learn,
  }
}

/** How busy the loop of this thread was between two looks. */
function createLoad(): () => number {
  let performance: Performance | null = null
  let before: EventLoopUtilization | undefined
  return () => {
    // Not before it is asked for: Node 20 loads a module for it.
    performance ??= (createRequire(import.meta.url)('node:perf_hooks') as typeof import('node:perf_hooks')).performance
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    return utilization
  }
}
