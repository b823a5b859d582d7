// Valid answers of every shape, to be mutated. Each carries its case's number where a verdict shows it, so that an answer
// that went to another URL than its own is seen.

import { createHash } from 'node:crypto'
import type { Method } from '../../src/words/method.js'

/** A valid answer; `bytes` is latin1, one character a byte. */
export interface ValidResponse {
  readonly name: string
  readonly method: Method
  /** `keep`: the connection stays open for the next request. `fin`: the end of the body is the end of the stream. */
  readonly end: 'keep' | 'fin'
  readonly status: number
  readonly bytes: (id: string) => string
}

/**
 * The Content-Type that names a case: its number and a check of it, so that a mutated number is no number any more.
 * A verdict shows the Content-Type of the answer that it was made of.
 */
export function idOf(index: number): string {
  return `id/${index}-${createHash('sha256').update(`case ${index}`).digest('hex').slice(0, 8)}`
}

/** The number in an id; null where it is none, or was mutated. */
export function indexIn(contentType: string | null): number | null {
  const index = Number(/^id\/(\d+)-[0-9a-f]{8}$/.exec(contentType ?? '')?.[1] ?? Number.NaN)
  return contentType === idOf(index) ? index : null
}

/** No case has this number: it stands in answers that are nobody's. */
export const NOBODY = 999_999_999

const NOBODYS_ANSWER = `HTTP/1.1 299 Nobody\r\nContent-Type: ${idOf(NOBODY)}\r\nContent-Length: 2\r\n\r\nno`

const lines = (...head: string[]): string => `${head.join('\r\n')}\r\n\r\n`

/** One of each. */
export const RESPONSES: readonly ValidResponse[] = [
  {
    name: 'a length',
    method: 'GET',
    end: 'keep',
    status: 200,
    bytes: (id) => `${lines('HTTP/1.1 200 OK', `Content-Type: ${id}`, 'Content-Length: 5')}hello`,
  },
  {
    name: 'no body',
    method: 'GET',
    end: 'keep',
    status: 404,
    bytes: (id) => lines('HTTP/1.1 404 Not Found', `Content-Type: ${id}`, 'Content-Length: 0', 'Server: x'),
  },
  {
    name: 'chunks',
    method: 'GET',
    end: 'keep',
    status: 200,
    bytes: (id) =>
      `${lines('HTTP/1.1 200 OK', `Content-Type: ${id}`, 'Transfer-Encoding: chunked')}5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n`,
  },
  {
    name: 'chunks with extensions and trailers',
    method: 'GET',
    end: 'keep',
    status: 203,
    bytes: (id) =>
      `${lines('HTTP/1.1 203 Yes', 'Trailer: X-Sum', `Content-Type: ${id}`, 'Transfer-Encoding: chunked')}` +
      '5;a=b\r\nhello\r\n0\r\nX-Sum: 5\r\n\r\n',
  },
  {
    name: 'an end by FIN',
    method: 'GET',
    end: 'fin',
    status: 200,
    bytes: (id) => `${lines('HTTP/1.1 200 OK', 'Connection: close', `Content-Type: ${id}`)}hello`,
  },
  {
    name: 'HTTP/1.0',
    method: 'GET',
    end: 'fin',
    status: 500,
    bytes: (id) => `${lines('HTTP/1.0 500 Oh', `Content-Type: ${id}`)}hello`,
  },
  {
    name: 'HTTP/1.0 kept alive',
    method: 'GET',
    end: 'keep',
    status: 200,
    bytes: (id) =>
      `${lines('HTTP/1.0 200 OK', 'Connection: keep-alive', `Content-Type: ${id}`, 'Content-Length: 5')}hello`,
  },
  {
    name: 'early hints',
    method: 'GET',
    end: 'keep',
    status: 200,
    bytes: (id) =>
      lines('HTTP/1.1 103 Early Hints', 'Link: </a>') +
      lines('HTTP/1.1 200 OK', `Content-Type: ${id}`, 'Content-Length: 0'),
  },
  {
    name: 'two interim answers',
    method: 'GET',
    end: 'keep',
    status: 410,
    bytes: (id) =>
      lines('HTTP/1.1 100 Continue') +
      lines('HTTP/1.1 102 Processing') +
      `${lines('HTTP/1.1 410 Gone', `Content-Type: ${id}`, 'Content-Length: 4')}gone`,
  },
  {
    name: '204',
    method: 'GET',
    end: 'keep',
    status: 204,
    bytes: (id) => lines('HTTP/1.1 204 No Content', `Content-Type: ${id}`),
  },
  {
    name: '304 with a length',
    method: 'GET',
    end: 'keep',
    status: 304,
    bytes: (id) => lines('HTTP/1.1 304 Not Modified', `Content-Type: ${id}`, 'Content-Length: 500', 'ETag: "x"'),
  },
  {
    name: 'a redirect',
    method: 'GET',
    end: 'keep',
    status: 200,
    bytes: (id) =>
      lines(
        'HTTP/1.1 302 Found',
        `Location: /final?${id}`,
        `Content-Type: ${id}`,
        'Set-Cookie: a=b',
        'Content-Length: 0',
      ),
  },
  {
    name: 'a redirect with a body and an end by FIN',
    method: 'GET',
    end: 'fin',
    status: 200,
    bytes: (id) => `${lines('HTTP/1.1 308 Moved', `Location: /final?${id}`, 'Connection: close')}<a href=there>`,
  },
  {
    name: 'HEAD with a length',
    method: 'HEAD',
    end: 'keep',
    status: 200,
    bytes: (id) => lines('HTTP/1.1 200 OK', `Content-Type: ${id}`, 'Content-Length: 1000', 'Connection: keep-alive'),
  },
  {
    name: 'HEAD with chunks to come',
    method: 'HEAD',
    end: 'keep',
    status: 403,
    bytes: (id) => lines('HTTP/1.1 403 No', `Content-Type: ${id}`, 'Transfer-Encoding: chunked'),
  },
  {
    name: 'an answer within the body',
    method: 'GET',
    end: 'keep',
    status: 200,
    bytes: (id) =>
      lines('HTTP/1.1 200 OK', `Content-Type: ${id}`, `Content-Length: ${NOBODYS_ANSWER.length}`) + NOBODYS_ANSWER,
  },
  {
    name: 'bare line feeds, which the second look reads',
    method: 'GET',
    end: 'fin',
    status: 200,
    bytes: (id) => `HTTP/1.1 200 OK\nContent-Type: ${id}\nConnection: close\n\nhello`,
  },
]
