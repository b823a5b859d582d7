// A URL as people write it: `/日本語` and not `%E6%97%A5…`, a host in its own script. Never what could be taken for another
// URL: what is shown leads where it was asked when it is copied, and a host that looks like another one stays as it is.

import { domainToASCII, domainToUnicode } from 'node:url'

/** Bytes of UTF-8 beyond ASCII, which a delimiter never is. */
const ENCODED = /(?:%[89a-f][\da-f])+/gi
/** What words are made of, and pictures. No blanks, no punctuation that looks like a slash or a dot, nothing hidden. */
const IN_WORDS = /^(?:[\p{L}\p{M}\p{N}]|\p{Extended_Pictographic})$/u
const IGNORED = /\p{Default_Ignorable_Code_Point}/u

/** Of a whole URL or a path. Returns `url` itself where there is nothing to make plainer. */
export function humanUrl(url: string): string {
  if (!url.includes('%') && !url.includes('xn--')) return url
  if (url.startsWith('/')) return url.replace(ENCODED, decode)
  const parts = /^(https?:\/\/)((?:[^/?#@]*@)?)([^/?#:]+)(.*)$/is.exec(url)
  if (parts === null) return url
  const [, scheme = '', user = '', host = '', rest = ''] = parts
  const shown = `${scheme}${user}${humanHost(host)}${rest.replace(ENCODED, decode)}`
  return isSame(shown, url) ? shown : url
}

function decode(encoded: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(encoded)
  } catch {
    return encoded
  }
  return Array.from(decoded, (character) =>
    IN_WORDS.test(character) && !IGNORED.test(character) ? character : encodeURIComponent(character),
  ).join('')
}

function isSame(shown: string, url: string): boolean {
  try {
    return new URL(shown).href === new URL(url).href
  } catch {
    return false
  }
}

function humanHost(host: string): string {
  if (!host.includes('xn--')) return host
  const unicode = domainToUnicode(host)
  if (unicode === '' || domainToASCII(unicode) !== host) return host
  const labels = unicode.split('.')
  const lastScript = scriptOf(labels.at(-1) ?? '')
  return labels.every((label) => isPlain(label, lastScript)) ? unicode : host
}

/** Scripts of today's languages; those of one family are written together (UTS #39, 5.2, without the mixes with Latin). */
const SCRIPTS: readonly (readonly [name: string, letters: RegExp])[] = [
  [
    'latin',
    /^[a-z0-9\u00df-\u00f6\u00f8-\u0130\u0132-\u0137\u0139-\u013e\u0141-\u0148\u014a-\u017e\u0218-\u021b\u1ea0-\u1ef9-]*$/,
  ],
  ['cyrillic', /^[\d\u0430-\u044f\u0450-\u045f\u0490-\u0493-]*$/],
  ['greek', /^[\d\u03ac-\u03ce\u0390-]*$/],
  ['chinese or japanese', /^[\d\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u30fc-]*$/u],
  ['korean', /^[\d\p{Script=Hangul}-]*$/u],
  ...(['Arabic', 'Hebrew', 'Devanagari', 'Bengali', 'Tamil', 'Telugu', 'Thai', 'Georgian', 'Armenian'] as const).map(
    (name) => [name, new RegExp(`^[\\d\\p{Script=${name}}-]*$`, 'u')] as const,
  ),
]

/** Small letters of Cyrillic and Greek that look like Latin ones: a word of nothing else may be one in Latin. */
const LIKE_LATIN = /^[\dасеорхуѕіјѵһьгпктвмниобзαιικνορτυχγεηω-]*$/

function scriptOf(label: string): string | null {
  return SCRIPTS.find(([, letters]) => letters.test(label))?.[0] ?? null
}

/** In one script; and where its letters may be taken for Latin ones, under a top level of the same script. */
function isPlain(label: string, lastScript: string | null): boolean {
  const script = scriptOf(label)
  if (script !== 'cyrillic' && script !== 'greek') return script !== null
  return script === lastScript || !LIKE_LATIN.test(label)
}
