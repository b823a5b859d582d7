// Which format a list has where the user did not say: by the ending of its name, then by its first bytes. Never changes
// what a list of URLs means: what is in doubt is text.

import { basename } from 'node:path'
import type { InputFormatName } from '../settings/input-formats.js'
import { isNdjson } from './json-head.js'
import { hasUrlHeader } from './url-column.js'

const ENDINGS: Readonly<Record<string, InputFormatName>> = {
  csv: 'csv',
  tsv: 'tsv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  xml: 'sitemap',
  txt: 'text',
}

/** `name` is a file or `-`, `head` the start of it. */
export function detectFormat(name: string, head: string): InputFormatName {
  const file = basename(name).toLowerCase().replace(/\.gz$/, '')
  const start = head.trimStart()
  if (file === 'robots.txt' && /^[ \t]*sitemap[ \t]*:/im.test(head)) return 'sitemap'
  const byName = ENDINGS[/\.([a-z]+)$/.exec(file)?.[1] ?? ''] ?? null
  // One is often written under the ending of the other.
  if (byName === 'json' && isNdjson(start)) return 'ndjson'
  if (byName === 'ndjson' && start.startsWith('[')) return 'json'
  return byName ?? formatOf(start)
}

function formatOf(start: string): InputFormatName {
  if (start.startsWith('<') && /<(?:[\w.-]+:)?(?:urlset|sitemapindex)[\s>]/.test(start)) return 'sitemap'
  // `[` may be that of an IPv6 address.
  if (/^\[\s*["{[\]]/.test(start)) return 'json'
  if (/^\{\s*["}]/.test(start)) return isNdjson(start) ? 'ndjson' : 'json'
  const header = /^(?:#.*(?:\r\n?|\n))*.*/.exec(start)?.[0].split(/\r\n?|\n/) ?? []
  return header.some((line) => isHeader(line)) ? 'csv' : 'text'
}

function isHeader(line: string): boolean {
  return !/:\/\//.test(line) && hasUrlHeader(line)
}

/** Whether so much of a pipe is enough to tell: a whole first line, unless that is a URL or a comment in any case. */
export function isTellable(head: string): boolean {
  const start = head.trimStart()
  if (start.startsWith('<')) return /<(?:[\w.-]+:)?[A-Za-z][^<>]*>/.test(start.replace(/<\?[\s\S]*?\?>/g, ''))
  return /[\r\n]/.test(start) || /^(?:https?:\/\/|#)/i.test(start)
}
