// What an earlier process of a run has left with its workers. Which targets those are is known as the list is read again;
// what was found out of them waits until then.

import { splitRows, unpackRows } from '../ask/threads/packed-rows.js'
import type { Target } from '../settings/target.js'
import type { Verdict } from '../words/verdict.js'
import type { OldJob } from './desk.js'

/** Where a target that is read again is: with a job that goes on, or done. */
export type Claim = { readonly job: string } | { readonly row: Verdict }

export class EarlierJobs {
  /** Lines that were not read again yet, by index. */
  readonly #lines = new Map<number, { readonly id: string; readonly raw: string }>()
  readonly #rows = new Map<number, { readonly packed: string; readonly raw: string }>()

  adopt({ id, slice }: OldJob): void {
    // What was handed back is in two of them; either will do.
    for (const [index, , raw] of slice.targets) if (!this.#lines.has(index)) this.#lines.set(index, { id, raw })
  }

  /** A job has ended, with these rows or with none; throws where they are none of ours. */
  ended(id: string, rows: string | null): void {
    const packed = rows === null ? null : splitRows(rows)
    for (const [index, line] of this.#lines) {
      if (line.id !== id) continue
      this.#lines.delete(index)
      const row = packed?.get(index)
      if (row !== undefined) this.#rows.set(index, { packed: row, raw: line.raw })
    }
  }

  /** Null: nobody has it. A line that reads otherwise now is another one. */
  claim(target: Target, raw: string): Claim | null {
    const { index } = target
    const found = this.#rows.get(index)
    this.#rows.delete(index)
    const line = this.#lines.get(index)
    this.#lines.delete(index)
    if (found?.raw === raw) return { row: unpackRows(found.packed, () => target)[0]! }
    return line?.raw === raw ? { job: line.id } : null
  }

  /** The list was read: what is left is of no line of it. */
  close(): void {
    this.#lines.clear()
    this.#rows.clear()
  }
}
