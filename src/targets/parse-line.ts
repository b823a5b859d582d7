// One line of a list: `URL [key=value …] [# comment]`. Total: every text is blank, a target, or a target with a problem;
// nothing throws and nothing is guessed.

import { KEYS } from '../settings/keys.js'
import type { LineProblem } from '../settings/target.js'
import { beforeTheUrl } from './before-the-url.js'
import { ExpansionError, expand, hintOfName, namesIn, type Variables } from './expand.js'
import type { HostNames } from './host-names.js'
import { nameCharacter, trimInvisible } from './invisible.js'
import { type ParsedUrl, parseUrl } from './parse-url.js'
import { readSettings, wordEnd } from './read-settings.js'
import type { SettingsOf } from './rules.js'
import { applyOverride, NO_OVERRIDE, type Settings } from './settings.js'

/** What a line starts from: the settings of the flags, the rules over them, and what `$NAME` stands for. */
export interface LineContext extends Settings {
  readonly variables: Variables
  /** What a line that is a path is a path of; null or left out: such a line is wrong. */
  readonly base?: string | null
  /** Somebody else wrote the list: a line may only ask for less than the settings, and sends nothing of its own. */
  readonly untrusted?: boolean
  /** The settings of a host where there are rules; null: the context's own for all. */
  readonly settingsOf: SettingsOf | null
  /** The hosts of the list so far; left out: every line is looked at alone. */
  readonly hosts?: HostNames
}

/** What a line says. Without keys, `ask` and `expect` are the context's own objects, or those of its host's rules. */
export type ParsedLine = ParsedUrl & Settings & { readonly input: string }

const WHITE_SPACE = /[ \t]/
const HAS_SCHEME = /^(?:[a-z][a-z0-9+.-]*:)?\/\//i

/**
 * Reads one line; null where it is blank or a comment. A line without keys costs `new URL` and about 0.3 µs.
 * What is returned holds no slice of `text`, so that a target that waits does not keep its whole chunk.
 */
export function parseLine(text: string, context: LineContext): ParsedLine | null {
  const line = trimInvisible(text)
  if (line === '' || line.startsWith('#')) return null
  if (WHITE_SPACE.test(line)) return parseWords(detach(text), detach(line), context)
  if (KEY_FIRST.test(line)) return keyFirst(line, context)
  const parsed = readListed(line, context)
  return compose(line === parsed.url ? parsed.url : detach(line), parsed, context)
}

/** An argument holds a URL and nothing else. */
export function parseArgument(text: string, context: LineContext): ParsedLine {
  return compose(text, readUrl(trimInvisible(text), context), context)
}

/** What stands in pages beside links of the web. A scheme that nobody knows may be a slip of `http`. */
const NOT_OF_THE_WEB =
  /^(?:mailto|tel|sms|fax|callto|javascript|data|ftps?|sftp|file|about|blob|urn|magnet|wss?|rtsp|rtmp|ircs?|news|nntp|ssh|git|ldaps?|xmpp|sips?|webcal|feed|gopher|geo|skype|whatsapp|tg|slack|zoommtg|msteams|intent|market|itms-apps|view-source|chrome|edge|bitcoin):/i
