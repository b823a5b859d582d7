// Who asked to be left alone, and until when: what a run that seems to stand still waits for.

import type { WaitsFor } from './progress-text.js'

export class AskedWaits {
  readonly #now: () => number
  readonly #until = new Map<string, { readonly untilMs: number; readonly askedMs: number }>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** `host` asked for so long, now. */
  add(host: string, askedMs: number): void {
    this.#until.set(host, { untilMs: this.#now() + askedMs, askedMs })
  }

  /** The one that is waited for longest; null when nobody is. Forgets those whose time is over. */
  longest(): WaitsFor | null {
    let found: (WaitsFor & { readonly untilMs: number }) | null = null
    for (const [host, wait] of this.#until) {
      if (wait.untilMs <= this.#now()) this.#until.delete(host)
      else if (found === null || wait.untilMs > found.untilMs) found = { host, ...wait }
    }
    return found
  }
}
