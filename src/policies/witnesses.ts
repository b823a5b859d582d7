// Some failures say more about this machine than about a URL, but only together: no network when the first names all
// fail, a proxy that re-signs TLS when one unknown issuer vouches for everybody. Rows of the first witnesses wait a
// moment, for others who say the same, so that none of them is a false death, and for the opposite, which takes longer
// to come: an answer is slower than a SERVFAIL.

/** Hosts that say the same, about one thing each or several. */
export interface Witnesses {
  /**
   * `host` says it of `about`. Resolves after the hold to whether `needed` unrelated hosts have said the same; at once when
   * that is known already, or when it was refuted.
   */
  agree(about: string, host: string): Promise<boolean>
  /** The opposite was seen: whoever says it is wrong, now and later. */
  refute(): void
  isRefuted(): boolean
}

export interface WitnessesOptions {
  /** Unrelated hosts that have to say the same. */
  readonly needed: number
  /** How long a witness is kept waiting, ms. */
  readonly holdMs: number
  wait(ms: number): Promise<void>
}

/** What is said of one thing. */
interface Claim {
  readonly hosts: Set<string>
  readonly decided: Promise<boolean>
  readonly decide: (holds: boolean) => void
  /** Whether it holds; null while that is open. */
  holds: boolean | null
}

export function createWitnesses({ needed, holdMs, wait }: WitnessesOptions): Witnesses {
  const claims = new Map<string, Claim>()
  let isRefuted = false

  const claimOf = (about: string): Claim => {
    let claim = claims.get(about)
    if (claim === undefined) {
      claim = openClaim()
      claims.set(about, claim)
    }
    return claim
  }

  return {
    async agree(about, host) {
      if (isRefuted) return false
      const claim = claimOf(about)
      if (claim.holds === true) return true
      claim.hosts.add(relatedTo(host))
      const held = wait(holdMs).then(() => {
        if (claim.hosts.size >= needed) close(claim, true)
        return claim.holds === true
      })
      return Promise.race([claim.decided, held])
    },
    isRefuted: () => isRefuted,
    refute() {
      if (isRefuted) return
      isRefuted = true
      for (const claim of claims.values()) close(claim, false)
    },
  }
}

function openClaim(): Claim {
  let decide!: (holds: boolean) => void
  const decided = new Promise<boolean>((resolve) => {
    decide = resolve
  })
  return { hosts: new Set(), decided, decide, holds: null }
}

function close(claim: Claim, holds: boolean): void {
  claim.holds ??= holds
  claim.decide(holds)
}

/** What countries' registries have above their names, as in `co.uk`. */
const REGISTRY = new Set(['ac', 'co', 'com', 'edu', 'go', 'gob', 'gov', 'ne', 'net', 'nom', 'or', 'org'])

/** Hosts under one domain are one witness: the last two labels, three under a country's registry. */
function relatedTo(host: string): string {
  const labels = host.split('.')
  const [second = '', top = ''] = labels.slice(-2)
  return labels.slice(top.length === 2 && REGISTRY.has(second) ? -3 : -2).join('.')
}
