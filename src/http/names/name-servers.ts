// Asks DNS servers: no threads, a bounded number of questions on the wire, and every time-out is our own. A question that
// stays without an answer is asked again, of the next server where there is one, and late answers to earlier asks count.

import { createDeadline, type Deadline, type Expiring } from '../wire/deadline.js'
import { saysNoAnswer } from '../wire/lookup-error.js'
import { type Answer, isDnsName, type Query } from './dns-message.js'
import { type Server, ServerList } from './server-list.js'

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
  /** From now on so many questions on the wire at once. */
  limitTo(questions: number): void
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
/** Throws when a server is not an IP address with or without port. */
export function createNameServers(options: NameServersOptions): NameServers {
  return new Questions(options)
}

/** All questions and where they are: waiting for a slot, on the wire, or given up for lost but still open. */
class Questions implements NameServers {
  readonly #options: NameServersOptions
  readonly #servers: ServerList
  readonly #deadline: Deadline
  #limit: number
  #onWire = 0
  readonly #open = new Set<OpenQuestion>()
  #first: OpenQuestion | null = null
  #last: OpenQuestion | null = null

  constructor(options: NameServersOptions) {
    this.#options = options
    this.#limit = options.limit
    this.#servers = new ServerList(options.servers, options.now)
    this.#deadline = createDeadline(options.now)
  }

  ask(asked: Question): void {
    const question = new OpenQuestion(asked, this.#expire)
    if (this.#last) this.#last.next = question
    else this.#first = question
    this.#last = question
    this.#sendWaiting()
  }

  limitTo(questions: number): void {
    this.#limit = questions
    this.#sendWaiting()
  }

  #sendWaiting(): void {
    const { deadlineMs, now } = this.#options
    while (this.#first && this.#onWire < this.#limit && this.#open.size < OPEN_MAX) {
      const question = this.#first
      this.#first = question.next
      if (!this.#first) this.#last = null
      this.#onWire++
      this.#open.add(question)
      question.withinMs = Math.min(question.asked.withinMs ?? deadlineMs, deadlineMs)
      question.sentAt = now()
      question.stalledBefore = this.#deadline.stalledMs()
      this.#deadline.arm(question, question.withinMs * STEPS[0])
      this.#send(question)
    }
  }

  #send(question: OpenQuestion): void {
    const place = this.#servers.placeAfter(question.asks++)
    const server = this.#servers.at(place)
    if (server === undefined || !isDnsName(question.asked.hostname)) {
      const code = server === undefined ? 'ECONNREFUSED' : 'EBADNAME'
      setImmediate(() => this.#end(question, { code }))
      return
    }
    question.cancels.push(askOnce(server, question.asked, (answer) => this.#receive(question, answer, place)))
  }

  #receive(question: OpenQuestion, answer: Answer, place: number): void {
    // Another server may do better; where the name does not exist it may not.
    const asksMost = Math.min(this.#servers.count, STEPS.length)
    if ('code' in answer && saysNoAnswer(answer.code) && question.asks < asksMost) {
      this.#send(question)
      return
    }
    this.#servers.answered(place)
    this.#end(question, answer)
  }

  /** After a stalled event loop the answer may wait in the socket; the deadline calls when sockets were read. */
  readonly #expire = (question: OpenQuestion): void => {
    const step = ++question.step
    if (step === STEPS.length) {
      this.#end(question, { code: 'ETIMEOUT' })
      return
    }
    this.#deadline.arm(question, question.withinMs * STEPS[step]!)
    if (question.asks <= step) this.#send(question)
    if (step !== 1) return
    this.#onWire--
    question.asked.silent?.()
    this.#sendWaiting()
  }

  #end(question: OpenQuestion, answer: Answer): void {
    if (!this.#open.delete(question)) return
    this.#deadline.disarm(question)
    for (const cancel of question.cancels) cancel()
    if (question.step === 0) this.#onWire--
    if ('code' in answer && saysNoAnswer(answer.code)) this.#servers.readAnew()
    const stalledMs = this.#deadline.stalledMs() - question.stalledBefore
    question.asked.done(answer, Math.max(0, this.#options.now() - question.sentAt - stalledMs))
    this.#sendWaiting()
  }

  close(): void {
    const unsent: OpenQuestion[] = []
    for (; this.#first; this.#first = this.#first.next) unsent.push(this.#first)
    this.#last = null
    for (const question of this.#open) this.#end(question, { code: 'ECANCELLED' })
    for (const { asked } of unsent) asked.done({ code: 'ECANCELLED' }, 0)
    this.#servers.close()
    this.#deadline.close()
  }
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
  readonly cancels: (() => void)[] = []
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
  let cancel = datagrams.ask(query, ({ answer, isTruncated }, bytes) => {
    if (!isTruncated) return done(answer)
    cancel = streams.ask({ bytes, type: query.type }, (whole) =>
      done('code' in whole && 'addresses' in answer ? answer : whole),
    )
  })
  return () => cancel()
}
