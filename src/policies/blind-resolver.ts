// A resolver that says "no such name" of everything: a sandbox, or a network where only the proxy looks names up. It says so
// of the top-level zones too, and those exist. Then it is no witness against any public name.

import type { Check } from '../settings/seams.js'
import type { Target } from '../settings/target.js'
import type { Reply } from '../words/reply.js'
import { type PublicPlace, publicPlaceOf } from './public-place.js'

/** What is known of the resolver that names are asked of. */
export interface ResolverFacts {
  zoneExists(zone: string, type: 'NS' | 'SOA'): Promise<'exists' | 'absent' | 'unknown'>
  /** Whether it has found this host, at an address that is not of this site only. */
  hasFound(host: string): boolean
}

export interface BlindResolverOptions {
  readonly resolver: ResolverFacts
  wait(ms: number): Promise<void>
  /** Whether a public name was found by it. */
  readonly sees: Seeing
  /** Called once a run, with a sentence for the user. */
  notify(text: string): void
}

/** Whether a resolver has found a public name. */
export interface Seeing {
  isProven(): boolean
  prove(): void
  /** Calls back once when that is so. */
  onProof(listener: () => void): void
}

/** One that nobody else knows of. */
export function createSeeing(): Seeing {
  let isProven = false
  const listeners: (() => void)[] = []
  return {
    isProven: () => isProven,
    prove() {
      if (isProven) return
      isProven = true
      for (const listener of listeners) listener()
    },
    onProof: (listener) => void listeners.push(listener),
  }
}

/** What a run knows of its resolver. */
export interface BlindResolver {
  /** Learns from an answer whom it has found. */
  noteAnswer(target: Pick<Target, 'host'>, reply: Reply): void
  /** Somebody was found: it is not blind, and answers need not be noted any more. */
  isRefuted(): boolean
  /** The reply; `local.dns` where a blind resolver calls a public name dead. */
  explain(reply: Reply): Promise<Reply>
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

export function createBlindResolver({ resolver, wait, sees, notify }: BlindResolverOptions): BlindResolver {
  const domains = new Set<string>()
  let isProven = false
  let decide: () => void
  const decided = new Promise<void>((resolve) => {
    decide = resolve
  })
  sees.onProof(() => decide())
  const isRefuted = sees.isProven

  const noteAnswer = ({ host }: Pick<Target, 'host'>, { redirects, finalUrl }: Reply) => {
    if (isRefuted() || isProven) return
    // Whoever redirected us was found as well. Most answers are of the host that was asked: no URL is taken apart for them.
    const isSeeing =
      isFound(host) ||
      (redirects.length > 0 &&
        [finalUrl, ...redirects.map(({ url }) => url)].some((url) => isFound(new URL(url).hostname)))
    if (isSeeing) sees.prove()
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
    if (!isRefuted() && domains.size >= WITNESSES) prove()
    if (!isRefuted() && !isProven) await Promise.race([decided, wait(HOLD_MS)])
    if (!isRefuted()) prove()
    return isProven
  }

  return {
    noteAnswer,
    isRefuted,
    async explain(reply) {
      if (isRefuted() || reply.kind !== 'dns.name_not_resolved' || reply.code === NEVER_ASKED) return reply
      const isDead = !(await isUnseen(new URL(reply.finalUrl).hostname))
      return isDead ? reply : { ...reply, kind: 'local.dns', detail: null, hint: null }
    },
  }
}

export interface WithBlindResolverOptions {
  readonly blindResolver: BlindResolver
}

/** Wraps a check: a public name that a blind resolver calls dead becomes `local.dns`. */
export function withBlindResolver(check: Check, { blindResolver }: WithBlindResolverOptions): Check {
  return async (target, context) => {
    const reply = await check(target, context)
    blindResolver.noteAnswer(target, reply)
    return blindResolver.explain(reply)
  }
}

/** Neither an address nor a single label: names in URLs do not end with a digit (WHATWG URL, "ends in a number"). */
function isName(host: string): boolean {
  const last = host.charCodeAt(host.length - 1)
  return (last < 48 || last > 57) && last !== 93 && host.includes('.')
}
