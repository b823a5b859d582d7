// What a line may not say where somebody else wrote the list (`--untrusted`): nothing of what is asked may be more, or
// more trusting, than the flags and rules of the user have it. The table says which settings that is about (`stranger`):
// those that send what a line wants to whom it wants, or try patterns on what others answer. What is left (`accept`,
// `contains`, `skip` and the like) changes how its own rows are judged, and its author could as well leave the line out.

import type { Key } from '../settings/keys.js'
import { settingOf } from '../settings/options.js'
import type { Ask } from '../settings/target.js'
import { impliedByOne, type Override } from './settings.js'

/** A line's setting that is refused: the sentence behind its name, and what to do. */
export interface Refusal {
  readonly reason: string
  readonly hint: string | null
}

/** Whether a line may have the key at all; null: it may. */
export function refuseKey({ setting: { key, stranger } }: Key): Refusal | null {
  if (stranger !== 'never') return null
  return { reason: 'not from a list under --untrusted', hint: `For a host that you know: --rule 'HOST ${key}=…'` }
}

/** Whether the setting asks for more than `limits`, which flags and rules allow its host; null: it does not. */
export function refuseMore({ name, setting }: Key, override: Override, limits: Ask): Refusal | null {
  const said: Override = { [name]: override[name as keyof Override], ...impliedByOne(name, setting, override) }
  for (const [each, value] of Object.entries(said)) {
    const row = settingOf(each)
    if (row?.stranger !== 'less') continue
    const allowed = limits[each as keyof Ask]
    if (Number(value) <= Number(allowed)) continue
    if (each === 'follow')
      return { reason: 'redirects are not followed under --untrusted with --no-follow', hint: null }
    return {
      reason: `at most ${row.type.write?.(allowed as never) ?? allowed} under --untrusted`,
      hint: 'A line may only lower it; more is for the flags to allow',
    }
  }
  return null
}
