// Whose each host is. A host is asked by one asker at a time, so that its limits hold without a word between them. Whoever
// meets it first has it: by a list, or by a redirect that leads there.

import type { Target } from '../../settings/target.js'

/** Where a host is asked. */
export interface HostPlace {
  readonly host: string
  owner: number
  /** Its targets and requests that the owner has now. */
  busy: number
  /** Its owner knows more of it than the list says: retries, redirects that lead to it, what it complained of. */
  stays: boolean
  /** It is on its way to another owner, who gets these once the old one has done with it; null: it stays. */
  moving: { readonly to: number; readonly held: Target[] } | null
}

/** As many as a limiter remembers. */
const MOST = 50_000
/** How many of the oldest are looked at for one that may go. */
const LOOKS = 4

export class HostPlaces {
  readonly #places = new Map<string, HostPlace>()
  /** Told when a host may be asked again, by its new owner or by the old one after all. */
  readonly #moved: (place: HostPlace, held: readonly Target[]) => void
  /** Hosts that somebody is busy with. */
  busyHosts = 0

  constructor(moved: (place: HostPlace, held: readonly Target[]) => void) {
    this.#moved = moved
  }

  /** The place of a host; a new one is `owner`'s. */
  of(host: string, owner: () => number): HostPlace {
    let place = this.#places.get(host)
    if (place === undefined) {
      place = { host, owner: owner(), busy: 0, stays: false, moving: null }
      this.#places.set(host, place)
      if (this.#places.size > MOST) this.#forgetOne()
    }
    return place
  }

  known(host: string): HostPlace | undefined {
    return this.#places.get(host)
  }

  /** One more for its owner. */
  begin(place: HostPlace): void {
    if (place.busy++ === 0) this.busyHosts++
  }

  /** One less. `isWell`: with a fine answer; what a host asks for otherwise its owner has heard, and nobody else. */
  end(host: string, isWell: boolean): void {
    const place = this.#places.get(host)
    if (place !== undefined && !isWell) place.stays = true
    if (place === undefined || place.busy === 0 || --place.busy > 0) return
    this.busyHosts--
    if (place.moving !== null) this.#hand(place, place.moving)
  }

  /** Sends one in so many of an owner's hosts to a new owner, each as soon as the old one has done with it. */
  share(from: number, to: number, among: number): void {
    let count = 0
    for (const place of this.#places.values()) {
      if (place.owner !== from || place.moving !== null || place.stays) continue
      if (++count % among !== 0) continue
      place.moving = { to, held: [] }
      if (place.busy === 0) this.#hand(place, place.moving)
    }
  }

  /** Everything of an owner that is gone is another one's. */
  inherit(from: number, to: number): void {
    for (const place of this.#places.values()) {
      if (place.owner === from) place.owner = to
      if (place.moving?.to === from) place.moving = { to, held: place.moving.held }
    }
  }

  #hand(place: HostPlace, { to, held }: NonNullable<HostPlace['moving']>): void {
    if (!place.stays) place.owner = to
    place.moving = null
    this.#moved(place, held)
  }

  /** One of the oldest that nobody is busy with. */
  #forgetOne(): void {
    let looks = 0
    for (const [host, place] of this.#places) {
      if (looks++ === LOOKS) return
      this.#places.delete(host)
      if (place.busy === 0 && place.moving === null) return
      this.#places.set(host, place)
    }
  }
}
