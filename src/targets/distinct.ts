// Which targets repeat an earlier one. Remembers 96 bits of a hash a URL, never the URL; asks nothing and forgets nothing.

import { hash } from 'node:crypto'
import { ROWS } from '../settings/options.js'
import { settingsText } from '../settings/settings-text.js'
import type { Ask, Expect, Target } from '../settings/target.js'
import { DigestTable } from '../words/digest-table.js'

/** The index of the first target that asks the same, or null, and then the target is remembered. */
export interface Distinct {
  (target: Target): number | null
  /** Bytes of memory, for tests. */
  bytes(): number
}

/**
 * Two targets are the same when their URLs without fragment are equal, all settings of the request that the table marks
 * with `judges`, and all that is expected; how long they may take and how often they are retried does not count. A target
 * with a problem is never a repeat.
 *
 * Told apart by 96 bits of SHA-256: among ten million URLs, the odds that any two different ones are taken for the same
 * are 1 in 1.6e15 (n² / 2^97), and nobody can choose URLs that collide. Costs about 1 µs a target, up to 2^32 - 2 targets.
 */
export function createDistinct(): Distinct {
  // Between 0.85 / 1.25 and 0.85 full, 16 bytes an entry are 18.8 to 23.5.
  const table = new DigestTable({ words: 3, growth: 1.25 })
  let lastAsk: Ask | null = null
  let lastExpect: Expect | null = null
  let prefix = ''

  const distinct = (target: Target): number | null => {
    if (target.url === null) return null
    if (target.ask !== lastAsk || target.expect !== lastExpect) {
      lastAsk = target.ask
      lastExpect = target.expect
      prefix = describe(target.ask, target.expect)
    }
    const digest = hash('sha256', prefix + withoutFragment(target.url), 'hex')
    const words = [0, 8, 16].map((at) => Number.parseInt(digest.slice(at, at + 8), 16))
    const first = table.get(words)
    if (first !== 0) return first - 1
    table.set(words, target.index + 1)
    return null
  }
  return Object.assign(distinct, { bytes: () => table.bytes })
}

function withoutFragment(url: string): string {
  const hashMark = url.indexOf('#')
  return hashMark === -1 ? url : url.slice(0, hashMark)
}

const JUDGING_ASKS = ROWS.filter(([, { of, judges }]) => of === 'ask' && judges === true)

/** JSON keeps the parts apart, and the line break ends it. */
function describe(ask: Ask, expect: Expect): string {
  const asked = JUDGING_ASKS.map(([name, { type }]) => {
    const value = ask[name as keyof Ask]
    return type.alike === undefined ? value : type.alike(value as never)
  })
  return `${settingsText([asked, expect])}\n`
}
