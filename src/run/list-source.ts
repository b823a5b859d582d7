// The lists of library users as targets: strings, or URLs with settings of their own, from any iterable.

import { askFrom } from '../ask/ask-from.js'
import type { AskOptions } from '../ask/client-options.js'
import type { TargetSource } from '../settings/seams.js'
import type { Target } from '../settings/target.js'
import type { ExpectOptions } from '../targets/expect-from.js'
import { overrideFrom } from '../targets/expect-from.js'
import { parseUrl } from '../targets/parse-url.js'
import type { SettingsOf } from '../targets/rules.js'
import { applyOverride } from '../targets/settings.js'

/** Pulls only as fast as it is pulled from. */
export function listSource(
  inputs: Iterable<TargetInput> | AsyncIterable<TargetInput>,
  settingsOf: SettingsOf,
  base: string | null = null,
): TargetSource {
  const toTarget = (input: TargetInput, index: number): Target => {
    const written = typeof input === 'string' ? input : input.url
    const { url, host, problem } = parseUrl(written, base)
    const target = { index, line: null, source: 'argv', input: written, url, host, problem }
    const { ask, expect, skip } = settingsOf(host)
    if (typeof input === 'string') return { ...target, ask, expect, skip }
    return { ...target, ...applyOverride({ ask: askFrom(input, ask), expect, skip }, overrideFrom(input, input)) }
  }
  let iterator: AsyncIterator<TargetInput> | null = null
  const batches = async function* () {
    let index = 0
    if (Symbol.asyncIterator in inputs) {
      const opened = inputs[Symbol.asyncIterator]()
      iterator = opened
      for await (const input of { [Symbol.asyncIterator]: () => opened }) yield [toTarget(input, index++)]
      return
    }
    let batch: Target[] = []
    for (const input of inputs) {
      batch.push(toTarget(input, index++))
      if (batch.length < BATCH) continue
      yield batch
      batch = []
    }
    yield batch
  }
  // Frees what the caller's iterable holds, also while it is waited for; a generator does so when it next yields.
  const close = () => void Promise.resolve(iterator?.return?.()).catch(() => {})
  return { batches: batches(), blank: () => 0, otherShard: () => 0, notices: [], broke: () => null, close }
}

/** Targets handed on at once; small enough that the first request leaves early. */
const BATCH = 1000

/** A URL, or a URL with settings of its own. */
export type TargetInput = string | ({ readonly url: string } & AskOptions & ExpectOptions)
