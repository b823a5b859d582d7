// What a run's lines are asked with, as it was written: what workers are told, with every `$NAME` as it stands, so that no
// secret of this machine goes through Redis, and each worker has its own.

import { readFileSync } from 'node:fs'
import type { Written } from '../fleet/protocol.js'
import type { CommandOptions } from '../report/formats/output-request.js'
import { UsageError } from '../settings/errors.js'
import { type FlagName, longFlag } from '../settings/options.js'
import type { Target } from '../settings/target.js'
import type { LineContext } from '../targets/parse-line.js'
import { writtenFlags } from './arguments.js'
import { CONFIG_KEYS } from './config-keys.js'
import type { Flag } from './flags.js'
import { hasLiteralSecret, hasSecretRule, hasUserinfo, isSecretHeaderText } from './literal-secrets.js'

/** Of the run and the command what says how a line is asked or judged; all of a request and of a client does. */
const ASKS: ReadonlySet<FlagName> = new Set([
  ...(['rules', 'retryTimeouts', 'maxWaitMs', 'baseUrl'] as const),
  ...(['ipv4', 'ipv6', 'untrusted', 'caFile', 'certFile', 'keyFile'] as const),
])
/** A worker's own. */
const OF_WORKERS: ReadonlySet<FlagName> = new Set(['concurrency', 'rate'])
const FILES = ['caFile', 'certFile', 'keyFile'] as const

/** Throws a `UsageError` where a secret stands in them as it is, unless `queueSecrets`. */
export function writtenSettings(argv: readonly string[], options: CommandOptions, config: string | null): Written {
  const flags = writtenFlags(argv).filter(({ flag }) => travels(flag))
  const members = config === null ? [] : membersOf(readFileSync(config, 'utf8').replace(/^\ufeff/, ''))
  if (!options.queueSecrets) {
    for (const { flag, text } of flags) refuseSecret(flag, longFlag(flag.setting), text)
    for (const { flag, key, value } of members) {
      for (const text of [value].flat()) refuseSecret(flag, `${config}: ${key}`, String(text))
    }
  }
  const files = FILES.flatMap((name) => {
    const path = options[name]
    return path === null ? [] : [[path, readFileSync(path, 'latin1')]]
  })
  return {
    flags: flags.map(({ flag, text }) =>
      text === null ? longFlag(flag.setting) : `${longFlag(flag.setting)}=${text}`,
    ),
    config:
      members.length === 0 ? null : JSON.stringify(Object.fromEntries(members.map(({ key, value }) => [key, value]))),
    files: Object.fromEntries(files),
  }
}

/** Why a line must not go through Redis: a password or a header that stands in it as it is. Null: it may. */
export function refusalOfLine({ source, line, raw, url }: Target, lines: LineContext): string | null {
  if (!hasLiteralSecret(raw ?? url!, lines)) return null
  return `${source === '-' ? 'line ' : `${source}:`}${line}: a password or a header, which --queue would write into Redis; ${INSTEAD}`
}

const INSTEAD = 'write $NAME and start the workers with --env NAME, or allow it with --queue-secrets'

function travels({ name, setting }: Flag): boolean {
  const isOfRequests = setting.of === 'ask' || setting.of === 'expect' || setting.of === 'client'
  return (isOfRequests || ASKS.has(name)) && !OF_WORKERS.has(name)
}

/** What a configuration, which was read already, says of asking. */
function membersOf(text: string) {
  return Object.entries(JSON.parse(text) as Record<string, unknown>).flatMap(([key, value]) => {
    const flag = CONFIG_KEYS.find((each) => each.key === key)?.flag
    return flag !== undefined && travels(flag) ? [{ flag, key, value }] : []
  })
}

function refuseSecret({ name }: Flag, shown: string, text: string | null): void {
  const isSecret =
    name === 'certFile' ||
    name === 'keyFile' ||
    (name === 'headers' && isSecretHeaderText(text!)) ||
    (name === 'rules' && hasSecretRule(text!)) ||
    ((name === 'proxy' || name === 'baseUrl') && hasUserinfo(text!))
  if (isSecret) throw new UsageError(`${shown}: --queue would write it into Redis; ${INSTEAD}`)
}
