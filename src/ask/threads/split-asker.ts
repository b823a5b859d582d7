// Several that ask parts of one list, as one asker. The list is read here and every target goes to the owner of its host;
// rows come back in the order in which they are done, whoever made them. It begins with the thread that it is in.

import type { Asker, Asking, How } from '../../settings/seams.js'
import type { Target } from '../../settings/target.js'
import type { AskerOptions } from '../asker.js'
import type { Engine } from '../engine.js'
import type { Portion } from './calls.js'
import { FactsBoard } from './facts-board.js'
import { HostPlaces } from './host-places.js'
import { createLocalSlot, NEAR } from './local-slot.js'
import { createMiddle } from './middle.js'
import { LOOK_MS, Need, type Sight } from './need.js'
import { portionsOf } from './share.js'
import type { Middle, Slot } from './slot.js'
import { SplitPass } from './split-pass.js'

export interface SplitOptions {
  readonly engine: Engine
  readonly asker: AskerOptions
  /** How many ask at most, this thread included. */
  readonly most: number
  /** Whether another one is added only where one is the bottleneck; else all at once. */
  readonly isAuto: boolean
  /** Opens another one. Rejects where there can be none. */
  open(id: number, context: SlotContext): Promise<Slot>
}

/** What a slot is opened with. */
export interface SlotContext {
  readonly middle: Middle
  readonly board: FactsBoard
  readonly places: HostPlaces
  readonly portion: Portion
  died(): void
}

/** After so many looks all get their share anew: each change of a rate lets a few requests go at once. */
const SHARE_LOOKS = 3

/** An asker over several; it ends its threads with `close`. */
export function createSplitAsker(options: SplitOptions): Asker {
  const split = new Split(options)
  return {
    ask: (batches, how) => split.ask(batches, how),
    close: () => split.close(),
  }
}

class Split {
  readonly #options: SplitOptions
  readonly #slots: Slot[]
  readonly #places: HostPlaces
  readonly #board: FactsBoard
  readonly #middle: Middle
  #pass: SplitPass | null = null
  #isClosed = false
  /** What each may use now. */
  #portions: readonly Portion[]

  constructor(options: SplitOptions) {
    this.#options = options
    const { engine, asker } = options
    this.#places = new HostPlaces((place, held) => this.#pass?.moved(place, held))
    this.#board = new FactsBoard((known) => {
      for (const slot of this.#slots) slot.facts(known)
    })
    this.#middle = createMiddle({ slots: () => this.#slots, places: this.#places, asker })
    const own = { id: NEAR, engine, asker, middle: this.#middle, places: this.#places, board: this.#board }
    this.#slots = [createLocalSlot(own)]
    this.#portions = portionsOf(engine.limits, [Number.POSITIVE_INFINITY])
  }

  ask(batches: AsyncIterable<readonly Target[]>, how: How): Asking {
    const { engine, asker } = this.#options
    const pass = new SplitPass(batches, {
      how: { ...how, among: this.#slots.length },
      places: this.#places,
      window: asker.window,
      time: engine.time,
    })
    this.#pass = pass
    return {
      results: this.#results(pass, how),
      progress: pass.progress,
      stop: () => pass.stop(),
      inFlight: () =>
        Math.min(
          pass.outstanding,
          this.#sum((slot) => slot.inUse()),
        ),
      busiest: () => this.#slots.map((slot) => slot.busiest()).find((host) => host !== null) ?? null,
      get gaveUp() {
        return pass.gaveUp
      },
    }
  }

  async *#results(pass: SplitPass, { gently }: How) {
    for (const [id, slot] of this.#slots.entries()) pass.add(id, slot)
    if (!gently) void this.#tend(pass)
    yield* pass.run()
  }

  /** Adds others for as long as the pass may want them, and shares among all what they may use. */
  async #tend(pass: SplitPass): Promise<void> {
    const { most, isAuto, engine } = this.#options
    const need = new Need()
    let isWanted = !isAuto
    let turns = 0
    let isAlone = false
    while (!pass.isOver && !this.#isClosed) {
      const mayGrow = !isAlone && this.#slots.length < most
      if (mayGrow && isWanted) {
        isWanted = !isAuto
        isAlone = !(await this.#addOne(pass))
        continue
      }
      await engine.time.wait(LOOK_MS, engine.closed)
      if (pass.isOver) return
      if (mayGrow) isWanted = need.look(this.#sightOf(pass))
      if (++turns % SHARE_LOOKS === 0 && this.#slots.length > 1) await this.#share(pass)
    }
  }

  #sightOf({ outstanding }: SplitPass): Sight {
    const loads = () => this.#slots.filter(({ isGone }) => !isGone).map((slot) => slot.load())
    return { outstanding, busyHosts: this.#places.busyHosts, loads }
  }

  async #addOne(pass: SplitPass): Promise<boolean> {
    const id = this.#slots.length
    const context = { middle: this.#middle, board: this.#board, places: this.#places, died: () => this.#died(id) }
    const share = portionsOf(this.#options.engine.limits, Array(id + 1).fill(Number.POSITIVE_INFINITY))
    let slot: Slot
    try {
      slot = await this.#options.open(id, { ...context, portion: share[id]! })
    } catch {
      // It goes without.
      return false
    }
    if (this.#isClosed || pass.isOver) {
      await slot.close()
      return false
    }
    const before = this.#portions
    // The others first: all together never have more than they may.
    await this.#resize(share.slice(0, id))
    if (slot.isGone) {
      await this.#resize(before)
      return false
    }
    this.#slots.push(slot)
    this.#portions = share
    if (this.#isClosed) await slot.close()
    // Before it asks for work: what waits for nobody yet is of hosts that are known, and would be the old owner's.
    this.#places.share(NEAR, id, id + 1)
    pass.add(id, slot)
    return true
  }

  async #share(pass: SplitPass): Promise<void> {
    const share = portionsOf(this.#options.engine.limits, pass.loads())
    const changed = share.some(({ concurrency }, place) => concurrency !== this.#portions[place]!.concurrency)
    if (changed) await this.#resize(share)
  }

  /** Those that get less first, and the others when those are done with it. */
  async #resize(share: readonly Portion[]): Promise<void> {
    const places = share.map((_, place) => place)
    const before = this.#portions
    this.#portions = share.map((portion) => portion)
    const resize = (place: number) => this.#slots[place]!.resize(share[place]!).catch(() => {})
    const less = places.filter((place) => share[place]!.concurrency <= (before[place]?.concurrency ?? 0))
    await Promise.all(less.map(resize))
    await Promise.all(places.filter((place) => !less.includes(place)).map(resize))
  }

  /** Its hosts are asked here from now on. */
  #died(id: number): void {
    this.#places.inherit(id, NEAR)
  }

  #sum(of: (slot: Slot) => number): number {
    return this.#slots.reduce((sum, slot) => sum + of(slot), 0)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#slots.map((slot) => slot.close()))
  }
}
