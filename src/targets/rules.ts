// Settings for hosts (`--rule 'HOST key=value…'`): read once before the first request, laid over the flags once a host.
// Hosts for which the same rules match share one object, so that a million subdomains cost what one does.

import { UsageError } from '../settings/errors.js'
import { withoutTrailingDot } from '../words/without-trailing-dot.js'
import { type Environment, ExpansionError, expand, type Variables, variablesOfFlags } from './expand.js'
import { isHost } from './host-names.js'
import { readSettings, wordEnd } from './read-settings.js'
import { applyOverride, NO_OVERRIDE, type Override, type Settings } from './settings.js'

/** The settings of a host; the base itself where no rule matches. */
export type SettingsOf = (host: string) => Settings

/** One rule. */
export interface Rule {
  /** Lower case, IPv6 in brackets, as `Target.host` is. */
  readonly host: string
  /** `*.host`: what is below the host and not the host itself; else the host alone. */
  readonly below: boolean
  readonly override: Override
}

/** Hosts remembered with their settings; beyond it all are forgotten and found again. */
const HOSTS_MAX = 10_000

/** Reads `HOST key=value…` or `*.HOST key=value…`; messages begin with `name`. Throws `UsageError`, without values that may be secret. */
export function parseRule(text: string, env: Environment, name = '--rule'): Rule {
  return readRule(text, variablesOfFlags(env), name)
}

/** The same, with names of somebody who may not read all of the environment. */
export function readRule(text: string, variables: Variables, name: string): Rule {
  const line = text.trim()
  const hostEnd = wordEnd(line, 0, line.length)
  const written = line.slice(0, hostEnd)
  // Without a host in front the first word may be a setting, and its value a secret.
  const shown = written.replace(/=.*$/s, '=').replace(/^.*@/s, '***@')
  const fail = (reason: string) => new UsageError(`${name} '${shown} …': ${reason}`)
  const below = written.startsWith('*.')
  const host = hostOf(readHost(below ? written.slice(2) : written, variables, fail))
  if (host === null) throw fail('expected a host first, such as example.com or *.example.com, without port and path')
  const reading = readSettings(line, { start: hostEnd, end: line.length }, { variables, limits: null })
  if (reading.type === 'stray') throw fail(`${reading.word} is no setting; expected key=value, such as accept=404`)
  if (reading.type === 'wrong')
    throw fail(reading.hint === null ? reading.reason : `${reading.reason}. ${reading.hint}`)
  if (reading.override === NO_OVERRIDE) throw fail('expected a setting behind the host, such as accept=404')
  return { host, below, override: reading.override }
}

/**
 * Lays the rules over `base` for each host. All rules that match a host hold, in their order, so that for each key the
 * last one that names it wins.
 */
export function createRules(rules: readonly Rule[], base: Settings): SettingsOf {
  if (rules.length === 0) return () => base
  let byHost = new Map<string, Settings>()
  let byRules = new Map<string, Settings>()

  const find = (host: string): Settings => {
    const matching = rules.filter((rule) => (rule.below ? host.endsWith(`.${rule.host}`) : host === rule.host))
    if (matching.length === 0) return base
    const id = matching.map((rule) => rules.indexOf(rule)).join()
    const known = byRules.get(id)
    if (known !== undefined) return known
    const made = matching.reduce((settings, rule) => applyOverride(settings, rule.override), base)
    if (byRules.size >= HOSTS_MAX) byRules = new Map()
    byRules.set(id, made)
    return made
  }

  return (host) => {
    const known = byHost.get(host)
    if (known !== undefined) return known
    const found = find(host)
    if (byHost.size >= HOSTS_MAX) byHost = new Map()
    byHost.set(host, found)
    return found
  }
}

function readHost(text: string, variables: Variables, fail: (reason: string) => UsageError): string {
  try {
    return expand(text, 'text', variables)
  } catch (error) {
    throw error instanceof ExpansionError ? fail(error.message) : error
  }
}

/** The host as a URL would have it; null where that is not all there is. */
function hostOf(written: string): string | null {
  if (written === '' || /[/\\?#@*=\s]/.test(written)) return null
  try {
    const { hostname, host } = new URL(`http://${written}`)
    // `new URL` drops a port of 80, so a colon outside brackets is looked for as well.
    if (host !== hostname || /:\d*$/.test(written.replace(/\[.*\]/, ''))) return null
    const name = withoutTrailingDot(hostname)
    return isHost(name) ? name : null
  } catch {
    return null
  }
}
