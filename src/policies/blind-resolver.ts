// A resolver that says "no such name" of everything: a sandbox, or a network where only the proxy looks names up. It says so
// of the top-level zones too, and those exist. Then it is no witness against any public name.

import type { Check, CheckContext } from '../settings/seams.js'
import type { Target } from '../settings/target.js'
import type { Reply } from '../words/reply.js'
import { type PublicPlace, publicPlaceOf } from './public-zone.js'

/** What is known of the resolver that names are asked of. */
export interface ResolverFacts {
  zoneExists(zone: string, type: 'NS' | 'SOA'): Promise<'exists' | 'absent' | 'unknown'>
  /** Whether it has found this host, at an address that is not of this site only. */
  hasFound(host: string): boolean
}

export interface BlindResolverOptions {
  readonly resolver: ResolverFacts
  wait(ms: number): Promise<void>
  /** Called once a run, with a sentence for the user. */
  notify(text: string): void
}

/** A check that knows a blind resolver. */
export interface SeeingCheck extends Check {
  /** Learns from an answer that nothing else is made of. */
  noteAnswer(target: Target, reply: Reply): void
  /** Somebody was found: nothing is suspected any more, and answers need not be noted. */
  isCleared(): boolean
}

/** Zones that exist as long as there is DNS, and what to ask of them. */
const ALWAYS = [
  ['com', 'NS'],
  ['org', 'SOA'],
] as const
/** Unrelated names that settle it at once. */
const WITNESSES = 3
/** How long fewer of them wait for one that is found, which takes longer than to be told of none; ms. */
const HOLD_MS = 2000
const SENTENCE =
  'the DNS of this machine knows no public name, not even com and org: what it calls dead is not judged. If only a proxy looks names up here: --proxy'
/** No public DNS has such a name (`a..b`), so nobody was asked. */
const NEVER_ASKED = 'EBADNAME'

/** Wraps a check: a public name that a blind resolver calls dead becomes `local.dns`. */
export function withBlindResolver(check: Check, { resolver, wait, notify }: BlindResolverOptions): SeeingCheck {
  const domains = new Set<string>()
  let isCleared = false
  let isProven = false
  let decide: () => void
  const decided = new Promise<void>((resolve) => {
    decide = resolve
  })

  const noteAnswer = ({ host }: Target, { redirects, finalUrl }: Reply) => {
    if (isCleared || isProven) return
    // Whoever redirected us was found as well. Most answers are of the host that was asked: no URL is taken apart for them.
    isCleared =
      isFound(host) ||
      (redirects.length > 0 &&
        [finalUrl, ...redirects.map(({ url }) => url)].some((url) => isFound(new URL(url).hostname)))
    if (isCleared) decide()
  }
  const isFound = (host: string) => isName(host) && resolver.hasFound(host)
  const prove = () => {
    if (!isProven) notify(SENTENCE)
    isProven = true
    decide()
  }

  const isBlindTo = async ({ zone, domain }: PublicPlace): Promise<boolean> => {
    if ((await resolver.zoneExists(zone, 'SOA')) !== 'absent') return false
    const found = await Promise.all(ALWAYS.map(([name, type]) => resolver.zoneExists(name, type)))
    if (!found.every((answer) => answer === 'absent')) return false
    // One that serves a domain of its own site knows which of its names are dead.
    return (await resolver.zoneExists(domain, 'SOA')) !== 'exists'
  }
  const isUnseen = async (host: string): Promise<boolean> => {
    const place = publicPlaceOf(host)
    if (place === null || !(await isBlindTo(place))) return false
    // Three are enough to know; the set need not hold more.
    if (domains.size < WITNESSES) domains.add(place.domain)
    if (!isCleared && domains.size >= WITNESSES) prove()
    if (!isCleared && !isProven) await Promise.race([decided, wait(HOLD_MS)])
    if (!isCleared) prove()
    return isProven
  }

  const seeing = async (target: Target, context: CheckContext) => {
    const reply = await check(target, context)
    noteAnswer(target, reply)
    if (isCleared || reply.kind !== 'dns.name_not_resolved' || reply.code === NEVER_ASKED) return reply
    const isDead = !(await isUnseen(new URL(reply.finalUrl).hostname))
    return isDead ? reply : { ...reply, kind: 'local.dns' as const, detail: null, hint: null }
  }
  return Object.assign(seeing, { noteAnswer, isCleared: () => isCleared })
}

/** Neither an address nor a single label: names in URLs do not end with a digit (WHATWG URL, "ends in a number"). */
function isName(host: string): boolean {
  const last = host.charCodeAt(host.length - 1)
  return (last < 48 || last > 57) && last !== 93 && host.includes('.')
}
