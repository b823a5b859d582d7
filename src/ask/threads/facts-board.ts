// What is found out of this machine by all askers of a run, in one place: the main thread counts, the others are told.

import { createFacts, type Facts, SUSPICIONS, type Suspicion } from '../facts.js'
import type { KnownFacts } from './calls.js'

export class FactsBoard {
  #facts: Facts | null = null
  /** Tells the other askers. */
  readonly #tell: (known: KnownFacts) => void

  constructor(tell: (known: KnownFacts) => void) {
    this.#tell = tell
  }

  /** Of a new pass, for the asker of the main thread. */
  begin(wait: (ms: number) => Promise<void>): Facts {
    this.#facts = createFacts(wait)
    return this.join()
  }

  /** The same for another asker of this thread. */
  join(): Facts {
    const facts = this.#facts!
    const heard = (suspicion: Suspicion) => ({
      ...facts.witnesses[suspicion],
      refute: () => this.refute(suspicion),
    })
    return {
      witnesses: { offline: heard('offline'), resigned: heard('resigned'), clock: heard('clock') },
      ahead: { ms: facts.ahead.ms, note: (ms) => this.ahead(ms) },
      sees: { ...facts.sees, prove: () => this.sees() },
    }
  }

  known(): KnownFacts {
    const facts = this.#facts
    if (facts === null) return { refuted: [], sees: false, aheadMs: null }
    return {
      refuted: SUSPICIONS.filter((suspicion) => facts.witnesses[suspicion].isRefuted()),
      sees: facts.sees.isProven(),
      aheadMs: facts.ahead.ms(),
    }
  }

  agree(suspicion: Suspicion, about: string, host: string): Promise<boolean> {
    return this.#facts?.witnesses[suspicion].agree(about, host) ?? Promise.resolve(false)
  }

  refute(suspicion: Suspicion): void {
    const witnesses = this.#facts?.witnesses[suspicion]
    if (witnesses === undefined || witnesses.isRefuted()) return
    witnesses.refute()
    this.#tell(this.known())
  }

  sees(): void {
    if (this.#facts?.sees.isProven() !== false) return
    this.#facts.sees.prove()
    this.#tell(this.known())
  }

  ahead(ms: number): void {
    const ahead = this.#facts?.ahead
    const before = ahead?.ms()
    ahead?.note(ms)
    if (ahead?.ms() !== before) this.#tell(this.known())
  }
}
