// Characters that nobody sees: at the ends of a line they came with a copy and are dropped, inside a URL they are named.

/**
 * White space and format characters that no URL holds on purpose, for a character class. The joiners U+200C and U+200D
 * are none of them: words of Persian and emoji are spelt with them.
 */
export const INVISIBLE =
  '\\xa0\\xad\\u1680\\u180e\\u2000-\\u200b\\u200e\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff'

const AT_AN_END = new RegExp(`[\\s\\x85\\u200c\\u200d${INVISIBLE}]`)
const LAST_ASCII = 0x7f

/** The text without white space and invisible characters around it. Costs what `trim` does where its ends are ASCII. */
export function trimInvisible(text: string): string {
  const trimmed = text.trim()
  if (!(trimmed.charCodeAt(0) > LAST_ASCII || trimmed.charCodeAt(trimmed.length - 1) > LAST_ASCII)) return trimmed
  let start = 0
  let end = trimmed.length
  while (start < end && AT_AN_END.test(trimmed[start]!)) start++
  while (start < end && AT_AN_END.test(trimmed[end - 1]!)) end--
  return trimmed.slice(start, end)
}

const NAMES: Readonly<Record<string, string>> = {
  '\u00a0': 'no-break space',
  '\u00ad': 'soft hyphen',
  '\u200b': 'zero width space',
  '\u200e': 'left-to-right mark',
  '\u200f': 'right-to-left mark',
  '\u2028': 'line separator',
  '\u2029': 'paragraph separator',
  '\u202e': 'right-to-left override',
  '\u202f': 'narrow no-break space',
  '\u2060': 'word joiner',
  '\u3000': 'ideographic space',
  '\ufeff': 'byte order mark',
}

/** `U+200B, zero width space`. */
export function nameCharacter(character: string): string {
  const name = NAMES[character]
  const code = `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
  return name === undefined ? code : `${code}, ${name}`
}
