// Rows in columns. All rows at hand: cli-table3 without borders, columns as wide as they need to be. Rows that come one
// by one: the same columns with widths that were settled before.

import { createRequire } from 'node:module'
import { joinLines } from '../escape.js'
import type { Row } from './row.js'
import { cutEnd, cutMiddle, padEnd, padStart, textWidth } from './text-width.js'
import type { Theme } from './theme.js'

const GAP = 2
/** Labels have six letters at most, as has `STATUS`. */
const STATUS_WIDTH = 6
/** `10.0 s`, `142 ms`. */
const TIME_WIDTH = 6
/** `2 m 05 s`, for rows that come when widths are settled. */
const STREAMED_TIME_WIDTH = 8
const MARK_WIDTH = 1
/** Narrower columns say nothing; a terminal that has no room for them wraps. */
const URL_MIN = 16
const NOTE_MIN = 14
/** Of what is left for URL and note, the note may always have this share. */
const NOTE_SHARE = 0.35
/** Where the note starts in a pipe, when the URLs are not known yet. */
const STREAMED_URL_WIDTH = 60
/** Longer URLs push their own note on, not that of all rows. */
const NOTE_BEGINS_MAX = 100
/** The same where nobody knows how wide the screen is: most are 80. */
const NOTE_BEGINS_UNKNOWN = 44

const NO_BORDER = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((part) => [part, '']),
)

/** Loaded with the first grid: 5 ms that a card and the other reports do not need. */
const loadTable = () => createRequire(import.meta.url)('cli-table3') as typeof import('cli-table3')

interface Widths {
  readonly url: number
  readonly note: number
}

/** What stands in the columns, from left to right. */
type Cells = readonly [mark: string, status: string, time: string, url: string, note: string]

const HEAD: Cells = ['', 'STATUS', 'TIME', 'URL', 'NOTE']
const [, , , HEAD_OF_URL, HEAD_OF_NOTE] = HEAD

/** A letter's marks beyond Latin, or what stands beside a character of two units. */
const HAS_MARK = /(?![\u0300-\u036f])\p{M}|[\u{10000}-\u{10ffff}]/u

/** The whole table with its head, ending in a line break. */
export function grid(rows: readonly Row[], theme: Theme): string {
  const timeWidth = Math.max(TIME_WIDTH, ...rows.map((row) => textWidth(row.time)))
  const widestUrl = Math.max(HEAD_OF_URL.length, ...rows.map((row) => textWidth(row.url)))
  // cli-table3 counts marks on letters as columns, and cuts what it takes for too wide in the middle of a character.
  if (widestUrl > NOTE_BEGINS_MAX || rows.some(({ url, note }) => HAS_MARK.test(url) || HAS_MARK.test(note))) {
    const { head, row } = streamedGrid(theme, widestUrl)
    return head + rows.map(row).join('')
  }
  const wanted = {
    url: widestUrl,
    note: Math.max(HEAD_OF_NOTE.length, ...rows.map((row) => textWidth(row.note))),
  }
  const widths = fit(wanted, timeWidth, theme.columns)
  const Table = loadTable()
  const table = new Table({
    chars: NO_BORDER,
    head: [...HEAD],
    colAligns: ['left', 'left', 'right', 'left', 'left'],
    colWidths: [MARK_WIDTH, STATUS_WIDTH, timeWidth, widths.url, widths.note].map((width) => width + GAP),
    truncate: theme.ellipsis,
    style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [], compact: true },
  })
  for (const row of rows) table.push([...cellsOf(row, widths, theme)])
  return joinLines(table.toString().split('\n'))
}

/** The head and a function for one row, for rows that come one by one. `widestUrl` is that of the URLs, if it is known. */
export function streamedGrid(theme: Theme, widestUrl?: number): { head: string; row: (row: Row) => string } {
  const { columns } = theme
  const timeWidth = widestUrl === undefined ? STREAMED_TIME_WIDTH : TIME_WIDTH
  const room = columns === null ? Number.POSITIVE_INFINITY : roomFor(timeWidth, columns)
  const noteShare = Math.max(NOTE_MIN, Math.floor(room * NOTE_SHARE))
  // Where the note begins: right behind the longest URL, but for a few that are much longer than the rest.
  const most = columns === null ? NOTE_BEGINS_UNKNOWN : NOTE_BEGINS_MAX
  const wanted = widestUrl === undefined ? STREAMED_URL_WIDTH : Math.min(widestUrl, most)
  const urlWidth = Math.max(
    HEAD_OF_URL.length,
    columns === null ? wanted : Math.min(wanted, Math.max(URL_MIN, room - noteShare)),
  )
  const line = ([mark, status, time, url, note]: Cells): string => {
    const cells = [mark.padEnd(MARK_WIDTH), status, padStart(time, timeWidth), padEnd(url, urlWidth), note]
    return joinLines([cells.join(' '.repeat(GAP))])
  }
  /** In a pipe nothing is cut. On a terminal a row has its room, and a URL what its note leaves. */
  const widthsOf = (row: Row): Widths => {
    if (columns === null) return UNCUT
    const kept = row.note === '' ? 0 : Math.min(textWidth(row.note), noteShare)
    const url = Math.max(urlWidth, room - kept)
    return { url, note: Math.max(0, room - Math.max(urlWidth, Math.min(url, textWidth(row.url)))) }
  }
  return {
    head: line(HEAD),
    row: (row) => {
      const [mark, status, ...others] = cellsOf(row, widthsOf(row), theme)
      return line([mark, status + ' '.repeat(STATUS_WIDTH - row.status.length), ...others])
    },
  }
}

const UNCUT: Widths = { url: Number.POSITIVE_INFINITY, note: Number.POSITIVE_INFINITY }

function cellsOf(row: Row, widths: Widths, theme: Theme): Cells {
  const note = cutEnd(row.note, widths.note, theme.ellipsis)
  return [
    theme.marks[row.outcome],
    theme.paint[row.outcome](row.status),
    row.time,
    cutMiddle(row.url, widths.url, theme.ellipsis),
    note === '' ? '' : theme.dim(note),
  ]
}

/** Columns of URL and note together. */
function roomFor(timeWidth: number, columns: number): number {
  return columns - MARK_WIDTH - STATUS_WIDTH - timeWidth - 4 * GAP
}

/** Gives both what they want where there is room, else the note its share at most and the URL the rest. */
function fit(wanted: Widths, timeWidth: number, columns: number | null): Widths {
  if (columns === null) return wanted
  const room = roomFor(timeWidth, columns)
  if (wanted.url + wanted.note <= room) return wanted
  const share = Math.max(NOTE_MIN, Math.floor(room * NOTE_SHARE), room - wanted.url)
  const note = Math.min(wanted.note, share)
  return { url: Math.max(URL_MIN, Math.min(wanted.url, room - note)), note }
}
