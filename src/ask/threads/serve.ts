// The far side of a thread's slot, whatever the port is.

import { stopOf } from '../../flow/stop.js'
import type { SettingsOf } from '../../settings/options.js'
import type { Asker, Asking, How } from '../../settings/seams.js'
import type { Ask, Target } from '../../settings/target.js'
import type { Limiter } from '../../words/limits.js'
import type { Verdict } from '../../words/verdict.js'
import { createAsker } from '../asker.js'
import { createEngine } from '../create-engine.js'
import type { Engine } from '../engine.js'
import type { PolicyOptions } from '../policies.js'
import type { KnownFacts, Portion, ThreadState, ToMain, ToThread } from './calls.js'
import { ClosedOrigins } from './closed-origins.js'
import { Inbox } from './inbox.js'
import { OwnHosts } from './own-hosts.js'
import { ownHostsLimiter } from './own-hosts-limiter.js'
import { packRows } from './packed-rows.js'
import { createTargetUnpacker } from './packed-targets.js'
import { createTalk, type Port, type Talk } from './talk.js'
import { Tickets } from './tickets.js'
import { createToldFacts, type ToldFacts } from './told-facts.js'

/** What a thread is made with: plain data. */
export interface ServeOptions extends PolicyOptions {
  readonly settings: Omit<SettingsOf<'client'>, 'now'>
  readonly ask: Ask
  readonly idle: number
  readonly portion: Portion
}

/** So many rows, or so much later than the first of them, they are sent: a message costs more than a row. */
const ROWS_AT_ONCE = 64
const ROWS_WITHIN_MS = 4
/** Rows that were sent and not taken; then no more are. */
const MOST_UNTAKEN = 2048
const STATE_EVERY_MS = 100
/** All that the list gives us is begun: how much that is the main thread bounds. */
const WINDOW = Number.MAX_SAFE_INTEGER

export function serve(port: Port, options: ServeOptions): void {
  new Server(port, options)
}

class Server implements ToThread {
  readonly #main: Talk<ToMain>
  readonly #asker: Asker
  readonly #hosts: OwnHosts
  readonly #closed = new ClosedOrigins()
  readonly #tickets: Tickets
  readonly #unpack = createTargetUnpacker()
  readonly #engine: Engine
  /** Of the pass that is on. */
  #limiter: Limiter
  #facts: ToldFacts | null = null
  #known: KnownFacts = { refuted: [], sees: false, aheadMs: null }
  #inbox = new Inbox<Target>()
  #asking: Asking | null = null
  /** Ends what waits for a permit for others. */
  #abort = new AbortController()
  #among: number
  #isPressed = false
  #saidLack = false
  #said: ThreadState = { inUse: 0, busiest: null }
  #untaken = 0
  #onTaken = () => {}

  constructor(port: Port, { settings, ask, idle, portion, ...policies }: ServeOptions) {
    const now = () => performance.now()
    const { engine } = createEngine({ settings: { ...settings, now }, ask, idle })
    engine.shareQuestions(portion.among)
    this.#engine = engine
    this.#limiter = engine.limiter
    this.#among = portion.among
    this.#main = createTalk<ToMain>(port, this)
    this.#hosts = new OwnHosts(this.#main)
    this.#tickets = new Tickets({
      closed: this.#closed,
      limiter: () => this.#limiter,
      stop: () => stopOf(this.#abort.signal),
      now,
    })
    this.#asker = createAsker(engine, {
      ...policies,
      window: WINDOW,
      notify: (text) => this.#main.tell('notify', text),
      onWait: (host, ms) => this.#main.tell('waits', host, ms),
      common: {
        limiter: (own) => this.#withOwners(own),
        elsewhere: this.#closed.elsewhere,
        checks: (check) => this.#closed.checks(check),
        facts: () => {
          this.#facts = createToldFacts(this.#main, this.#known)
          return this.#facts
        },
        isPressed: () => this.#isPressed,
      },
    })
    setInterval(() => this.#tellState(), STATE_EVERY_MS)
  }

  begin(how: How, known: KnownFacts): void {
    this.#known = known
    this.#inbox = new Inbox()
    this.#abort = new AbortController()
    this.#asking = this.#asker.ask(this.#inbox, how)
    void this.#send(this.#asking)
  }

  targets(text: string): void {
    const targets = this.#unpack(text)
    for (const { host } of targets) this.#hosts.own(host)
    this.#saidLack = false
    this.#inbox.put(targets)
  }

  end(): void {
    this.#inbox.end()
  }

  stop(): void {
    this.#abort.abort()
    this.#asking?.stop()
    this.#inbox.end()
  }

  taken(rows: number): void {
    this.#untaken -= rows
    this.#onTaken()
  }

  pressed(is: boolean): void {
    this.#isPressed = is
  }

  resize(portion: Portion): Promise<void> {
    this.#among = portion.among
    this.#engine.shareQuestions(portion.among)
    return this.#limiter.resize(portion)
  }

  grant(where: Parameters<ToThread['grant']>[0]): ReturnType<ToThread['grant']> {
    return this.#tickets.grant(where)
  }

  giveBack(ticket: number): void {
    this.#tickets.giveBack(ticket)
  }

  learn(lesson: Parameters<ToThread['learn']>[0]): void {
    this.#tickets.learn(lesson)
  }

  shrink(): void {
    this.#limiter.shrink()
  }

  facts(known: KnownFacts): void {
    this.#known = known
    this.#facts?.hear(known)
  }

  #withOwners(own: Limiter): Limiter {
    const { time } = this.#engine
    this.#limiter = own
    own.onLackOfWork(() => this.#tellLackOfWork())
    const shared = ownHostsLimiter(own, { owners: this.#hosts, closed: this.#closed, now: time.now })
    const shrink = () => {
      this.#main.tell('shrunk')
      return own.shrink() * this.#among
    }
    return { ...shared, shrink }
  }

  /** Rows as they are done, many at a time, until nobody takes them. */
  async #send(asking: Asking): Promise<void> {
    let rows: Verdict[] = []
    let timer: NodeJS.Timeout | null = null
    const flush = () => {
      if (timer !== null) clearTimeout(timer)
      timer = null
      if (rows.length === 0) return
      this.#saidLack = this.#limiter.lacksWork()
      this.#main.tell('rows', packRows(rows), this.#saidLack)
      rows = []
    }
    for await (const batch of asking.results) {
      for (const row of batch) rows.push(row)
      this.#untaken += batch.length
      if (rows.length >= ROWS_AT_ONCE) flush()
      else timer ??= setTimeout(flush, ROWS_WITHIN_MS)
      while (this.#untaken >= MOST_UNTAKEN) {
        flush()
        await new Promise<void>((resolve) => {
          this.#onTaken = resolve
        })
      }
    }
    flush()
    this.#main.tell('over', asking.gaveUp)
  }

  /** Once until there is work again. */
  #tellLackOfWork(): void {
    if (this.#saidLack) return
    this.#saidLack = true
    this.#main.tell('lacksWork')
  }

  #tellState(): void {
    const inUse = this.#limiter.inUse()
    const busiest = this.#limiter.busiest()
    if (inUse === this.#said.inUse && busiest === this.#said.busiest) return
    this.#said = { inUse, busiest }
    this.#main.tell('state', this.#said)
  }
}
