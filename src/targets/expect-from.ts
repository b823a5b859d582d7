// Expectations as the library's users write them, in the words that the lines of a list use: so that the same keys mean
// the same everywhere, what they imply included.

import { ValueError } from '../settings/errors.js'
import type { HeaderPattern } from '../settings/headers.js'
import { parseHeaderPattern } from '../settings/headers.js'
import { patternFrom } from '../settings/patterns.js'
import { parseStatusSet } from '../settings/status-set.js'
import { parseNeedle } from '../settings/values.js'
import type { Method } from '../words/method.js'
import { parsePlace } from './line-keys.js'
import { contradiction, NO_OVERRIDE, type Override } from './settings.js'

/** What has to hold of an answer; what is left out is as the level above has it. */
export interface ExpectOptions {
  /** Statuses that are fine, as in `--accept`: `200-299,301,4xx`, `+403`. Default `200-299`. */
  readonly accept?: string | undefined
  /** Where the first answer redirects to: a URL, or a path on the same host. Then redirects are not followed. */
  readonly location?: string | undefined
  /** Where the redirects end. */
  readonly finalUrl?: string | undefined
  /** Text in the body of the final answer, within its first 1 MiB. */
  readonly contains?: string | undefined
  /** Headers of the final answer by name: a regular expression, or its source. Replaces those of the same name. */
  readonly expectHeaders?: Readonly<Record<string, RegExp | string>> | undefined
  /** The longest time until the head of the final answer, ms. */
  readonly maxLatencyMs?: number | undefined
  /** Days that the certificate still has to be valid. URLs without TLS are not concerned. */
  readonly certDays?: number | undefined
  /** Why it is not asked. */
  readonly skip?: string | undefined
}

/** The options as an override; `NO_OVERRIDE` where they name nothing. Throws `TypeError` for a value that makes no sense. */
export function overrideFrom(
  options: ExpectOptions,
  asks: { readonly method?: Method | undefined; readonly follow?: boolean | undefined } = {},
): Override {
  const { accept, location, finalUrl, contains, expectHeaders, maxLatencyMs, certDays, skip } = options
  const named = [accept, location, finalUrl, contains, expectHeaders, maxLatencyMs, certDays, skip]
  if (named.every((value) => value === undefined)) return NO_OVERRIDE
  const { method, follow } = asks
  const override: Override = {
    // What is asked for in so many words is not overruled by what an expectation implies.
    ask: { ...(method === undefined ? {} : { method }), ...(follow === undefined ? {} : { follow }) },
    headers: [],
    accept: accept === undefined ? null : checked('accept', accept, parseAccept),
    expect: {
      ...(location === undefined ? {} : { location: checked('location', location, parsePlace) }),
      ...(finalUrl === undefined ? {} : { finalUrl: checked('finalUrl', finalUrl, parsePlace) }),
      ...(contains === undefined ? {} : { contains: checked('contains', contains, parseNeedle) }),
      ...(maxLatencyMs === undefined ? {} : { maxLatencyMs: checked('maxLatencyMs', maxLatencyMs, parseAmount) }),
      ...(certDays === undefined ? {} : { certDays: checked('certDays', certDays, parseAmount) }),
    },
    expectHeaders: Object.entries(expectHeaders ?? {}).map(patternOf),
    skip: skip ?? null,
  }
  const reason = contradiction(override)
  if (reason !== null) throw new TypeError(reason)
  return override
}

function checked<In, Out>(name: string, value: In, parse: (value: In) => Out): Out {
  try {
    return parse(value)
  } catch (error) {
    if (!(error instanceof ValueError)) throw error
    throw new TypeError(`${name}: expected ${error.expected}, got ${String(value)}`)
  }
}

function parseAccept(text: string): string {
  if (parseStatusSet(text) === null) throw new ValueError('statuses such as 200-299,301,4xx')
  return text
}

function parseAmount(value: number): number {
  if (!(value >= 0)) throw new ValueError('a number of at least 0')
  return value
}

function patternOf([name, pattern]: readonly [string, RegExp | string]): HeaderPattern {
  if (typeof pattern === 'string') return checked('expectHeaders', `${name}: ${pattern}`, parseHeaderPattern)
  const parsed = checked('expectHeaders', `${name}:`, parseHeaderPattern)
  return { name: parsed.name, pattern: checked('expectHeaders', pattern, patternFrom) }
}
