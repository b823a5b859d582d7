// The words of the hostile suite: one case is one thing that HOSTILE.md section 4 says a server does, as data, and what
// the command must make of it. play.ts plays them.

import type { TLSSocketOptions } from 'node:tls'
import type { Kind } from '../../src/words/kinds.js'
import type { Method } from '../../src/words/method.js'
import type { Closable } from '../support/close-after-test.js'
import { type Script, type Step, step } from '../support/raw-server.js'

/** The attempt's budget in every run of the suite. */
export const TIMEOUT_MS = 3000
/** How late the deadline may be, by the contract. */
export const LATE_MS = 250
/** Well after the 500 ms that a body may be drained, and well before the deadline: its verdict this cannot be. */
export const AT_ONCE_MS = TIMEOUT_MS / 2

/** Where a case plays. */
export interface Place {
  /** An address of its own on loopback, so that per-host limits are those of the real world. */
  readonly host: string
  readonly scheme: 'http' | 'https'
  /** Certificate and key for the host; absent for http. */
  readonly tls?: TLSSocketOptions
}

/** A server that a case started by itself. */
export interface HostileServer extends Closable {
  /** The lines of the list. */
  readonly lines: readonly string[]
  /** Connections accepted; null where nobody counts. */
  readonly connections: (() => number) | null
  /** Called when the run is over: asserts what the server saw. */
  check?(): void
}

/** What the verdict must say. */
export interface Expected {
  readonly status: number
  readonly kind: Kind
  /** Default: not looked at. */
  readonly code?: string
  /** Whether our own reader saw it; default false. */
  readonly secondLook?: boolean
  readonly reason?: RegExp
  readonly hint?: RegExp
  /** What `finalUrl` ends with. */
  readonly finalUrl?: string
  /** Another outcome that is right as well: what arrives first is the kernel's choice. */
  readonly or?: Expected
}

export interface HostileCase {
  /** Its number in HOSTILE.md section 4; `idle`: its section 2. */
  readonly number: number | 'idle'
  readonly name: string
  /** A script for every connection, or for the n-th one, or a server of another make. */
  readonly serve: Script | { each(connection: number): Script } | { start(place: Place): Promise<HostileServer> }
  /** Default `['/']`; a line of the list each. Not for `start`. */
  readonly paths?: readonly string[]
  /** By line. */
  readonly expect: Expected | readonly Expected[]
  /** Where an answer to HEAD means something else. */
  readonly expectOfHead?: Expected | readonly Expected[]
  /** More flags for the command; cases with the same ones share a run. */
  readonly flags?: readonly string[]
  /** Sends as much as it can: played apart from the others, which are timed. */
  readonly isFlood?: true
  /** From the first connection until the verdict; default: the timeout and 250 ms. */
  readonly withinMs?: number
  /** What the server must see: exactly so many. Default: one a line, and one more for a second look. */
  readonly connections?: number
  /** Default both. */
  readonly methods?: readonly Method[]
  /** Default both. */
  readonly schemes?: readonly ('http' | 'https')[]
  /** Bytes that the command may read of a body; default 64 KiB and one read of the socket. */
  readonly maxBodyBytes?: number
}

// What verdicts say.

/** An answer with this status; judged by the default `accept`. */
export function answered(status: number, more: Partial<Expected> = {}): Expected {
  return { status, kind: status >= 200 && status <= 299 ? 'ok' : 'http.error', ...more }
}

/** The same, by our own reader after the parser had refused. */
export function seenTwice(status: number, more: Partial<Expected> = {}): Expected {
  return answered(status, { secondLook: true, ...more })
}

/** No answer. */
export function failed(kind: Kind, code?: string, more: Partial<Expected> = {}): Expected {
  return { status: 0, kind, ...(code === undefined ? {} : { code }), ...more }
}

/** Not HTTP, looked at twice. */
export function refused(reason?: RegExp, hint?: RegExp): Expected {
  return failed('http.protocol.error', undefined, {
    secondLook: true,
    ...(reason && { reason }),
    ...(hint && { hint }),
  })
}

// What servers say.

/** A status line, header lines and a body, with CRLF everywhere; latin1, one character a byte. */
export function reply(statusLine: string, headers: readonly string[] = [], body = ''): string {
  return [statusLine, ...headers, '', body].join('\r\n')
}

export const OK = 'HTTP/1.1 200 OK'
export const LENGTH_2 = 'Content-Length: 2'
export const CHUNKED = 'Transfer-Encoding: chunked'

/** Reads a request, answers with these bytes and ends the stream. */
export function answering(bytes: string): Script {
  return [step.readHead, step.write(bytes), step.fin]
}

/** Reads a request, answers with these bytes, goes on with more. */
export function answeringThen(bytes: string, ...more: Step[]): Script {
  return [step.readHead, step.write(bytes), ...more]
}

/** UTF-8 bytes as a latin1 string. */
export function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
