// A made internet: origins with latencies, limits and bad moments of their own, a list of URLs on them, and how the run is
// asked for. All of it is drawn from one seed.

import { createRandom, type Random } from '../fuzz/random.js'

/** What an origin does in a bad moment. A number is a status. */
export type Bad = 'refused' | 'reset' | 'silent' | 'hangs' | 'servfail' | 500 | 503

/** From, until (ms of the run), and what. */
export interface Moment {
  readonly fromMs: number
  readonly untilMs: number
  readonly bad: Bad
  /** With a 503: the Retry-After in s. */
  readonly retryAfterS: number | null
}

export interface Origin {
  readonly href: string
  readonly host: string
  readonly address: string
  readonly latencyMs: number
  /** Before that: a lookup that is slow. */
  readonly dnsMs: number
  /** From the first request on, for so long. */
  readonly start: { readonly forMs: number; readonly bad: Bad } | null
  readonly moments: readonly Moment[]
  /** Always, from the beginning to the end. */
  readonly dead: Bad | null
  /** 429 beyond so many a second, with this Retry-After. */
  readonly limit: { readonly perSecond: number; readonly retryAfterS: number | null } | null
  /** 503 beyond so many at once. */
  readonly mostAtOnce: number | null
}

/** One URL: the origins it goes through, and the status of the page at the end. */
export interface Page {
  readonly url: string
  readonly way: readonly Origin[]
  readonly status: number
  readonly timeoutMs: number
}

/** This machine lacks descriptors in these times. */
export interface Shortage {
  readonly fromMs: number
  readonly untilMs: number
}

export interface Internet {
  readonly seed: number
  readonly origins: ReadonlyMap<string, Origin>
  readonly pages: readonly Page[]
  readonly shortages: readonly Shortage[]
  readonly options: {
    readonly concurrency: number
    readonly perHost: number | null
    readonly retries: number
    readonly retryTimeouts: boolean
    readonly maxWaitMs: number
    readonly recheckMs: number | null
    readonly waitMs: number | null
    readonly bail: number | null
    readonly timeLimitMs: number | null
  }
  /** Ctrl-C. */
  readonly stopAtMs: number | null
  /** The list comes in pieces of so many, so far apart. */
  readonly piece: number
  readonly pieceMs: number
}

/** The internet of a seed. */
export function createInternet(seed: number): Internet {
  const random = createRandom(seed, 1)
  const size = random.pick([1, 1, 2, 2, 4, 4, 8, 8, 20, random.chance(0.1) ? 300 : 40])
  const all: Origin[] = []
  for (let index = 0; index < size; index++) {
    all.push(createOrigin(random, index, 80))
    if (random.chance(0.1)) all.push(createOrigin(random, index, 8080))
  }
  /** Pages that always say 503 or 429, whatever is asked beside them. */
  const deadShare = random.pick([0, 0, 0.05, 0.1, 0.2])
  const perOrigin = random.pick([1, 3, 19, 20, 45, size < 5 ? 200 : 30])
  const pages: Page[] = []
  for (const origin of all) {
    const count = 1 + random.below(perOrigin)
    for (let nth = 0; nth < count; nth++) pages.push(createPage(random, { origin, all, nth: pages.length, deadShare }))
  }
  if (random.chance(0.5)) shuffle(pages, random)
  return {
    seed,
    origins: new Map(all.map((origin) => [origin.href, origin])),
    pages,
    shortages: random.chance(0.1) ? [createShortage(random)] : [],
    options: createOptions(random),
    stopAtMs: random.chance(0.08) ? random.below(5000) : null,
    piece: random.pick([1000, 1000, 50, 7]),
    pieceMs: random.pick([0, 0, 10, 300]),
  }
}

function createOptions(random: Random): Internet['options'] {
  const isPlain = random.chance(0.6)
  return {
    concurrency: random.pick([128, 128, 8, 1000]),
    perHost: isPlain ? null : random.pick([null, 1, 5, 20]),
    retries: isPlain ? 2 : random.pick([0, 1, 2, 3]),
    retryTimeouts: random.chance(0.2),
    maxWaitMs: isPlain ? 30_000 : random.pick([30_000, 5000, 60_000]),
    recheckMs: random.chance(0.15) ? random.below(3000) : null,
    waitMs: random.chance(0.05) ? 10_000 : null,
    bail: random.chance(0.05) ? 1 + random.below(10) : null,
    timeLimitMs: random.chance(0.05) ? 1 + random.below(20_000) : null,
  }
}

const BAD: readonly Bad[] = ['refused', 'refused', 'reset', 'silent', 'hangs', 'servfail', 500, 503, 503]

function createOrigin(random: Random, index: number, port: number): Origin {
  const host = `h${index}.sim`
  const isBad = random.chance(0.4)
  return {
    href: port === 80 ? `http://${host}` : `http://${host}:${port}`,
    host,
    address: random.chance(0.5) ? `8.8.${index >> 8}.${index & 255}` : `127.1.${index >> 8}.${index & 255}`,
    latencyMs: 1 + random.below(random.pick([5, 50, 400])),
    dnsMs: random.chance(0.1) ? random.below(600) : 0,
    start: random.chance(0.3) ? { forMs: random.pick([150, 350, 700, random.below(700)]), bad: startOf(random) } : null,
    moments: isBad ? Array.from({ length: 1 + random.below(3) }, () => createMoment(random)) : [],
    dead: random.chance(0.1) ? random.pick(['refused', 'refused', 'silent', 'servfail', 503] as const) : null,
    limit: random.chance(0.1)
      ? { perSecond: 1 + random.below(50), retryAfterS: random.pick([null, 0, 1, 2, 3600]) }
      : null,
    mostAtOnce: random.chance(0.05) ? 1 + random.below(20) : null,
  }
}

function startOf(random: Random): Bad {
  return random.pick(['refused', 'refused', 'reset', 'servfail', 503, 500] as const)
}

function createMoment(random: Random): Moment {
  const fromMs = random.below(8000)
  const bad = random.pick(BAD)
  const untilMs = fromMs + random.pick([100, 400, 2000, 20_000])
  return { fromMs, untilMs, bad, retryAfterS: bad === 503 && random.chance(0.5) ? 1 + random.below(5) : null }
}

interface PagePlan {
  readonly origin: Origin
  readonly all: readonly Origin[]
  readonly nth: number
  readonly deadShare: number
}

function createPage(random: Random, { origin, all, nth, deadShare }: PagePlan): Page {
  const way = [origin]
  while (random.chance(0.12) && way.length < 5) way.push(random.pick(all))
  const timeoutMs = random.chance(0.04) ? random.pick([100, 1000]) : 10_000
  const status = random.chance(deadShare) ? random.pick([503, 503, 429]) : random.chance(0.05) ? 404 : 200
  return { url: `${origin.href}/${nth}`, way, status, timeoutMs }
}

function createShortage(random: Random): Shortage {
  const fromMs = random.below(3000)
  return { fromMs, untilMs: fromMs + random.pick([50, 500, 5000]) }
}

function shuffle<T>(items: T[], random: Random): void {
  for (let at = items.length - 1; at > 0; at--) {
    const other = random.below(at + 1)
    const kept = items[at]!
    items[at] = items[other]!
    items[other] = kept
  }
}
