// Asks DNS servers: no threads, a bounded number of questions on the wire, and every time-out is our own. A question that
// stays without an answer is asked again, of the next server where there is one, and late answers to earlier asks count.

import { Resolver } from 'node:dns'
import { isIPv6 } from 'node:net'
import { createDeadline, type Expiring } from '../wire/deadline.js'
import { saysNoAnswer } from '../wire/lookup-error.js'
import { createDatagrams, type Datagrams, type ServerAddress } from './dns-datagrams.js'
import { type Answer, isDnsName, type Query } from './dns-message.js'
import { createStreams, type Streams } from './dns-streams.js'

/** A question, and who hears of it. */
export interface Question extends Query {
  /** A smaller bound than `deadlineMs`, ms. */
  readonly withinMs?: number
  /** Called once, within the deadline of being sent. `spentMs`: since then, without time in which this process stood still. */
  done(answer: Answer, spentMs: number): void
  /** Called once when the first ask has brought nothing in its time. */
  silent?(): void
}

/** Asks for records of a name. */
export interface NameServers {
  ask(question: Question): void
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
/** Unanswered questions in all, old ones included. */
const OPEN_MAX = 4096
/** So many questions in a row that only another server answered make that one the preferred. */
const RESCUES = 3
const DNS_PORT = 53
/** How often the system is asked for its servers at most, ms, and only where they bring nothing. */
const READ_EVERY_MS = 1000

interface Server extends ServerAddress {
  readonly datagrams: Datagrams
  readonly streams: Streams
}

/** Throws when a server is not an IP address with or without port. */
export function createNameServers({ servers, limit, deadlineMs, now }: NameServersOptions): NameServers {
  let known = serversAt(addressesOf(servers))
  /** Those that this machine used before, until what they were asked is over. */
  const former: Server[] = []
  let readAt = now()
  const deadline = createDeadline(now)
  /** Index of the server that is asked first. */
  let preferred = 0
  let rescues = 0
  let onWire = 0
  const open = new Set<OpenQuestion>()
  let first: OpenQuestion | null = null
  let last: OpenQuestion | null = null

  function ask(asked: Question): void {
    const question = new OpenQuestion(asked, expire)
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
      question.withinMs = Math.min(question.asked.withinMs ?? deadlineMs, deadlineMs)
      question.sentAt = now()
      question.stalledBefore = deadline.stalledMs()
      deadline.arm(question, question.withinMs * STEPS[0])
      send(question)
    }
  }

  function send(question: OpenQuestion): void {
    const place = (preferred + question.asks++) % known.length
    const server = known[place]
    if (server === undefined || !isDnsName(question.asked.hostname)) {
      setImmediate(end, question, { code: server === undefined ? 'ECONNREFUSED' : 'EBADNAME' })
      return
    }
    question.takeBack.push(askOnce(server, question.asked, (answer) => receive(question, answer, place)))
  }

  /** A machine may come to another network in the middle of a run. */
  function readAnew(): void {
    if (servers !== null || now() - readAt < READ_EVERY_MS) return
    readAt = now()
    const addresses = addressesOf(null)
    if (addresses.map(nameOf).join() === known.map(nameOf).join()) return
    former.push(...known)
    known = serversAt(addresses)
    preferred = 0
  }

  function receive(question: OpenQuestion, answer: Answer, place: number): void {
    // Another server may do better; where the name does not exist it may not.
    if ('code' in answer && saysNoAnswer(answer.code) && question.asks < Math.min(known.length, STEPS.length)) {
      send(question)
      return
    }
    prefer(place)
    end(question, answer)
  }

  /** A first server that is down would cost every name a second ask. */
  function prefer(place: number): void {
    rescues = place === preferred ? 0 : rescues + 1
    if (rescues < RESCUES) return
    rescues = 0
    preferred = place
  }

  /** After a stalled event loop the answer may wait in the socket; the deadline calls when sockets were read. */
  function expire(question: OpenQuestion): void {
    const step = ++question.step
    if (step === STEPS.length) {
      end(question, { code: 'ETIMEOUT' })
      return
    }
    deadline.arm(question, question.withinMs * STEPS[step]!)
    if (question.asks <= step) send(question)
    if (step !== 1) return
    onWire--
    question.asked.silent?.()
    sendWaiting()
  }

  function end(question: OpenQuestion, answer: Answer): void {
    if (!open.delete(question)) return
    deadline.disarm(question)
    for (const takeBack of question.takeBack) takeBack()
    if (question.step === 0) onWire--
    if ('code' in answer && saysNoAnswer(answer.code)) readAnew()
    const stalledMs = deadline.stalledMs() - question.stalledBefore
    question.asked.done(answer, Math.max(0, now() - question.sentAt - stalledMs))
    sendWaiting()
  }

  function close(): void {
    const unsent: OpenQuestion[] = []
    for (; first; first = first.next) unsent.push(first)
    last = null
    for (const question of open) end(question, { code: 'ECANCELLED' })
    for (const { asked } of unsent) asked.done({ code: 'ECANCELLED' }, 0)
    for (const { datagrams, streams } of [...known, ...former]) {
      datagrams.close()
      streams.close()
    }
    deadline.close()
  }

  return { ask, close }
}

/** A class because it is the deadline's job as well: one object a question. */
class OpenQuestion implements Expiring {
  bucket: Expiring[] | null = null
  bucketPlace = 0
  stallMark = 0
  next: OpenQuestion | null = null
  withinMs = 0
  sentAt = 0
  stalledBefore = 0
  /** Index into STEPS of what the deadline waits for. */
  step = 0
  /** How often it was sent. */
  asks = 0
  /** Late answers find nobody. */
  readonly takeBack: (() => void)[] = []
  readonly asked: Question
  readonly #expire: (question: OpenQuestion) => void

  constructor(asked: Question, expire: (question: OpenQuestion) => void) {
    this.asked = asked
    this.#expire = expire
  }

  expire(): void {
    this.#expire(this)
  }
}

/** Over TCP as well where the answer is longer than UDP holds. Without TCP, what came of it is better than nothing. */
function askOnce({ datagrams, streams }: Server, query: Query, done: (answer: Answer) => void): () => void {
  let takeBack = datagrams.ask(query, ({ answer, isTruncated }, bytes) => {
    if (!isTruncated) return done(answer)
    takeBack = streams.ask({ bytes, type: query.type }, (whole) =>
      done('code' in whole && 'addresses' in answer ? answer : whole),
    )
  })
  return () => takeBack()
}

function serversAt(addresses: readonly ServerAddress[]): readonly Server[] {
  return addresses.map((address) => ({
    ...address,
    datagrams: createDatagrams(address),
    streams: createStreams(address),
  }))
}

function nameOf({ host, port }: ServerAddress): string {
  return `[${host}]:${port}`
}

function addressesOf(servers: readonly string[] | null): readonly ServerAddress[] {
  const resolver = new Resolver()
  // It knows how addresses are written, and throws for what is none.
  if (servers !== null) resolver.setServers([...servers])
  return resolver.getServers().map(serverAddress)
}

/** `1.2.3.4`, `1.2.3.4:5353`, `2001:db8::1`, `[2001:db8::1]:5353`. */
function serverAddress(text: string): ServerAddress {
  if (isIPv6(text)) return { host: text, port: DNS_PORT }
  const [, host, port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(text)!
  return { host: host!, port: port === undefined ? DNS_PORT : Number(port) }
}
