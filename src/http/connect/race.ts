// Happy Eyeballs (RFC 8305 §5): several addresses, one connection. The next address is tried after a moment, the earlier
// attempts go on, the first to connect wins; none is given up before the deadline, so a slow one is not called dead. One
// that fails at once makes room for the next at once, however many there are.

import { createConnection, type Socket } from 'node:net'
import { type Address, type Interfaces, missingFamily } from '../names/address.js'
import { ExchangeError } from '../wire/exchange-error.js'
import { failureOf } from '../wire/failure-of.js'
import { ignoreError } from './ignore-error.js'
import type { OnCancel } from './on-cancel.js'

/** RFC 8305 §8 recommends 250 ms. */
const ATTEMPT_DELAY_MS = 250

/**
 * fe80::/10 without a zone names no machine (RFC 4007 §6): EINVAL to curl, to browsers and to Node 20. Since libuv 1.50
 * (Node 22) some interface is guessed, and then waited for.
 */
const WITHOUT_ZONE = /^fe[89ab][0-9a-f]:[^%]*$/i

/** The socket that connected first, and where to. */
export interface Winner extends Address {
  readonly socket: Socket
}

/** What is raced for. */
export interface Racing {
  readonly port: number
  readonly onCancel: OnCancel
  /** This machine's. */
  interfaces(): Interfaces
  /** Called of an address that failed, or was still on its way when another one won or time was over. */
  lost(address: Address): void
}

/** Rejects with an `ExchangeError` when all failed or it is called off. */
export function race(addresses: readonly Address[], racing: Racing): Promise<Winner> {
  return new Promise((resolve, reject) => new Race(addresses, racing, { resolve, reject }).start())
}

/** Mostly one runs: no list of its own for that. */
const NOBODY: readonly Winner[] = []

interface Settle {
  resolve(winner: Winner): void
  reject(error: ExchangeError): void
}

/** A class because each attempt may end it for all: one object a connection. */
class Race {
  readonly #addresses: readonly Address[]
  readonly #racing: Racing
  readonly #settle: Settle
  #running: readonly Winner[] = NOBODY
  readonly #failures: ExchangeError[] = []
  #next = 0
  #timer: NodeJS.Timeout | null = null
  #isOver = false

  constructor(addresses: readonly Address[], racing: Racing, settle: Settle) {
    this.#addresses = addresses
    this.#racing = racing
    this.#settle = settle
  }

  start(): void {
    this.#racing.onCancel((error) => {
      this.#finish()
      this.#settle.reject(error)
    })
    this.#startNext()
  }

  #startNext(): void {
    // Called off before it began: a socket made now would belong to nobody.
    if (this.#isOver) return
    this.#stopTimer()
    const address = this.#addresses[this.#next++]
    if (address === undefined) return
    let socket: Socket
    try {
      socket = connectionTo(address, this.#racing.port)
    } catch (error) {
      this.#lose(address, error)
      return
    }
    const runner: Winner = { socket, ...address }
    this.#running = [...this.#running, runner]
    socket.once('connect', () => this.#win(runner))
    socket.on('error', (error) => {
      if (this.#leaves(runner)) this.#lose(address, error)
    })
    if (this.#next < this.#addresses.length) this.#timer = setTimeout(() => this.#startNext(), ATTEMPT_DELAY_MS)
  }

  #win(winner: Winner): void {
    this.#leaves(winner)
    winner.socket.removeAllListeners('error')
    winner.socket.on('error', ignoreError)
    this.#finish()
    this.#settle.resolve(winner)
  }

  /** False where it was not running any more. */
  #leaves(runner: Winner): boolean {
    if (!this.#running.includes(runner)) return false
    this.#running = this.#running.length === 1 ? NOBODY : this.#running.filter((each) => each !== runner)
    return true
  }

  #lose(address: Address, error: unknown): void {
    const { lost, interfaces } = this.#racing
    lost(address)
    const failure = failureOf(error, 'connect')
    const missing = missingFamily(address, failure.code, interfaces)
    const told = missing === null ? failure : { ...failure, kind: `local.no_ipv${missing}` as const }
    this.#failures.push(new ExchangeError(told, error))
    if (this.#next < this.#addresses.length) this.#startNext()
    else if (this.#running.length === 0) {
      this.#finish()
      this.#settle.reject(mostTelling(this.#failures))
    }
  }

  #finish(): void {
    this.#isOver = true
    this.#stopTimer()
    for (const { socket, address, family } of this.#running) {
      socket.destroy()
      this.#racing.lost({ address, family })
    }
    this.#running = NOBODY
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }
}

function connectionTo({ address, family }: Address, port: number): Socket {
  if (WITHOUT_ZONE.test(address)) throw invalidAddress(address)
  return createConnection({ host: address, port, family, autoSelectFamily: false })
}

function invalidAddress(address: string): Error {
  return Object.assign(new Error(`connect EINVAL ${address}`), { code: 'EINVAL', syscall: 'connect' })
}

/** What a host that is alive said, and what says least. */
const TELLING = [
  'tcp.refused',
  'tcp.reset',
  'tcp.timed_out',
  'tcp.address_unreachable',
  'local.no_ipv4',
  'local.no_ipv6',
]

/** Which failure of several addresses to report: first a shortage of our own, because then nobody knows of that address. */
function mostTelling(failures: readonly ExchangeError[]): ExchangeError {
  const rank = (error: ExchangeError) => TELLING.indexOf(error.kind)
  return failures.reduce((best, error) => (rank(error) < rank(best) ? error : best))
}
