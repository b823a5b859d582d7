// Happy Eyeballs (RFC 8305 §5): several addresses, one connection. The next address is tried after a moment, the earlier
// attempts go on, the first to connect wins; none is given up before the deadline, so a slow one is not called dead. One
// that fails at once makes room for the next at once, however many there are.

import { createConnection, type Socket } from 'node:net'
import { type Address, type Interfaces, missingFamily } from '../names/address.js'
import { ExchangeError } from '../wire/exchange-error.js'
import { failureOf, ignoreError, type OnCancel } from '../wire/failure.js'

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
export function race(addresses: readonly Address[], { port, onCancel, interfaces, lost }: Racing): Promise<Winner> {
  return new Promise((resolve, reject) => {
    const running = new Map<Socket, Address>()
    const failures: ExchangeError[] = []
    let next = 0
    let timer: NodeJS.Timeout | null = null
    let isOver = false

    const finish = () => {
      isOver = true
      if (timer !== null) clearTimeout(timer)
      timer = null
      for (const [socket, address] of running) {
        socket.destroy()
        lost(address)
      }
      running.clear()
    }
    const startNext = () => {
      // Called off before it began: a socket made now would belong to nobody.
      if (isOver) return
      if (timer !== null) clearTimeout(timer)
      timer = null
      const address = addresses[next++]
      if (address === undefined) return
      let socket: Socket
      try {
        if (WITHOUT_ZONE.test(address.address)) throw invalidAddress(address.address)
        socket = createConnection({
          host: address.address,
          port,
          family: address.family,
          autoSelectFamily: false,
        })
      } catch (error) {
        return lose(address, error)
      }
      running.set(socket, address)
      socket.once('connect', () => {
        running.delete(socket)
        socket.removeAllListeners('error')
        socket.on('error', ignoreError)
        finish()
        resolve({ socket, ...address })
      })
      socket.on('error', (error) => {
        if (running.delete(socket)) lose(address, error)
      })
      if (next < addresses.length) timer = setTimeout(startNext, ATTEMPT_DELAY_MS)
    }
    const lose = (address: Address, error: unknown) => {
      lost(address)
      const failure = failureOf(error, 'connect')
      const missing = missingFamily(address, failure.code, interfaces)
      failures.push(
        new ExchangeError(missing === null ? failure : { ...failure, kind: `local.no_ipv${missing}` }, error),
      )
      if (next < addresses.length) startNext()
      else if (running.size === 0) {
        finish()
        reject(mostTelling(failures))
      }
    }

    onCancel((error) => {
      finish()
      reject(error)
    })
    startNext()
  })
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
