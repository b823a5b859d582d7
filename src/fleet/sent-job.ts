// A slice that was sent, as the run remembers it.

import type { Target } from '../settings/target.js'

export interface Job {
  readonly id: string
  readonly parts: readonly number[]
  readonly targets: Map<number, Target>
  /** An earlier process has sent it. */
  readonly isOld: boolean
  goneSinceMs: number | null
}

/** The line as a worker reads it. */
export function lineOf({ raw, url }: Target): string {
  return raw ?? url!
}
