// The policies of a run, in the one order in which they make sense.

import { type WithBlindResolverOptions, withBlindResolver } from '../policies/blind-resolver.js'
import { withHeadFallback } from '../policies/head-fallback.js'
import { type LocalFaultOptions, withLocalFaults } from '../policies/local-faults.js'
import { type OverloadOptions, withOverload } from '../policies/overload.js'
import { type RetryOptions, withRetry } from '../policies/retry.js'
import { type WithThisMachineOptions, withThisMachine } from '../policies/this-machine.js'
import type { Check } from '../settings/seams.js'

/** What the user may choose of them. */
export interface PolicyOptions {
  /** Ask again after a timeout too. Default false. */
  readonly retryTimeouts?: boolean | undefined
  /** All waits for retries of one URL, ms. Default 30,000. */
  readonly maxWaitMs?: number | undefined
}

/** What the policies work with: each takes of it what it needs. */
export type PolicyContext = LocalFaultOptions &
  OverloadOptions &
  RetryOptions &
  WithThisMachineOptions &
  WithBlindResolverOptions

type Policy = (check: Check, context: PolicyContext) => Check

/** Innermost first: each sees what those before it made of the attempt. */
const POLICIES: readonly Policy[] = [
  withHeadFallback,
  withLocalFaults,
  withOverload,
  withRetry,
  withThisMachine,
  withBlindResolver,
]

/** An attempt with all of them around it. The breaker is within: every hop asks it. */
export function withPolicies(attempt: Check, context: PolicyContext): Check {
  return POLICIES.reduce((check, policy) => policy(check, context), attempt)
}
