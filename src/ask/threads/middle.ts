// What the slots want of each other goes through here.

import type { AskerOptions } from '../asker.js'
import type { HostPlaces } from './host-places.js'
import type { Middle, Slot } from './slot.js'

export interface MiddleOptions {
  slots(): readonly Slot[]
  readonly places: HostPlaces
  readonly asker: Pick<AskerOptions, 'notify' | 'onWait'>
}

/** Sentences that are remembered, so that what concerns the machine is said once. */
const SAID_MAX = 1000

export function createMiddle({ slots, places, asker }: MiddleOptions): Middle {
  let said = new Set<string>()
  const middle: Middle = {
    async enter(from, where) {
      const place = places.of(where.host, () => from)
      place.stays = true
      if (place.owner === from) return null
      const { owner } = place
      places.begin(place)
      try {
        const ticket = await slots()[owner]!.grant(where)
        if (typeof ticket !== 'number') places.end(where.host, true)
        return { owner, ticket }
      } catch {
        // The owner is gone, and its hosts are another one's.
        places.end(where.host, true)
        return places.of(where.host, () => from).owner === owner ? { owner, ticket: null } : middle.enter(from, where)
      }
    },
    leave(owner, host, ticket) {
      slots()[owner]?.giveBack(ticket)
      places.end(host, true)
    },
    learn(lesson) {
      const owner = places.known(lesson.where.host)?.owner
      if (owner !== undefined) slots()[owner]?.learn(lesson)
    },
    shrunk(from) {
      for (const [id, slot] of slots().entries()) if (id !== from) slot.shrink()
    },
    notify(text) {
      // How many requests are left is another number in each thread.
      const [about = text] = text.split(';')
      if (said.has(about)) return
      if (said.size >= SAID_MAX) said = new Set()
      said.add(about)
      asker.notify(text)
    },
    waits: (host, ms) => asker.onWait?.(host, ms),
  }
  return middle
}
