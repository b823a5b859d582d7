// The first pass: what is asked and what is known without asking, in the order in which it is done.

import type { Asking } from '../settings/seams.js'
import type { Verdict } from '../words/verdict.js'
import type { SettledRows } from './settled-rows.js'

/** Throws what the list throws, after all rows that came before. Leaving it stops the pass. */
export async function* firstPass(asking: Asking, settled: SettledRows): AsyncGenerator<readonly Verdict[]> {
  const results = asking.results[Symbol.asyncIterator]()
  let arrived: IteratorResult<readonly Verdict[]> | null = null
  let broke: { readonly error: unknown } | null = null
  let wake = () => {}
  settled.onRows = () => wake()
  const listen = () => {
    arrived = null
    results.next().then(
      (result) => {
        arrived = result
        wake()
      },
      (error: unknown) => {
        broke = { error }
        wake()
      },
    )
  }
  /** What is there now; null: nothing is. Rows that need no asking first: they were in the list before. */
  const look = (): IteratorResult<readonly Verdict[]> | null => {
    const rows = settled.take()
    if (rows.length > 0) return { done: false, value: rows }
    if (broke !== null) throw broke.error
    return arrived
  }
  let isWhole = false
  try {
    listen()
    for (let next = look(); next?.done !== true; next = look()) {
      if (next === null) await new Promise<void>((resolve) => (wake = resolve))
      else {
        yield next.value
        if (next === arrived) listen()
      }
    }
    isWhole = true
  } finally {
    settled.close()
    // What is on the wire would be waited for.
    if (!isWhole) asking.stop()
    await results.return?.()
  }
}
