// What is found out of this machine, in a thread: it is heard and told, and counted by the main thread.

import { createSeeing } from '../../policies/blind-resolver.js'
import { createAhead } from '../../policies/wrong-clock.js'
import type { Facts, Suspicion } from '../facts.js'
import type { KnownFacts, ToMain } from './calls.js'
import type { Talk } from './talk.js'

export interface ToldFacts extends Facts {
  /** What the main thread knows now. */
  hear(known: KnownFacts): void
}

export function createToldFacts(main: Talk<ToMain>, known: KnownFacts): ToldFacts {
  const refuted = new Set<Suspicion>()
  const ahead = createAhead()
  const seeing = createSeeing()
  const witnesses = (suspicion: Suspicion) => ({
    isRefuted: () => refuted.has(suspicion),
    agree: (about: string, host: string) =>
      refuted.has(suspicion) ? Promise.resolve(false) : main.ask('agree', suspicion, about, host),
    refute() {
      if (refuted.has(suspicion)) return
      refuted.add(suspicion)
      main.tell('refute', suspicion)
    },
  })
  const facts: ToldFacts = {
    witnesses: { offline: witnesses('offline'), resigned: witnesses('resigned'), clock: witnesses('clock') },
    ahead: {
      ms: ahead.ms,
      note(ms) {
        const before = ahead.ms()
        ahead.note(ms)
        if (ahead.ms() !== before) main.tell('ahead', ms)
      },
    },
    sees: {
      ...seeing,
      prove() {
        if (seeing.isProven()) return
        seeing.prove()
        main.tell('sees')
      },
    },
    hear(news) {
      for (const suspicion of news.refuted) refuted.add(suspicion)
      if (news.sees) seeing.prove()
      if (news.aheadMs !== null) ahead.note(news.aheadMs)
    },
  }
  facts.hear(known)
  return facts
}
