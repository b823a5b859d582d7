// All kinds: those with a name of their own, and one for each expectation of the table.

import { type Kind, type KindFacts, localFacts, NAMED_KINDS, type NamedKind } from '../words/kinds.js'
import { type CheckName, ROWS } from './options.js'
import { SETTINGS } from './table.js'

/** The kind of an expectation that does not hold: `check.final-url`. */
export type CheckKind = `check.${(typeof SETTINGS)[CheckName]['key']}`

/** All expectations that have a kind, in the order in which they are judged. */
export const CHECKS: readonly CheckName[] = ROWS.flatMap(([name, { fault }]) =>
  fault === undefined ? [] : [name as CheckName],
)

const { ok, 'http.error': httpError, ...others } = NAMED_KINDS
const checks = CHECKS.map((name) => [checkKind(name), { label: 'CHECK', meaning: SETTINGS[name].fault, hint: null }])

/** All kinds but `local.<code>`, which carries the code of this machine's fault in its name. */
export const KINDS = { ok, 'http.error': httpError, ...Object.fromEntries(checks), ...others } as Readonly<
  Record<NamedKind | CheckKind, KindFacts>
>

/** The facts of any kind, `local.*` included. */
export function kindFacts(kind: Kind): KindFacts {
  return kind in KINDS ? KINDS[kind as keyof typeof KINDS] : localFacts(kind)
}

/** The kind of this expectation. */
export function checkKind(name: CheckName): CheckKind {
  return `check.${SETTINGS[name].key}`
}
