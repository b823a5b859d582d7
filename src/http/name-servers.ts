// Asks DNS servers through c-ares: no threads, a bounded number of questions on the wire, and every time-out is our own.
// Two habits of c-ares 1.34 shape this file (test: a dead name costs no descriptors; measured on Node 20.20):
// - Its time-out is 5 x the average answer time as soon as a Resolver has three answers, whatever `timeout` says, and what comes
//   later is dropped: a slow name among fast ones would be dead. So a question is asked again of a Resolver without averages.
// - Once a question timed out on a Resolver, each further one there opens a socket of its own: 128 dead names at a time took 1,024
//   descriptors, 2,000 took 8,192. So a Resolver takes questions for 200 ms, before anything can time out, and has one socket for all.

import { Resolver } from 'node:dns'
import type { Address } from './address.js'
import { trueCode } from './lookup-error.js'

/** Addresses and how long they hold in s. */
export interface Found {
  readonly addresses: readonly Address[]
  readonly ttlS: number
}

/** The code of what went wrong. */
export interface Failure {
  readonly code: string
}

/** What came of a question. */
export type Answer = Found | Failure

/** Asks for the A (4) or AAAA (6) records of a name; `done` is called once, within the deadline of being sent. */
export interface NameServers {
  ask(hostname: string, family: 4 | 6, done: (answer: Answer) => void): void
  /** Everything unanswered ends with ECANCELLED, and nothing keeps the process alive. */
  close(): void
}

export interface NameServersOptions {
  /** `address` or `address:port`, the first is preferred; null: the system's. */
  readonly servers: readonly string[] | null
  /** Questions on the wire at once. */
  readonly limit: number
  /** From sending to giving up, in ms. */
  readonly deadlineMs: number
  /** Monotonic ms. */
  now(): number
}

/**
 * Shares of the deadline. After the first, a question is no part of a burst any more: it gives its slot back, so that dead names do not
 * hold up living ones, and is asked again, of the next server if there is one. After the second it is asked a last time.
 */
const STEPS = [1 / 8, 3 / 8, 4 / 8] as const
/** Unanswered questions in all, old ones included: about 8 KB each (measured). */
const OPEN_MAX = 4096
/** Sockets that new questions are spread over: the receive buffer of one drops at 2,000 at once (6.5 k names/s; two: 10.9 k). */
const CHANNELS = 2
/** Under the 250 ms that are c-ares' shortest time-out. */
const CHANNEL_MS = 200
/** One less than c-ares needs for an average. */
const ANSWERS_MAX = 2
/** So many questions in a row that only another server answered make that one the preferred. */
const RESCUES = 3
/** Another server may do better; with NXDOMAIN and NODATA it may not. */
const SERVER_FAULTS = new Set(['ESERVFAIL', 'EREFUSED', 'ENOTIMP', 'EBADRESP', 'EFORMERR'])

interface Question {
  readonly hostname: string
  readonly family: 4 | 6
  /** Null once it is over: late answers find nobody. */
  done: ((answer: Answer) => void) | null
  timer: NodeJS.Timeout | null
  /** Index into STEPS of what the timer waits for. */
  step: number
  /** How often it was sent. */
  asks: number
  next: Question | null
}

/** A Resolver and until when it takes questions. */
interface Channel {
  readonly resolver: Resolver
  readonly until: number
  answers: number
}

