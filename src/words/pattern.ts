// Regular expressions that run in time linear in the text, wherever they come from: a list that somebody else wrote must not
// be able to hang a run, and neither must a slip. RE2 by way of re2js, loaded on first use (8 ms). V8's own engine for that
// was tried first (--enable-experimental-regexp-engine-on-excessive-backtracks): it takes no pattern with the flags u or i,
// on none of Node 20, 22 and 24, and `^(a+)+$` with u hangs as before.

import { createRequire } from 'node:module'

/** A compiled pattern; what it is given may be of any length. */
export interface Pattern {
  /** As it was written. */
  readonly source: string
  /** Whether it is found anywhere in the text. */
  test(text: string): boolean
  /** `/source/flags`: the same text for the same pattern. */
  toString(): string
}

/** Why a pattern is refused; the message completes "expected …". */
export class PatternError extends Error {
  override readonly name = 'PatternError'
}

/** In characters; V8 needs time of the square of it to see whether brackets close. */
const SOURCE_MAX = 1000
/** In instructions of the compiled pattern: a character of the text costs at most so many steps. */
const SIZE_MAX = 1000
/** Before it is compiled: characters times repetitions of whole groups, plus all other repetitions. */
const ESTIMATE_MAX = 20_000
/** A list uses the same few patterns on its lines. */
const KNOWN_MAX = 100

const known = new Map<string, Pattern>()

/** Compiles JavaScript's syntax with its flags (g is without meaning). Throws `PatternError`. */
export function compilePattern(source: string, flags = ''): Pattern {
  const shown = `/${source}/${flags}`
  const found = known.get(shown)
  if (found !== undefined) return found
  const made = compile(source, flags, shown)
  if (known.size >= KNOWN_MAX) known.clear()
  known.set(shown, made)
  return made
}

const NOT_LINEAR =
  'a regular expression without look-around, back references and repetitions beyond 1,000, so that it runs in time linear in the text'

function compile(source: string, flags: string, shown: string): Pattern {
  if (source.length > SOURCE_MAX) throw new PatternError(`a regular expression of at most ${SOURCE_MAX} characters`)
  const isUnicode = isJavaScript(source, 'u')
  if (!isUnicode && !isJavaScript(source, '')) throw new PatternError('a regular expression')
  if (flags.includes('v')) throw new PatternError('a regular expression without the flag v')
  if (estimate(source) > ESTIMATE_MAX) throw new PatternError('a regular expression with fewer repetitions')
  const { RE2JS } = createRequire(import.meta.url)('re2js') as typeof import('re2js')
  const wanted =
    (flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0) |
    (flags.includes('s') ? RE2JS.DOTALL : 0) |
    (flags.includes('m') ? RE2JS.MULTILINE : 0)
  const written = translate(isUnicode ? source : withoutLetterEscapes(source))
  // Sticky: from the start of the text on.
  const pattern = flags.includes('y') ? `\\A(?:${written})` : written
  let compiled: import('re2js').RE2JS
  try {
    compiled = RE2JS.compile(RE2JS.translateRegExp(pattern), wanted)
  } catch {
    // Its own sentences are about RE2; the syntax as such was found right above.
    throw new PatternError(NOT_LINEAR)
  }
  if (compiled.programSize() > SIZE_MAX) throw new PatternError('a regular expression with fewer repetitions')
  return { source, test: (text) => compiled.test(text), toString: () => shown }
}

function isJavaScript(source: string, flags: string): boolean {
  try {
    new RegExp(source, flags)
    return true
  } catch {
    return false
  }
}

/** How much it can grow to. Groups multiply what is in them; nothing else does. */
function estimate(source: string): number {
  let product = 1
  let sum = source.length
  for (const [whole, least, most] of source.matchAll(/\)?\{(\d{1,9})(?:,(\d{0,9}))?\}/g)) {
    const times = Math.max(Number(least), Number(most ?? 0), 1)
    if (whole.startsWith(')')) product *= times
    else sum += times
  }
  return product * sum
}

/** Escapes of letters that JavaScript without `u` takes for the letter, and RE2 for something else. */
function withoutLetterEscapes(source: string): string {
  return source.replace(/\\([\s\S])/g, (whole, letter) => (/[AaCEGLQXZz]/.test(letter) ? letter : whole))
}

/** What is the same in both syntaxes but for its writing: `[` and `\b` within a class, `\p{Script=Greek}`. */
function translate(source: string): string {
  let isClass = false
  return source.replace(/\\p\{(?:Script|sc|Script_Extensions|scx)=(\w+)\}|\\[\s\S]|[[\]]/gi, (found, script) => {
    if (script !== undefined) return `\\${found[1]}{${script}}`
    if (found === '\\k' && source.includes('(?<')) throw new PatternError(NOT_LINEAR)
    if (found === '\\b' && isClass) return '\\x08'
    if (found === '[' && isClass) return '\\['
    if (found === '[') isClass = true
    if (found === ']') isClass = false
    return found
  })
}
