// What a pass finds out of the machine that it runs on. Counted once, whoever asks and in how many threads: a machine is
// offline as a whole.

import { createSeeing, type Seeing } from '../policies/blind-resolver.js'
import { createWitnesses, type Witnesses } from '../policies/witnesses.js'
import { type Ahead, createAhead } from '../policies/wrong-clock.js'

/** What witnesses are heard of. */
export type Suspicion = 'offline' | 'resigned' | 'clock'
export const SUSPICIONS: readonly Suspicion[] = ['offline', 'resigned', 'clock']

export interface Facts {
  readonly witnesses: Readonly<Record<Suspicion, Witnesses>>
  readonly ahead: Ahead
  readonly sees: Seeing
}

/** Unrelated hosts that have to tell the same story before it is this machine's. */
const WITNESSES = 3
/** How long the row of a first witness waits for the others. */
const HOLD_MS = 2000

/** What one thread finds out alone. */
export function createFacts(wait: (ms: number) => Promise<void>): Facts {
  const witnesses = () => createWitnesses({ needed: WITNESSES, holdMs: HOLD_MS, wait })
  return {
    witnesses: { offline: witnesses(), resigned: witnesses(), clock: witnesses() },
    ahead: createAhead(),
    sees: createSeeing(),
  }
}
