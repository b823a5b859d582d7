// One pass over a list by several: what is read, who has it, and what has come back.

import { ListReader } from '../../flow/list-reader.js'
import type { Asking, How, Progress } from '../../settings/seams.js'
import type { Target } from '../../settings/target.js'
import type { Time } from '../../words/limits.js'
import type { Verdict } from '../../words/verdict.js'
import type { HostPlace, HostPlaces } from './host-places.js'
import { Inbox } from './inbox.js'
import { NEAR } from './local-slot.js'
import type { Slot } from './slot.js'

export interface SplitPassOptions {
  readonly how: How
  readonly places: HostPlaces
  /** Targets that were read and have no row; default 32,768. */
  readonly window?: number | undefined
  readonly time: Pick<Time, 'now'>
}

/** As far as one asker reads ahead, too. */
const MOST = 32_768
/** Read and given to nobody yet: whoever comes later gets its share of these at once. */
const MOST_QUEUED = 4096
/** Each has so much ahead, however many there are. */
const LEAST_AHEAD = 1024
/** Given at once to those who lack work all the same: most of theirs is of hosts that are busy. */
const MORE_AT_ONCE = 256
/** Rows that wait to be taken before no more are fetched. */
const MOST_ROWS = 2048

/** One of those that ask. */
interface Seat {
  readonly slot: Slot
  readonly inbox: Inbox<Target>
  readonly asking: Asking
  /** Read for it since the last batch was handed on. */
  waiting: Target[]
  /** Handed on, and without a row. */
  outstanding: number
}

export class SplitPass {
  readonly #options: SplitPassOptions
  readonly #batches: AsyncIterable<readonly Target[]>
  readonly #reader: ListReader<Target>
  readonly #seats = new Map<number, Seat>()
  readonly #most: number
  /** Nobody's yet. */
  readonly #queue: Target[] = []
  #rows: Verdict[] = []
  #done = 0
  #read = 0
  /** Rows that were handed on. */
  #yielded = 0
  /** Seats whose results have not ended. */
  #running = 0
  /** Held for hosts that are on their way to another owner. */
  #held = 0
  #isPressed = false
  #isStopped = false
  isOver = false
  gaveUp = false
  #wake: (() => void) | null = null
  #onRoom: (() => void)[] = []

