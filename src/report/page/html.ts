// Text as HTML: the one way for foreign text into the page. What cannot be seen is made visible first, as in the table.

import { escapeText } from '../escape.js'

/** No URL that servers have to understand (RFC 9110 §4.1) is cut. */
const TEXT_MAX = 8192

/** For elements and for attributes in double quotes. */
export function html(text: string): string {
  return escapeText(text, TEXT_MAX).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A link that opens elsewhere and tells that place nothing; of what is no web address, only its text. */
export function link(url: string, shown: string): string {
  if (!isWebAddress(url)) return html(shown)
  return `<a href="${html(url)}" rel="noopener noreferrer" target="_blank">${html(shown)}</a>`
}

/** Whether a click may follow it. */
export function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url)
}

/** JSON for a script element, which `</script` or `<!--` in a text would end or change. */
export function jsonForScript(value: unknown): string {
  return JSON.stringify(value).replace(/[<>\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** A link into the table, by what it filters: `#outcome=failed&status=404`. */
export function filterLink(filter: Readonly<Record<string, string>>): string {
  return html(`#${new URLSearchParams(filter)}`)
}
