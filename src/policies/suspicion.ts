// Some failures say more about this machine than about a URL, but only together: no network when the first names all
// fail, a proxy that re-signs TLS when one unknown issuer vouches for everybody. Rows of the first witnesses wait a
// moment, for others who say the same, so that none of them is a false death, and for the opposite, which takes longer
// to come: an answer is slower than a SERVFAIL.

export interface Suspicion {
  /**
   * A witness: `about` names what is suspected, `host` who says so. Resolves after the hold to whether `needed` unrelated
   * hosts have said the same; at once when that is known already, or when it was cleared.
   */
  weigh(about: string, host: string): Promise<boolean>
  /** The opposite was seen; nothing is suspected any more. */
  clear(): void
  isCleared(): boolean
}

export interface SuspicionOptions {
  /** Unrelated hosts that have to say the same. */
  readonly needed: number
  /** How long a witness is kept waiting, ms. */
  readonly holdMs: number
  wait(ms: number): Promise<void>
}

interface Case {
  readonly hosts: Set<string>
  readonly decided: Promise<boolean>
  readonly decide: (guilty: boolean) => void
  /** How it was decided; null while it is open. */
  verdict: boolean | null
}

export function createSuspicion({ needed, holdMs, wait }: SuspicionOptions): Suspicion {
  const cases = new Map<string, Case>()
  let cleared = false

  const open = (about: string): Case => {
    let decide!: (guilty: boolean) => void
    const decided = new Promise<boolean>((resolve) => {
      decide = resolve
    })
    const made: Case = { hosts: new Set(), decided, decide, verdict: null }
    cases.set(about, made)
    return made
  }
  const close = (open: Case, guilty: boolean) => {
    open.verdict ??= guilty
    open.decide(guilty)
  }

  return {
    async weigh(about, host) {
      if (cleared) return false
      const found = cases.get(about) ?? open(about)
      if (found.verdict === true) return true
      found.hosts.add(relatedTo(host))
      const held = wait(holdMs).then(() => {
        if (found.hosts.size >= needed) close(found, true)
        return found.verdict === true
      })
      return Promise.race([found.decided, held])
    },
    isCleared: () => cleared,
    clear() {
      if (cleared) return
      cleared = true
      for (const found of cases.values()) close(found, false)
    },
  }
}

/** What countries' registries have above their names, as in `co.uk`. */
const REGISTRY = new Set(['ac', 'co', 'com', 'edu', 'go', 'gob', 'gov', 'ne', 'net', 'nom', 'or', 'org'])

/** Hosts under one domain are one witness: the last two labels, three under a country's registry. */
function relatedTo(host: string): string {
  const labels = host.split('.')
  const [second = '', top = ''] = labels.slice(-2)
  return labels.slice(top.length === 2 && REGISTRY.has(second) ? -3 : -2).join('.')
}