  constructor(batches: AsyncIterable<readonly Target[]>, options: SplitPassOptions) {
    this.#options = options
    this.#batches = batches
    this.#most = options.window ?? MOST
    this.#reader = new ListReader({
      take: (target) => this.#take(target),
      taken: () => this.#give(),
      hasRoom: () => this.#hasRoom(),
      ended: () => this.#endWhenRead(),
      now: options.time.now,
    })
  }

  /** Targets that were read and have no row yet. */
  get outstanding(): number {
    return this.#read - this.#done
  }

  /** What each has to do, in their order. */
  loads(): readonly number[] {
    return Array.from(this.#seats.values(), ({ outstanding, slot }) => (slot.isGone ? 0 : outstanding))
  }

  get progress(): Progress {
    const reader = this.#reader
    const figures = { done: () => this.#done, isStopped: () => this.#isStopped }
    return {
      get known() {
        return reader.known
      },
      get inputEnded() {
        return reader.isEnded && !figures.isStopped()
      },
      get done() {
        return figures.done()
      },
      get notAsked() {
        return figures.isStopped() ? reader.known - figures.done() : 0
      },
    }
  }

  /** One more that asks. */
  add(id: number, slot: Slot): void {
    const inbox = new Inbox<Target>()
    const asking = slot.asker.ask(inbox, this.#options.how)
    const seat: Seat = { slot, inbox, asking, waiting: [], outstanding: 0 }
    this.#seats.set(id, seat)
    slot.onLackOfWork(() => this.#look())
    this.#running++
    void this.#fetch(seat)
    if (this.#isStopped) this.#stopSeat(seat)
    else this.#look()
    this.#endWhenRead()
  }

  async *run(): AsyncGenerator<readonly Verdict[]> {
    this.#reader.start(this.#batches)
    try {
      for (;;) {
        if (this.#rows.length > 0) {
          const batch = this.#rows
          this.#rows = []
          this.#tellRoom()
          this.#yielded += batch.length
          this.#look()
          yield batch
        } else if (this.#running === 0) break
        else await new Promise<void>((resolve) => (this.#wake = resolve))
      }
      if (this.#reader.error !== null) throw this.#reader.error
    } finally {
      this.isOver = true
      // Those that have ended may be asked for another pass.
      if (this.#running > 0) this.stop()
    }
  }

  stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#reader.stop()
    for (const seat of this.#seats.values()) this.#stopSeat(seat)
    this.#tellRoom()
    this.#tell()
  }

  #stopSeat(seat: Seat): void {
    seat.asking.stop()
    seat.inbox.end()
  }

  /** A host has changed its owner; these of it were held back until then. */
  moved(place: HostPlace, held: readonly Target[]): void {
    this.#held -= held.length
    for (const target of held) this.#giveTo(place, target)
    this.#handOn()
    this.#endWhenRead()
  }

  #take(target: Target): void {
    this.#read++
    this.#queue.push(target)
  }

  #give(): void {
    let given = 0
    while (given < this.#queue.length && this.#isWanted(given < MORE_AT_ONCE)) this.#place(this.#queue[given++]!)
    this.#queue.splice(0, given)
    this.#handOn()
    this.#endWhenRead()
  }

  /** Has somebody little to do, or lacks work with `more` than that? */
  #isWanted(more: boolean): boolean {
    for (const { slot, outstanding } of this.#seats.values()) {
      if (!slot.isGone && (outstanding < LEAST_AHEAD || (more && slot.lacksWork()))) return true
    }
    return false
  }

  #place(target: Target): void {
    const place = this.#options.places.of(target.host, () => this.#leastBusy())
    if (place.moving === null) this.#giveTo(place, target)
    else {
      place.moving.held.push(target)
      this.#held++
    }
  }

  #giveTo(place: HostPlace, target: Target): void {
    const seat = this.#seatOf(place.owner)
    this.#options.places.begin(place)
    seat.outstanding++
    seat.waiting.push(target)
  }

  #seatOf(owner: number): Seat {
    const seat = this.#seats.get(owner)
    return seat === undefined || seat.slot.isGone ? this.#seats.get(NEAR)! : seat
  }

  /** Who has least to do gets the hosts that are new. */
  #leastBusy(): number {
    let best = NEAR
    let least = Number.POSITIVE_INFINITY
    for (const [id, { outstanding, slot }] of this.#seats) {
      if (slot.isGone || outstanding >= least) continue
      best = id
      least = outstanding
    }
    return best
  }

  #handOn(): void {
    for (const seat of this.#seats.values()) {
      if (seat.waiting.length === 0) continue
      seat.inbox.put(seat.waiting)
      seat.waiting = []
    }
  }

  #hasRoom(): boolean {
    const ahead = this.#read - this.#yielded
    const isFull = ahead >= this.#most
    this.#press(isFull)
    return !isFull && this.#rows.length < MOST_ROWS && this.#queue.length < MOST_QUEUED
  }

  #press(is: boolean): void {
    if (is === this.#isPressed) return
    this.#isPressed = is
    for (const { slot } of this.#seats.values()) slot.pressed(is)
  }

  #look(): void {
    if (this.#isPressed) this.#hasRoom()
    if (!this.#isStopped) this.#give()
    this.#reader.look()
  }

  #endWhenRead(): void {
    if (!this.#reader.isEnded || this.#held > 0 || (this.#queue.length > 0 && !this.#isStopped)) return
    for (const { inbox } of this.#seats.values()) inbox.end()
  }

  /** The rows of one, for as long as somebody takes them. */
  async #fetch(seat: Seat): Promise<void> {
    for await (const batch of seat.asking.results) {
      for (const row of batch) {
        this.#options.places.end(row.host, row.ok)
        this.#rows.push(row)
      }
      this.#done += batch.length
      seat.outstanding -= batch.length
      this.#tell()
      while (this.#rows.length >= MOST_ROWS && !this.#isStopped) {
        await new Promise<void>((resolve) => this.#onRoom.push(resolve))
      }
    }
    this.#running--
    if (seat.asking.gaveUp) {
      this.gaveUp = true
      this.stop()
    }
    this.#tell()
  }

  /** At once: a batch of one that asks is all that came to it in a turn of its loop. */
  #tell(): void {
    this.#wake?.()
    this.#wake = null
  }

  #tellRoom(): void {
    const told = this.#onRoom
    this.#onRoom = []
    for (const resolve of told) resolve()
  }
}