/** Throws when a server is not an IP address with or without port. */
export function createNameServers({ servers, limit, deadlineMs, now }: NameServersOptions): NameServers {
  const known = servers ?? new Resolver().getServers()
  const count = Math.max(1, known.length)
  /** Index of the server that is asked first. */
  let preferred = 0
  let rescues = 0
  /** First asks go to the first CHANNELS in turn, the second and third ask have one each. */
  const channels: (Channel | null)[] = Array(CHANNELS + STEPS.length - 1).fill(null)
  /** In order of age; what they still hold is over soon after the deadline. */
  const retired: Channel[] = []
  let turn = 0
  let onWire = 0
  const open = new Set<Question>()
  let first: Question | null = null
  let last: Question | null = null
  if (servers) createResolver(0)

  function ask(hostname: string, family: 4 | 6, done: (answer: Answer) => void): void {
    const question: Question = { hostname, family, done, timer: null, step: 0, asks: 0, next: null }
    if (last) last.next = question
    else first = question
    last = question
    sendWaiting()
  }

  function sendWaiting(): void {
    while (first && onWire < limit && open.size < OPEN_MAX) {
      const question = first
      first = question.next
      if (!first) last = null
      onWire++
      open.add(question)
      question.timer = setTimeout(tick, deadlineMs * STEPS[0], question)
      send(question)
    }
  }

  function send(question: Question): void {
    const { hostname, family, asks } = question
    question.asks++
    turn = (turn + 1) % CHANNELS
    const channel = channelFor(asks === 0 ? turn : CHANNELS + asks - 1, asks)
    const server = (preferred + asks) % count
    const answered = (error: NodeJS.ErrnoException | null, records?: readonly { address: string; ttl: number }[]) => {
      channel.answers++
      receive(question, { answer: error ? failure(error) : found(records ?? [], family), server })
    }
    try {
      if (family === 4) channel.resolver.resolve4(hostname, { ttl: true }, answered)
      else channel.resolver.resolve6(hostname, { ttl: true }, answered)
    } catch (error) {
      setImmediate(answered, error as NodeJS.ErrnoException)
    }
  }

  function channelFor(place: number, asks: number): Channel {
    const channel = channels[place]
    const time = now()
    if (channel && time < channel.until && (asks === 0 || channel.answers < ANSWERS_MAX)) return channel
    if (channel) retired.push(channel)
    while (retired.length > 0 && time > retired[0]!.until + 2 * deadlineMs) retired.shift()
    const fresh = { resolver: createResolver(asks), until: time + CHANNEL_MS, answers: 0 }
    channels[place] = fresh
    return fresh
  }

  /** One that begins with the preferred server, or with the one so many places after it. */
  function createResolver(offset: number): Resolver {
    const resolver = new Resolver({ timeout: deadlineMs, tries: 1 })
    const start = (preferred + offset) % count
    if (servers || start > 0) resolver.setServers([...known.slice(start), ...known.slice(0, start)])
    return resolver
  }

  function receive(question: Question, { answer, server }: { answer: Answer; server: number }): void {
    if (!question.done) return
    if ('code' in answer) {
      // c-ares' own time-out ends nothing, our clock does.
      if (answer.code === 'ETIMEOUT' || answer.code === 'ECANCELLED') return
      if (SERVER_FAULTS.has(answer.code) && question.asks < Math.min(count, STEPS.length)) {
        send(question)
        return
      }
    }
    prefer(server)
    end(question, answer)
  }

  /** A first server that is down would cost every name a second ask. */
  function prefer(server: number): void {
    rescues = server === preferred ? 0 : rescues + 1
    if (rescues < RESCUES) return
    rescues = 0
    preferred = server
    for (const [place, channel] of channels.entries()) {
      if (channel) retired.push(channel)
      channels[place] = null
    }
  }

  function tick(question: Question): void {
    const step = ++question.step
    if (step === STEPS.length) {
      // Not yet: after a stalled event loop the answer may already wait in the socket, and sockets are read before setImmediate.
      setImmediate(end, question, { code: 'ETIMEOUT' })
      return
    }
    question.timer = setTimeout(tick, deadlineMs * STEPS[step]!, question)
    if (question.asks <= step) send(question)
    if (step === 1) {
      onWire--
      sendWaiting()
    }
  }

  function end(question: Question, answer: Answer): void {
    const { done } = question
    if (!done) return
    question.done = null
    clearTimeout(question.timer!)
    open.delete(question)
    if (question.step === 0) onWire--
    done(answer)
    sendWaiting()
  }

  function close(): void {
    const unsent: Question[] = []
    for (; first; first = first.next) unsent.push(first)
    last = null
    for (const question of open) end(question, { code: 'ECANCELLED' })
    for (const { done } of unsent) done?.({ code: 'ECANCELLED' })
    for (const channel of [...retired, ...channels]) channel?.resolver.cancel()
  }

  return { ask, close }
}

function found(records: readonly { address: string; ttl: number }[], family: 4 | 6): Answer {
  if (records.length === 0) return { code: 'ENODATA' }
  let ttlS = Number.POSITIVE_INFINITY
  for (const { ttl } of records) ttlS = Math.min(ttlS, ttl)
  return { addresses: records.map(({ address }) => ({ address, family })), ttlS }
}

function failure(error: NodeJS.ErrnoException): Failure {
  return { code: trueCode(error.code ?? 'EFAIL') }
}
