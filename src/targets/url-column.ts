// Which column of a table holds the URLs, told by its header. The names are those of real exports: search consoles,
// crawlers, spreadsheets, lists of domains.

/** In this order, without case, blanks and `_`. */
const NAMES = ['url', 'address', 'loc', 'link', 'href', 'targeturl', 'toppages', 'page', 'domain', 'host']
const DELIMITERS = [',', ';', '\t']

/** A header as it is compared. */
export function plainName(header: string): string {
  return header
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '')
}

/** The column that is known to hold URLs; -1: none is. */
export function urlColumn(headers: readonly string[]): number {
  const plain = headers.map(plainName)
  for (const name of NAMES) {
    const at = plain.indexOf(name)
    if (at !== -1) return at
  }
  return -1
}

/** The delimiter that is most frequent in a header; null: there is none, and the whole line is one cell. */
export function delimiterOf(header: string): string | null {
  const unquoted = header.replace(/"[^"]*"/g, '')
  const counts = DELIMITERS.map((delimiter) => unquoted.split(delimiter).length - 1)
  const most = Math.max(...counts)
  return most === 0 ? null : DELIMITERS[counts.indexOf(most)]!
}

/** Whether a line is the header of a table with more than one column, one of which holds URLs. */
export function hasUrlHeader(line: string): boolean {
  const delimiter = delimiterOf(line)
  return delimiter !== null && urlColumn(roughCells(line, delimiter)) !== -1
}

/** The cells of a header, as far as quotes alone go. */
export function roughCells(line: string, delimiter: string): readonly string[] {
  return line
    .replace(/^[\s#]+/, '')
    .split(delimiter)
    .map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
}
