// `$NAME` and `${NAME}` in lists and flags. What a name stands for is a value and never syntax: it is not expanded again,
// it ends no word, no host and no pattern, and no message repeats it.

import { UsageError } from '../settings/errors.js'

/** Where `$NAME` is looked up. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Which names have a value here, and what a name without one means. */
export interface Variables {
  readonly valueOf: (name: string) => string | null
  /** Why it has none: a sentence that begins with the name. */
  readonly refusal: (name: string) => string
  /** Whether a name without a value is wrong everywhere; else only in a secret, and elsewhere it is what it says. */
  readonly strict: boolean
}

/** How the text is read: as it is, as a URL, or as `name: regular expression`. */
export type Syntax = 'text' | 'url' | 'pattern'

/** A name that cannot be put in. */
export class ExpansionError extends Error {}

/** A line of 64 KiB is the longest that is read; what is put into it is not to make gigabytes of it. */
const LONGEST = 65_536
const NAMES_MAX = 100
/** Longer ones are taken for the value itself, written by mistake, unless they look like a name. */
const SHORT_NAME = 20

/** The names that the user gave with `--env`. Throws `UsageError` for one that is not set. */
export function variablesOfList(names: readonly string[], env: Environment): Variables {
  const values = new Map(names.map((name) => [name, valueIn(env, name) ?? refuseUnset(name)]))
  return {
    valueOf: (name) => values.get(name) ?? null,
    refusal: (name) => `$${name} is read from the environment only with --env ${name}`,
    strict: false,
  }
}

/** Everything in the environment: for what the user wrote himself. */
export function variablesOfFlags(env: Environment): Variables {
  return {
    valueOf: (name) => valueIn(env, name),
    refusal: (name) => `$${name} is not set in the environment; a dollar is written \\$`,
    strict: true,
  }
}

/** No inherited names: `$constructor` is in no environment. */
function valueIn(env: Environment, name: string): string | null {
  return Object.hasOwn(env, name) ? (env[name] ?? null) : null
}

function refuseUnset(name: string): never {
  const isShown = name.length <= SHORT_NAME || /^[A-Z_][A-Z\d_]*$/.test(name)
  throw new UsageError(`--env${isShown ? ` ${name}` : ''}: not set in the environment; it takes a name, not a value`)
}

const NAME = '\\$(?:([A-Za-z_]\\w*)|\\{([A-Za-z_]\\w*)\\})'
const IN_TEXT = new RegExp(`\\\\\\$|${NAME}`, 'g')
/** What is escaped or in a class stays: there `$` is a dollar already. */
const IN_PATTERN = new RegExp(`\\\\[^]|\\[(?:\\\\[^]|[^\\]\\\\])*\\]?|${NAME}`, 'g')

/**
 * The text with its names put in; `\$` is a dollar. Throws `ExpansionError` for a name without a value where all must
 * have one (`variables.strict`), and for a value that would be another host or none.
 */
export function expand(text: string, syntax: Syntax, variables: Variables): string {
  if (!text.includes('$')) return text
  let made = ''
  let end = 0
  let names = 0
  for (const found of text.matchAll(syntax === 'pattern' ? IN_PATTERN : IN_TEXT)) {
    const [whole, plain, braced] = found
    const name = plain ?? braced
    const value = name === undefined ? null : variables.valueOf(name)
    if (value === null && name !== undefined && variables.strict) throw new ExpansionError(variables.refusal(name))
    if (name !== undefined && ++names > NAMES_MAX) throw new ExpansionError(`more than ${NAMES_MAX} names`)
    if (made.length > LONGEST) throw new ExpansionError('longer than 64 KiB with what is put in')
    made += text.slice(end, found.index)
    end = found.index + whole.length
    if (value === null) made += whole === '\\$' && syntax !== 'pattern' ? '$' : whole
    else if (syntax === 'text') made += value
    else if (syntax === 'pattern') made += value.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
    else made += asUrlPart(value, { name: name!, before: made, behind: text.slice(end) })
  }
  return made + text.slice(end)
}

/** Where in a URL a name stands: between what is made of the URL so far and what was written behind. */
interface UrlPlace {
  readonly name: string
  readonly before: string
  readonly behind: string
}

/** The value as the part of the URL that it stands in. */
function asUrlPart(value: string, { name, before, behind }: UrlPlace): string {
  const isAuthority = /^(?:[a-z][a-z\d+.-]*:)?(?:[\\/]{2})?[^\\/?#]*$/i.test(before)
  if (!isAuthority) {
    if (!/[?#]/.test(before)) return encodeURI(wellFormed(value)).replace(/[?#]/g, encodeURIComponent)
    // `?$QUERY` is a whole query, `?q=$Q` one value.
    const isWhole = /[?&]$/.test(before) && /^(?:[&#]|$)/.test(behind)
    return isWhole ? value.replace(/[\s#]/g, encodeURIComponent) : encodeURIComponent(wellFormed(value))
  }
  if (/^[^\\/?#]*@/.test(behind)) return encodeURIComponent(wellFormed(value))
  const noHostYet = /(?:^|[\\/@])$/.test(before)
  if (value === '' && noHostYet && /^(?:[\\/?#:]|$)/.test(behind)) throw new ExpansionError(`$${name} is empty`)
  if (before === '') return value
  if (value.startsWith('/') && !noHostYet) return encodeURI(wellFormed(value)).replace(/[?#]/g, encodeURIComponent)
  if (/[\s\\/?#@]/.test(value)) {
    throw new ExpansionError(`$${name} holds more than a host; a whole URL may stand at the start`)
  }
  return value
}

/** `encodeURI` throws for half a surrogate pair. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString()
}

/** Names that a message lists. */
const NAMES_SHOWN = 3

/** What has the form of a variable in a text, the first ones. */
export function namesIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name]) => name!))].slice(0, NAMES_SHOWN)
}

/** For a text that is wrong as it stands and names a variable that was not given. */
export function hintOfName(name: string): string {
  return `If the environment is meant: --env ${name}`
}
