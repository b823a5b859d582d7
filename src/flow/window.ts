// How far the list is read ahead: the items begun and not yet yielded.

/** Holds the 32,768 next targets of a list at under 0.5 KB each: enough that a list sorted by host fills every permit. */
const MOST = 32_768
/** While every permit has work it is no use to hold more than this: enough to see what a connection is still good for. */
const MOST_WHILE_BUSY = 4_096

export interface WindowOptions {
  /** Items begun and not yet yielded. */
  readonly window?: number
  /** The same while all permits have work. */
  readonly windowWhileBusy?: number
}

export class Window {
  /** Items begun and not yet yielded. */
  begun = 0
  readonly #most: number
  readonly #mostWhileBusy: number
  readonly #lacksWork: () => boolean

  /** `lacksWork`: there are permits that nobody waits for. */
  constructor({ window = MOST, windowWhileBusy }: WindowOptions, lacksWork: () => boolean) {
    this.#most = window
    this.#mostWhileBusy = windowWhileBusy ?? Math.min(window, MOST_WHILE_BUSY)
    this.#lacksWork = lacksWork
  }

  isFull(): boolean {
    return this.begun >= this.#most
  }

  /** Beyond the small window only what permits without work are waiting for. */
  hasRoom(): boolean {
    return this.begun < this.#mostWhileBusy || (this.begun < this.#most && this.#lacksWork())
  }
}
