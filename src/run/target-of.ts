// One element of a list of the library's users as a target. Total: whatever stands in the list, it is a target, or a
// target with a problem, so that one bad element is one verdict and never the end of the run.

import { checkOptions } from '../settings/check-options.js'
import type { OptionsOf } from '../settings/options.js'
import type { Target } from '../settings/target.js'
import { HostNames } from '../targets/host-names.js'
import { overrideOf } from '../targets/override-of.js'
import { parseUrl } from '../targets/parse-url.js'
import type { SettingsOf } from '../targets/rules.js'
import { applyOverride } from '../targets/settings.js'
import { textOfUrl, typeName } from '../words/url-text.js'
import type { UrlLike } from '../words/web-types.js'

const TAKES = { of: 'a target', parts: ['ask', 'expect', 'line'], besides: ['url', 'extra'] } as const

/** A URL with settings of its own. */
export interface TargetOptions extends OptionsOf<'ask' | 'expect' | 'line'> {
  readonly url: string | UrlLike
  /** Is in the verdict as it is: what a program wants to know its URL by. */
  readonly extra?: Readonly<Record<string, unknown>> | null | undefined
}

/** A URL, or a URL with settings of its own. */
export type TargetInput = string | UrlLike | TargetOptions

/** The target of an element, at its place in the list. `base`: what paths are paths of. Never throws. */
export function createTargetOf(
  settingsOf: SettingsOf,
  base: string | null,
): (input: TargetInput, index: number) => Target {
  const hosts = new HostNames()
  return (input, index) => {
    try {
      return read(input, index)
    } catch (error) {
      const reason = error instanceof TypeError ? error.message : 'cannot be read'
      const problem = { kind: 'line.invalid', reason, hint: null, key: null, column: null } as const
      const target = {
        index,
        line: null,
        source: 'argv',
        input: writtenOf(input),
        url: null,
        host: '',
        problem,
      } as const
      return { ...target, ...settingsOf(''), skip: null, extra: null }
    }
  }

  function read(input: TargetInput, index: number): Target {
    const own = isWithSettings(input) ? input : null
    const written = textOfUrl(own === null ? input : own.url)
    if (written === null) {
      const what = own === null ? 'a URL, or an object with one as url' : 'url: a string or a URL'
      throw new TypeError(`expected ${what}, got ${typeName(own === null ? input : own.url)}`)
    }
    const { url, host, problem } = parseUrl(written, base, hosts)
    const target = { index, line: null, source: 'argv', input: written, url, host, problem }
    const { ask, expect, skip } = settingsOf(host)
    if (own === null) return { ...target, ask, expect, skip, extra: null }
    const settings = applyOverride({ ask, expect, skip }, overrideOf(checkOptions(own, TAKES)))
    return { ...target, ...settings, extra: extraOf(own) }
  }
}

function isWithSettings(input: TargetInput): input is TargetOptions {
  return typeof input === 'object' && input !== null && 'url' in input
}

function extraOf({ extra = null }: TargetOptions): TargetOptions['extra'] & (object | null) {
  if (typeof extra !== 'object' || Array.isArray(extra))
    throw new TypeError(`extra: expected an object, got ${typeName(extra)}`)
  return extra
}

/** What a row shows of an element that is no target. */
function writtenOf(input: unknown): string {
  try {
    return textOfUrl(isWithSettings(input as TargetInput) ? (input as TargetOptions).url : input) ?? ''
  } catch {
    return ''
  }
}
