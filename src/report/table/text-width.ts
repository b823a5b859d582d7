// How many columns a text takes on a terminal, and how to cut, pad and wrap by that. For text that was escaped already:
// there is nothing in it without a width but combining marks.

const ASCII = /^[\x20-\x7e]*$/
/** East Asian Wide and Fullwidth (UAX #11) in blocks, and what is shown as an emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u
const MARK = /^\p{M}$/u

/** Columns of a text without control characters and colour. */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length
  let width = 0
  for (const character of text) width += characterWidth(character)
  return width
}

function characterWidth(character: string): number {
  if (character <= '~') return 1
  return WIDE.test(character) ? 2 : MARK.test(character) ? 0 : 1
}

/** At most `width` columns, the end replaced by `mark`. */
export function cutEnd(text: string, width: number, mark: string): string {
  if (textWidth(text) <= width) return text
  return width < textWidth(mark) ? '' : `${takeStart(text, width - textWidth(mark))}${mark}`
}

/** At most `width` columns, the middle replaced by `mark`: a URL is known by its host and by its end. */
export function cutMiddle(text: string, width: number, mark: string): string {
  if (textWidth(text) <= width) return text
  const room = Math.max(0, width - textWidth(mark))
  const tail = Math.floor(room * 0.4)
  return `${takeStart(text, room - tail)}${mark}${takeEnd(text, tail)}`
}

/** Padded with spaces on the right; longer text stays as it is. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)))
}

/** Padded with spaces on the left; longer text stays as it is. */
export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - textWidth(text))) + text
}

/** Lines of at most `width` columns, broken at spaces; a longer word has a line of its own. Null: one line. */
export function wrapText(text: string, width: number | null): string[] {
  return wrapParts(text.split(' '), ' ', width)
}

/** The same for parts that are not broken themselves; `separator` stands between two of them. */
export function wrapParts(parts: readonly string[], separator: string, width: number | null): string[] {
  const lines: string[] = []
  let line: string | null = null
  for (const part of parts) {
    const longer: string = line === null ? part : `${line}${separator}${part}`
    if (line !== null && width !== null && textWidth(longer) > width) {
      lines.push(`${line}${separator.trimEnd()}`)
      line = part
    } else line = longer
  }
  return line === null ? lines : [...lines, line]
}

function takeStart(text: string, width: number): string {
  let taken = ''
  let room = width
  for (const character of text) {
    room -= characterWidth(character)
    if (room < 0) break
    taken += character
  }
  return taken
}

function takeEnd(text: string, width: number): string {
  const characters = Array.from(text)
  let from = characters.length
  let room = width
  while (from > 0) {
    room -= characterWidth(characters[from - 1]!)
    if (room < 0) break
    from--
  }
  return characters.slice(from).join('')
}