/** Without scheme, port and path; whoever means a user writes `https://` before it. */
const E_MAIL = /^<?[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+>?$/
const USERINFO = /^https?:\/\/[^/]*@/

/** The URL of a line; an argument was written by the user, whoever wrote the list. */
export function readListed(written: string, context: LineContext): ParsedUrl {
  if (E_MAIL.test(written)) return refused(problem('skipped', 'an e-mail address is no address of the web'))
  const parsed = readUrl(written, context)
  if (parsed.url === null && NOT_OF_THE_WEB.test(written)) {
    return refused(
      problem('skipped', `${written.slice(0, written.indexOf(':')).toLowerCase()}: is no address of the web`),
    )
  }
  if (!context.untrusted || parsed.url === null || !USERINFO.test(parsed.url)) return parsed
  const { base = null } = context
  // Of the base it is the user's own.
  if (base !== null && parsed.url.startsWith(base.slice(0, base.indexOf('@') + 1 || base.length))) return parsed
  return refused(problem('line.invalid', 'a user in the URL: not from a list under --untrusted'))
}

function readUrl(written: string, { variables, base = null, untrusted = false, hosts }: LineContext): ParsedUrl {
  if (!written.includes('$')) return parseUrl(written, base, hosts)
  let url: string
  try {
    url = expand(written, 'url', variables)
  } catch (error) {
    if (!(error instanceof ExpansionError)) throw error
    return refused(problem('url.invalid', error.message))
  }
  const parsed = parseUrl(url, base, hosts)
  const { problem: found } = parsed
  if (found === null) return parsed
  const names = namesIn(written)
  if (url === written) {
    const [unknown] = names
    return unknown === undefined || untrusted ? parsed : refused({ ...found, hint: hintOfName(unknown) })
  }
  // Behind a colon a reason shows what it found, and that is the environment's here.
  const [reason] = found.reason.split(':')
  const known = names.filter((name) => variables.valueOf(name) !== null).map((name) => `$${name}`)
  return refused({ ...found, reason: `with what ${known.join(' and ')} stands for: ${reason}` })
}

/** `accept=200` in front would make a host name of itself, were it not for this. */
const KEY_FIRST = new RegExp(`^(?:${[...KEYS.keys()].join('|')})=`)

function keyFirst(word: string, context: LineContext): ParsedLine {
  const key = word.slice(0, word.indexOf('='))
  const found = problem('line.invalid', 'the URL comes first, settings after it', { key })
  return compose(`${key}=…`, refused(found), context)
}

/** The general case: several words. Stops at the first thing that is wrong, from left to right. */
function parseWords(text: string, line: string, context: LineContext): ParsedLine {
  const start = text.indexOf(line)
  const end = start + line.length
  const urlEnd = wordEnd(text, start, end)
  const input = trimInvisible(text.slice(start, urlEnd))
  const fail = (found: LineProblem, shown = input) => compose(shown, refused(found), context)

  if (KEY_FIRST.test(input)) return keyFirst(input, context)
  const before = beforeTheUrl(input, trimInvisible(text.slice(urlEnd, end)))
  if (before !== null) return fail(before, withoutKeys(text, start, end))
  const parsed = readListed(input, context)
  const target = compose(input === parsed.url ? parsed.url : input, parsed, context)
  if (parsed.problem !== null) return target
  const { variables, untrusted = false } = context
  const reading = readSettings(text, { start: urlEnd, end }, { variables, limits: untrusted ? target.ask : null })
  if (reading.type === 'stray') return fail(strayWord(text, urlEnd, reading.word), withoutKeys(text, start, end))
  if (reading.type === 'wrong') {
    const { key, reason, hint, at } = reading
    return fail(problem('line.invalid', reason, { hint, key, column: at + 1 }))
  }
  const { override } = reading
  return override === NO_OVERRIDE ? target : { ...target, ...applyOverride(target, override) }
}

/** Three words of which none could be a host of the web. */
const PROSE = /^(?:[^\s:/.=#]{1,64}[ \t]+){2}[^\s:/.=#]{1,64}(?:[ \t]|$)/

/** A word that is neither a setting nor a comment: a second URL, or the rest of a URL with a space in it. */
function strayWord(text: string, urlEnd: number, word: string): LineProblem {
  if (HAS_SCHEME.test(word)) {
    return problem('line.invalid', 'two URLs; write location=… or final-url=…', { hint: 'Or one URL a line' })
  }
  if (trimInvisible(word) === '') {
    return problem('line.invalid', `an invisible character (${nameCharacter(word[0]!)}) behind the URL`)
  }
  if (PROSE.test(trimInvisible(text))) {
    return problem('url.invalid', 'words, none of them a URL', { hint: 'A comment begins with #' })
  }
  const space = text[urlEnd] === '\t' ? 'a tab in the URL; write %09' : 'a space in the URL; write %20'
  return problem('url.invalid', space, {
    hint: 'After the URL come only settings, such as accept=404, and # comments',
  })
}

/** The line up to its first setting or comment: keys may hold secrets and are no part of what is shown. */
function withoutKeys(text: string, start: number, end: number): string {
  const whole = text.slice(start, end)
  // One space and not a run of them: from each space of a long run the pattern would walk all the rest.
  const keys = /[ \t](?:[A-Za-z][\w-]*=|#)/.exec(whole)
  return keys === null ? whole : whole.slice(0, keys.index).trimEnd()
}

/** A copy without ties to the chunk that the text was sliced from: flattening what was joined makes a string of its own. */
function detach(text: string): string {
  return ` ${text}`.slice(1)
}

/** A problem with what is known of it; null for all else. */
export function problem(kind: LineProblem['kind'], reason: string, more: Partial<LineProblem> = {}): LineProblem {
  return { kind, reason, hint: null, key: null, column: null, ...more }
}

/** What cannot be asked, and why. */
export function refused(found: LineProblem): ParsedUrl {
  return { url: null, host: '', problem: found }
}

/** The URL with what its host or the context says of it. */
export function compose(input: string, parsed: ParsedUrl, context: LineContext): ParsedLine {
  if (parsed.problem !== null) {
    const { ask, expect } = context
    return { input, url: null, host: '', problem: parsed.problem, ask, expect, skip: null }
  }
  const { ask, expect, skip } = context.settingsOf === null ? context : context.settingsOf(parsed.host)
  return { input, url: parsed.url, host: parsed.host, problem: null, ask, expect, skip }
}
