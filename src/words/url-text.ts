// URLs as programs hold them: texts, and objects.

import type { UrlLike } from './web-types.js'

/** A URL as text. Throws `TypeError` for what is none. */
export function urlText(url: string | UrlLike): string {
  const text = textOfUrl(url)
  if (text === null) throw new TypeError(`url: expected a string or a URL, got ${typeName(url)}`)
  return text
}

/** The same; null for what is none. */
export function textOfUrl(url: unknown): string | null {
  if (typeof url === 'string') return url
  // Not by its class: there may be several.
  const href = typeof url === 'object' && url !== null ? (url as { readonly href?: unknown }).href : null
  return typeof href === 'string' ? href : null
}

/** What a value is, for messages. */
export function typeName(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : typeof value
}
