// What was asked for, in words, for reports that are read by somebody who did not see the command.

import type { CommandOptions } from '../report/formats/output-request.js'
import { plainDuration } from '../report/table/duration.js'
import { SUCCESSFUL } from '../settings/status-set.js'
import { hideSecrets, shorten } from '../words/hide-secrets.js'
import type { RunDescription } from '../words/output.js'

/** Longer texts to look for say no more. */
const TEXT_MAX = 80

/** `names` are the inputs. Secrets are not in it. */
export function describeRun(names: readonly string[], options: CommandOptions): RunDescription {
  const { accept, contains, expectHeaders, maxLatencyMs, certDays, follow } = options
  const expectations = [
    ...(follow ? [] : ['for the first answer, redirects not followed']),
    ...(contains === null ? [] : [`with “${shown(contains)}” in the body`]),
    ...(expectHeaders.length === 0 ? [] : ['with the headers that were asked for']),
    ...(maxLatencyMs === null ? [] : [`within ${plainDuration(maxLatencyMs)}`]),
    ...(certDays === null ? [] : [`with a certificate for ${certDays} more days`]),
  ]
  return { inputs: names, accept: `${accept ?? SUCCESSFUL}`, expectations }
}

function shown(text: string): string {
  return shorten(hideSecrets(shorten(text), 'prose'), TEXT_MAX)
}
