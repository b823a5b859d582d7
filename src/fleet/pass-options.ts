// What the passes of a run over a queue need.

import type { Target } from '../settings/target.js'
import type { Desk } from './desk.js'
import type { Written } from './protocol.js'

export interface QueueAskerOptions {
  readonly desk: Desk
  readonly run: string
  readonly written: Written
  /** Monotonic ms. */
  now(): number
  notify(text: string): void
  /** Why a line must not leave this machine; null: it may. */
  refusal(target: Target): string | null
  /** Whether this process has the run; where it has not, `onLost` is told. */
  isOurs(): Promise<boolean>
  /** Another process took the run; called with what is to be told of it. */
  onLost(listener: (sentence: string) => void): void
  /** Whether Redis answers. */
  isThere(): boolean
  /** Closes the connection, whether Redis is there or not. */
  leave(): Promise<void>
}

export interface QueuePassOptions extends QueueAskerOptions {
  readonly gently: boolean
  /** Takes up what an earlier process of the run has left. */
  readonly adopts: boolean
}
