// Requests as they are written: byte for byte what undici would write, and once more for the second look
// (test/http/exchange/request-text.test.ts).

import type { Origin } from '../wire/origin.js'
import type { DispatchOptions } from './undici-client.js'

/** Where undici has words of its own to say, or a request to refuse. */
const INTERPRETED = /^(?:host|connection|content-length|content-type|transfer-encoding|keep-alive|upgrade|expect)$/i
const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/
const VALUE = /^[\t -~\x80-\xff]*$/
const PATH = /^[!-\xff]+$/

/** What is written of headers; the lists are few and each is sent many times. */
const written = new WeakMap<readonly string[], string | null>()

/** Null: one that undici has to look at. */
export function requestText({ method, path, headers }: DispatchOptions, { href }: Origin): string | null {
  let lines = written.get(headers)
  if (lines === undefined) {
    lines = headerText(headers)
    written.set(headers, lines)
  }
  if (lines === null || !PATH.test(path)) return null
  return `${method} ${path} HTTP/1.1\r\nhost: ${hostOf(href)}\r\nconnection: keep-alive\r\n${lines}\r\n`
}

type Hop = Pick<DispatchOptions, 'method' | 'path' | 'headers'> & { readonly origin: Origin }

/** The same for a connection that is used once (RFC 9112 §9.6), whatever the headers are. */
export function closingRequestText({ method, path, headers, origin }: Hop): string {
  const lines = [`${method} ${path} HTTP/1.1`]
  let ownHost = false
  for (let i = 0; i + 1 < headers.length; i += 2) {
    ownHost ||= headers[i]!.toLowerCase() === 'host'
    lines.push(`${headers[i]}: ${headers[i + 1]}`)
  }
  if (!ownHost) lines.splice(1, 0, `Host: ${hostOf(origin.href)}`)
  return `${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`
}

function hostOf(href: string): string {
  return href.slice(href.indexOf('//') + 2)
}

function headerText(headers: readonly string[]): string | null {
  let text = ''
  for (let i = 0; i < headers.length; i += 2) {
    const [name, value] = [headers[i]!, headers[i + 1]!]
    if (INTERPRETED.test(name) || !TOKEN.test(name) || !VALUE.test(value)) return null
    text += `${name}: ${value}\r\n`
  }
  return text
}
