// The one way for foreign text onto a terminal or into a CI log. Escapes and never strips: what was sent stays visible,
// and nothing can be hidden inside what a stripper would take away. Reporters print no string of a verdict without it.

/** Longest cell in characters; a URL may have 64 KiB. */
const CELL_MAX = 300
/** Marks on one letter that real languages use (Thai and Vietnamese need two); more is a tower over other lines. */
const COMBINING_MAX = 4

/**
 * Controls (C0, DEL, C1), format characters (bidi, zero-width, tags, soft hyphen), line and paragraph separators, half
 * surrogate pairs, and all else that Unicode says is not shown (fillers, variation selectors).
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
const TOWER = new RegExp(`(\\p{M}{${COMBINING_MAX}})(\\p{M}+)`, 'gu')
const PLAIN = /^[\x20-\x7e]*$/

/** Foreign text made visible (`\x1b`, `\u{202e}`), harmless to CI runners, and cut to `max` characters. */
export function escapeText(text: string, max: number = CELL_MAX): string {
  if (text.length <= max && PLAIN.test(text) && guardLine(text) === text) return text
  // An escape is never shorter than what it stands for, so this much is enough to fill the cell.
  const head = text.length <= max ? text : text.slice(0, max).replace(/[\ud800-\udbff]$/, '')
  const visible = guardLine(
    head.replace(HIDDEN, escapeCharacter).replace(TOWER, (_, kept: string, rest: string) => {
      return kept + Array.from(rest, escapeCharacter).join('')
    }),
  )
  const characters = Array.from(visible)
  if (head === text && characters.length <= max) return visible
  return `${characters.slice(0, max - 1).join('')}…`
}

/**
 * Breaks what a CI runner would take for a command: `::name::` at the start of a line, blanks before it included
 * (GitHub), and `##[…]`, `##vso[…]`, `##teamcity[…]` anywhere (GitHub's old form, Azure, TeamCity). For each finished
 * line once more, because a command may also be put together from two cells.
 */
export function guardLine(line: string): string {
  let guarded = line
  if (guarded.includes('::') && /^\s*::/.test(guarded)) guarded = guarded.replace('::', '\\x3a\\x3a')
  if (guarded.includes('##')) guarded = guarded.replace(/#(?=#(?:\[|vso\[|teamcity\[))/gi, '\\x23')
  return guarded
}

/** Finished lines as text: no blanks at their ends, which would wrap on a narrow terminal, and none that is a command. */
export function joinLines(lines: readonly string[]): string {
  return lines.map((line) => `${guardLine(line.trimEnd())}\n`).join('')
}

/** The same characters as JSON escapes, so that the parsed value is what was sent. */
export function escapeInJson(json: string): string {
  return json.replace(HIDDEN, escapeUnits).replace(/#(?=#)/g, '\\u0023')
}

/** What is not seen made visible as on a terminal, tabs aside, for files that programs and people read (CSV). */
export function escapeHidden(text: string): string {
  return text.replace(HIDDEN, (character) => (character === '\t' ? character : escapeCharacter(character)))
}

function escapeCharacter(character: string): string {
  const point = character.codePointAt(0)!
  return point <= 0xff ? `\\x${point.toString(16).padStart(2, '0')}` : `\\u{${point.toString(16)}}`
}

function escapeUnits(character: string): string {
  let units = ''
  for (let at = 0; at < character.length; at++) {
    units += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`
  }
  return units
}
