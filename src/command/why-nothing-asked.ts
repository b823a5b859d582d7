// A run without a verdict: a mistake in most cases, and said as one.

import type { Run } from '../run/pipeline.js'
import { UsageError } from '../settings/errors.js'
import type { TargetSource } from '../settings/seams.js'
import { counted, grouped } from '../words/counted.js'
import type { Session } from './session.js'
import { swallowedInput } from './swallowed-input.js'

/** A sentence where that is no mistake and still worth a word, else null; throws a `UsageError` where it is one. */
export function whyNothingAsked(run: Run, source: TargetSource, { options, argv, names }: Session): string | null {
  const { allowEmpty, shard } = options
  const { unfinished, lines } = run.summary({ signal: null, outputFailed: null })
  if (run.progress.known > 0 || unfinished !== null) return null
  const others = source.otherShard()
  // Eight jobs over the URLs of five hosts leave some without any.
  if (others > 0) {
    const left = lines.excluded === 0 ? '' : `${counted(lines.excluded, 'URL')} left out, `
    return `nothing to ask in shard ${shard!.index}/${shard!.count}: ${left}${others} in other shards`
  }
  if (allowEmpty) return null
  if (lines.excluded > 0) {
    const which = lines.excluded === 1 ? 'the one URL' : `all ${grouped(lines.excluded)} URLs`
    throw new UsageError(`nothing to ask: --include and --exclude leave out ${which}`)
  }
  const swallowed = names.every((name) => name === '-') ? swallowedInput(argv) : null
  if (swallowed !== null)
    throw new UsageError(`nothing to ask: ${swallowed}, and stdin is empty; name the list as well`)
  const blank = source.blank() > 0 ? 'only blank lines and comments' : 'nothing'
  throw new UsageError(`nothing to ask: the list holds ${blank}; one URL a line, such as https://example.com`)
}
