// Whether a password or a header stands in a line or a flag as it is, and not as a `$NAME`. Told by what is made of the text
// and not by how it looks: it is read with a mark in place of every name, and what is beside the marks is what it holds.

import { ValueError } from '../settings/errors.js'
import { parseHeader } from '../settings/headers.js'
import type { Variables } from '../targets/expand.js'
import { ExpansionError, expand } from '../targets/expand.js'
import { type LineContext, parseLine } from '../targets/parse-line.js'
import { readRule } from '../targets/rules.js'

/** Letters and digits only, so that it may stand anywhere a name may. */
const MARK = 'zq5names0x9'
/** `user=$BOTH` needs a colon in it. */
const PAIR = `${MARK}:${MARK}`

const marked = (mark: string): Variables => ({ valueOf: () => mark, refusal: String, strict: true })

/** Headers that are no secret, unless a URL in them is. */
const HARMLESS = new Set([
  ...['accept', 'accept-charset', 'accept-encoding', 'accept-language', 'cache-control', 'dnt', 'pragma'],
  ...['user-agent'],
])
/** A word of the scheme before it, a name of a cookie: `Bearer $TOKEN`, `session=$ID; theme=$T`. */
const ONLY_NAMES = new RegExp(`^(?:[A-Za-z][\\w-]* )?(?:[\\w.-]+=)?${MARK}(?:; ?(?:[\\w.-]+=)?${MARK})*$`)

/** A line that was read well, of this list. */
export function hasLiteralSecret(raw: string, lines: LineContext): boolean {
  // Neither userinfo nor a key of this kind can be without one of these.
  if (!/@|user=|header=/.test(raw)) return false
  for (const mark of [MARK, PAIR]) {
    const parsed = parseLine(raw, { ...lines, variables: marked(mark), settingsOf: null, base: bare(lines.base) })
    if (parsed?.problem !== null) continue
    const { username, password } = new URL(parsed.url!)
    const { headers, user } = parsed.ask
    const own = headers.filter((pair) => !lines.ask.headers.includes(pair))
    return isLiteral(`${username}:${password}`) || isLiteral(user ?? '') || own.some(isSecretHeader)
  }
  // It reads well only with what the names stand for: nobody knows what of it is a secret.
  return true
}

/** `Name: value`, as a flag has it. */
export function isSecretHeaderText(text: string): boolean {
  try {
    return isSecretHeader(parseHeader(expand(text, 'text', marked(MARK))))
  } catch (error) {
    if (error instanceof ValueError || error instanceof ExpansionError) return true
    throw error
  }
}

/** `--rule`. */
export function hasSecretRule(text: string): boolean {
  for (const mark of [MARK, PAIR]) {
    try {
      const { headers = [], user = null } = readRule(text, marked(mark), '--rule').override
      return headers.some(isSecretHeader) || isLiteral(user ?? '')
    } catch {}
  }
  return true
}

/** The URL of a proxy or a base, with or without its scheme. */
export function hasUserinfo(text: string): boolean {
  const read = text.replace(/\$\{?[A-Za-z_]\w*\}?/g, MARK).trim()
  const userinfo = /^(?:[a-z][a-z\d+.-]*:)?[\\/]*([^\\/?#]*)@/i.exec(read)?.[1]
  return userinfo !== undefined && isLiteral(userinfo)
}

function isSecretHeader([name, value]: readonly [string, string]): boolean {
  return !HARMLESS.has(name.toLowerCase()) && !ONLY_NAMES.test(value.replaceAll(PAIR, MARK))
}

/** `NAME:PASSWORD` whose password is no name; where there is none, what stands there may be a token. */
function isLiteral(text: string): boolean {
  const colon = text.indexOf(':')
  const password = colon === -1 ? '' : text.slice(colon + 1)
  const secret = password === '' ? text.replace(/:$/, '') : password
  return decoded(secret).replaceAll(PAIR, '').replaceAll(MARK, '') !== ''
}

/** A base without the user that its own flag has. */
function bare(base: string | null | undefined): string | null {
  if (base === null || base === undefined) return null
  const url = new URL(base)
  url.username = ''
  url.password = ''
  return url.href
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
