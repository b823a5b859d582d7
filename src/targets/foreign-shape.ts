// What a list that is no text list looks like, so that it is said once what it is and what to do, and not on each of its
// lines. Looks only; what a line means is for `parseLine` to say.

import { hasUrlHeader } from './url-column.js'

/** What most lines look like. */
export type Shape = 'csv' | 'marks' | 'methods' | 'yaml' | 'json' | 'html'

/** Of fewer lines nothing can be told. */
const LEAST_LINES = 3
/** Lines of the start of a list that are looked at, and characters of a line. */
const MOST_LINES = 1000
const LOOKED_AT = 1000

const WEB = /^https?:\/\//i
/** `old,new` where both are URLs or paths, and `1,host.example`. */
const TWO_PLACES = /^(?:https?:\/\/|\/)[^,;\t ]*[,;\t](?:https?:\/\/|\/)[^,;\t]*$/i
const NUMBERED_HOST = /^\d+[,;\t](?:[\w-]+\.)+[A-Za-z][\w-]*\.?(?:[,;\t]|$)/
const CELLS = /^[^,;\t]*[,;\t]/
const MARK = /^(?:[-*+>\u2022\u00b7\u2013\u2014]|\d{1,9}[.)])[ \t]+\S/
const METHOD = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)[ \t]+\S/
const YAML = /^(?:---|(?:- )?["']?[A-Za-z][\w-]*["']?:(?:[ \t].*)?)$/
const JSON_LINE = /^(?:[{}\]],?|\{.*|"[^"]*"(?:,|\]|:.*)?)$/
const MARKUP = /^<(?!https?:)/i

/** What one line looks like, where it is no line of a text list as far as can be told without reading it. */
export function shapeOf(written: string): Shape | null {
  const line = written.slice(0, LOOKED_AT).trim()
  if (TWO_PLACES.test(line) || NUMBERED_HOST.test(line)) return 'csv'
  if (WEB.test(line)) return null
  if (MARKUP.test(line)) return 'html'
  if (JSON_LINE.test(line)) return 'json'
  if (METHOD.test(line)) return 'methods'
  if (YAML.test(line)) return 'yaml'
  if (MARK.test(line)) return 'marks'
  return CELLS.test(line) && /https?:\/\//i.test(line) ? 'csv' : null
}

/** Counts lines by what they look like. */
export interface ShapeCount {
  /** A line that is a target, with what it looks like. */
  add(shape: Shape | null): void
  /** What more than half of them look like; null: nothing of the kind, or too few to tell. */
  most(): Shape | null
}

export function createShapeCount(): ShapeCount {
  const counts = new Map<Shape, number>()
  let lines = 0
  return {
    add(shape) {
      lines++
      if (shape !== null) counts.set(shape, (counts.get(shape) ?? 0) + 1)
    },
    most() {
      if (lines < LEAST_LINES) return null
      for (const [shape, count] of counts) if (count * 2 > lines) return shape
      return null
    },
  }
}

/** Why a text that begins like this is no text list, and what to do; null: it may be one. `shown` is its name. */
export function whyNoTextList(head: string, shown: string): string | null {
  const start = head.trimStart()
  if (/^<(?!https?:)/i.test(start)) return markupAdvice(start, shown)
  if (/^\{\s*"log"\s*:/.test(start)) return adviceOn('har', shown)
  if (/^(?:\{\s*["}]|\[\s*["{\]])/.test(start)) return adviceOn('json', shown)
  const lines = start.split(/\r\n?|\n/, MOST_LINES).filter((line) => line.trim() !== '' && !line.startsWith('#'))
  if (lines[0] !== undefined && hasUrlHeader(lines[0])) return adviceOn('csv', shown)
  const shapes = createShapeCount()
  for (const line of lines) shapes.add(shapeOf(line))
  const most = shapes.most()
  return most === null ? null : adviceOn(most, shown)
}

/** What markup that is no list is. */
export function markupAdvice(start: string, shown: string): string {
  if (/<opml[\s>]/i.test(start)) return `${shown} is OPML, not a list of URLs; ${grep(shown)}`
  if (/<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]/i.test(start)) return adviceOn('html', shown)
  if (/<(?:\w+:)?(?:urlset|sitemapindex)[\s>]/.test(start)) return `${shown} is a sitemap: sitemap=${fileOf(shown)}`
  return `${shown} is XML, but no sitemap; ${grep(shown)}`
}

/** One sentence: what it is, and how to go on. */
export function adviceOn(shape: Shape | 'har', shown: string): string {
  const file = fileOf(shown)
  switch (shape) {
    case 'csv':
      return `${shown} looks like CSV: csv=${file}, with --column url=NAME to say which column, and --column location=NAME for where it has to redirect to`
    case 'marks':
      return `most lines of ${shown} have a mark or a number before the URL; without: sed -E 's/^ *([-*+]|[0-9]+[.)]) +//' ${file} | scrape-status`
    case 'methods':
      return `most lines of ${shown} have a method before the URL; without: sed -E 's/^ *[A-Z]+ +//' ${file} | scrape-status`
    case 'yaml':
      return `${shown} looks like YAML, not like one URL a line; ${grep(shown)}`
    case 'html':
      return `${shown} is HTML, not a list of URLs; a link checker for pages, such as lychee, reads it`
    case 'har':
      return `${shown} is a HAR; for the URLs in it: jq -r '.log.entries[].request.url' ${file} | scrape-status`
    case 'json':
      return `${shown} looks like JSON: json=${file}, or ndjson=${file} with one value a line`
  }
}

function grep(shown: string): string {
  return `for the URLs in it: grep -oE 'https?://[^[:space:]"<>]+' ${fileOf(shown)} | scrape-status`
}

function fileOf(shown: string): string {
  return shown === 'stdin' ? '-' : shown
}
