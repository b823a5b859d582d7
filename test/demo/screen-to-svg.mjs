// @ts-check
// A screen of a terminal as a picture that any page can show: text in a monospaced font, with its colours.

const CELL = { width: 8.4, height: 19 }
const MARGIN = 16
/** The colours that the table uses, by the number of their SGR code (ECMA-48, 8.3.117), readable on dark (>= 4.5:1). */
const COLOURS = new Map([
  [31, '#ff7b72'],
  [32, '#56d364'],
  [33, '#e3b341'],
  [34, '#79c0ff'],
  [35, '#d2a8ff'],
  [36, '#56d4dd'],
  [90, '#8b949e'],
])

/**
 * @param {string} screen lines with SGR escapes, as `tmux capture-pane -e` prints them
 * @param {number} columns
 * @returns {string}
 */
export function screenToSvg(screen, columns) {
  const lines = screen.split('\n')
  const width = Math.round(columns * CELL.width + 2 * MARGIN)
  const height = Math.round(lines.length * CELL.height + 2 * MARGIN)
  const rows = lines.map((line, at) => {
    const y = Math.round(MARGIN + (at + 0.75) * CELL.height)
    return `<text x="${MARGIN}" y="${y}">${spansOf(line)}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>A run of scrape-status in a terminal</title>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#e6edf3">
${rows.join('\n')}
</g>
</svg>
`
}

/** @param {string} line */
function spansOf(line) {
  const style = { colour: '', bold: false, dim: false }
  let column = 0
  let spans = ''
  for (const [, codes, text] of line.matchAll(/(?:\u001b\[([\d;]*)m)|([^\u001b]+)/g)) {
    if (codes !== undefined) {
      for (const code of codes.split(';').map(Number)) setStyle(style, code)
      continue
    }
    const attributes = [
      `x="${(MARGIN + column * CELL.width).toFixed(1)}" textLength="${(text.length * CELL.width).toFixed(1)}"`,
      style.colour && `fill="${style.colour}"`,
      style.bold && 'font-weight="bold"',
      style.dim && 'opacity="0.7"',
    ]
    spans += `<tspan ${attributes.filter(Boolean).join(' ')}>${escapeXml(text)}</tspan>`
    column += text.length
  }
  return spans
}

/**
 * @param {{ colour: string, bold: boolean, dim: boolean }} style
 * @param {number} code
 */
function setStyle(style, code) {
  if (code === 0) Object.assign(style, { colour: '', bold: false, dim: false })
  if (code === 1) style.bold = true
  if (code === 2) style.dim = true
  if (code === 22) Object.assign(style, { bold: false, dim: false })
  if (code === 39) style.colour = ''
  const colour = COLOURS.get(code)
  if (colour !== undefined) style.colour = colour
}

/** Blanks as no-break ones, because SVG folds the others. @param {string} text */
const escapeXml = (text) =>
  text.replaceAll(' ', '\u00a0').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
