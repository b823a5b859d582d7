// A request as it is written, byte for byte what undici would write (test/contract/undici.test.ts).

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
  return `${method} ${path} HTTP/1.1\r\nhost: ${href.slice(href.indexOf('//') + 2)}\r\nconnection: keep-alive\r\n${lines}\r\n`
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
