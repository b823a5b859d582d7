// A clock that is wrong makes good certificates look expired, or not valid yet. It is the common cause where unrelated
// hosts are out of date on the same side and what others say of the time would set them right; or where the clock is
// behind the day on which the roots here were made.

import type { CertificateDates, Reply } from '../words/reply.js'
import type { Witnesses } from './witnesses.js'

export interface WrongClockOptions<Result> {
  /** Hosts whose certificates are out of date, on one side or the other. */
  readonly witnesses: Witnesses
  /** By how much others are ahead of it. */
  readonly ahead: Ahead
  /** This machine's clock, ms since 1970. */
  wallNow(): number
  /** What an answer says of the time, ms since 1970; null: nothing. */
  timeOf(result: Result): number | null
  /** No clock can be before this, ms since 1970; asked for once something is not valid yet. */
  earliestMs(): number
}

/** By how much others are ahead of this machine's clock, ms, by the one that is nearest to it. */
export interface Ahead {
  /** Null: nobody has said. */
  ms(): number | null
  note(ms: number): void
}

/** One that nobody else knows of. */
export function createAhead(): Ahead {
  let aheadMs: number | null = null
  return {
    ms: () => aheadMs,
    note(ms) {
      if (aheadMs === null || Math.abs(ms) < Math.abs(aheadMs)) aheadMs = ms
    },
  }
}

export interface WrongClock<Result> {
  /** Learns from an answer of a host that has a clock of its own. */
  heard(result: Result): void
  /** The sentence about the clock, where it is what makes this reply's certificates out of date; else null. */
  explain(host: string, reply: Reply): Promise<string | null>
  /** The clock is right as far as others know. */
  isRight(): boolean
}

const DAY_MS = 86_400_000
/** Time zones that are taken for UTC, answers from a cache: less than this is no wrong clock. */
const TOLERANCE_MS = DAY_MS

export function createWrongClock<Result>(options: WrongClockOptions<Result>): WrongClock<Result> {
  const { witnesses, ahead, wallNow, timeOf, earliestMs } = options

  let earliest: number | null = null
  const soonest = () => {
    earliest ??= earliestMs()
    return earliest
  }
  /** The time by what others say, or the earliest that it can be; null: nothing speaks against ours. */
  const trueTime = (): number | null => {
    const ownMs = wallNow()
    const aheadMs = ahead.ms()
    if (aheadMs !== null) return ownMs + aheadMs
    return ownMs < soonest() ? soonest() : null
  }

  return {
    isRight: witnesses.isRefuted,
    heard(result) {
      if (witnesses.isRefuted()) return
      const saidMs = timeOf(result)
      if (saidMs === null) return
      const differenceMs = saidMs - wallNow()
      if (Math.abs(differenceMs) < TOLERANCE_MS) witnesses.refute()
      else ahead.note(differenceMs)
    },
    async explain(host, { kind, code, tls }) {
      if (kind !== 'tls.cert.date_invalid' || tls?.chain === undefined || witnesses.isRefuted()) return null
      const isEarly = code === 'CERT_NOT_YET_VALID'
      // Certain by itself, where the clock is before the roots that it is to judge by.
      const isCertain = isEarly && wallNow() < soonest()
      if (!isCertain && !(await witnesses.agree(isEarly ? 'early' : 'late', host))) return null
      const isExact = ahead.ms() !== null
      const nowMs = isEarly || isExact ? trueTime() : null
      if (nowMs === null || !tls.chain.every((dates) => holdsAt(dates, nowMs, isExact))) return null
      return sentence(wallNow(), nowMs, isExact)
    },
  }
}

/** By the earliest time that it can be, only the end of a certificate can be judged. */
function holdsAt({ validFrom, validTo }: CertificateDates, nowMs: number, isExact: boolean): boolean {
  return nowMs <= Date.parse(validTo) && (!isExact || nowMs >= Date.parse(validFrom))
}

function sentence(ownMs: number, nowMs: number, isExact: boolean): string {
  const others = isExact ? 'others say' : 'it is at least'
  return `the clock of this machine is wrong: it says ${dayOf(ownMs)}, ${others} ${dayOf(nowMs)}`
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
