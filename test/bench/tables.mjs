// Tables of figures: as text with columns under each other, and as Markdown. A table is `{ columns, rows }` of texts.

import { median, pairedRatio } from './statistics.mjs'

/** Contestants of a race; the last column says how many times as fast as each the entry with the id `ours` is. */
export function raceTable(entries, ours) {
  const columns = ['contestant', 'URLs', 'URLs/s', 'min-max', 'CPU s', 'peak memory', 'ours is']
  const our = entries.find(({ id }) => id === ours)
  const rows = entries.map((entry) => {
    const { id, name, missing, urls, runs, problems } = entry
    if (missing !== undefined) return [`${name}: ${missing}`, '', '', '', '', '', '']
    const ratio = id === ours ? null : pairedRatio(our.runs, runs, ({ urlsPerSecond }) => urlsPerSecond)
    return [
      problems.length === 0 ? name : `${name} (${problems.length} WRONG)`,
      count(urls),
      medianOf(runs, ({ urlsPerSecond }) => urlsPerSecond, count),
      spreadOf(runs, ({ urlsPerSecond }) => urlsPerSecond, count),
      medianOf(runs, ({ cpuMs }) => cpuMs, seconds),
      medianOf(runs, ({ peakKb }) => peakKb, megabytes),
      ratio === null ? '' : `${ratio.toFixed(2)} ×`,
    ]
  })
  return { columns, rows }
}

/** The commands of a race, with what they are versions of. */
export function commandTable(entries) {
  const ran = entries.filter(({ missing }) => missing === undefined)
  return { columns: ['contestant', 'version', 'command'], rows: ran.map((one) => [one.name, one.version, one.shown]) }
}

export function claimTable(claims) {
  const rows = claims.map(({ what, value, must, aim, met }) => [what, value, must, aim, met])
  return { columns: ['asked', 'measured', 'must', 'aim', 'met'], rows }
}

/** One cell; empty of nothing, or where it was not measured. */
export function medianOf(runs, of, write) {
  const figures = runs.map(of).filter((figure) => figure !== null)
  return figures.length === 0 ? '' : write(median(figures))
}

/** From the least to the most. */
export function spreadOf(runs, of, write) {
  const figures = runs.map(of).filter((figure) => figure !== null)
  return figures.length === 0 ? '' : `${write(Math.min(...figures))}-${write(Math.max(...figures))}`
}

export function count(number) {
  return Math.round(number).toLocaleString('en-US')
}

export function seconds(ms) {
  return (ms / 1000).toFixed(2)
}

export function megabytes(kb) {
  return `${Math.round(toMegabytes(kb))} MB`
}

/** Of a million bytes; /proc counts in 1,024. */
export function toMegabytes(kb) {
  return (kb * 1024) / 1e6
}

/** The first column to the left, figures to the right. */
export function asText({ columns, rows }, { leftAligned = 1 } = {}) {
  const all = [columns, ...rows]
  const widths = columns.map((_, at) => Math.max(...all.map((row) => row[at].length)))
  const pad = (cell, at) => (at < leftAligned ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))
  return all.map((row) => `  ${row.map(pad).join('  ').trimEnd()}`).join('\n')
}

export function asMarkdown({ columns, rows }) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
}
