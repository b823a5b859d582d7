// A TCP or TLS server that plays a script byte for byte: everything that node:http would never send.
// A script is data, so a case can be read, printed and replayed; it knows nothing of HTTP but the blank line.

import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { TLSSocket, type TLSSocketOptions } from 'node:tls'
import { type Listening, type ListenOptions, listen } from './listen.js'

/** One thing that the server does on a connection. Strings are latin1: one character, one byte. */
export type Step =
  | { readonly do: 'read-head' }
  | { readonly do: 'hear' }
  | { readonly do: 'write'; readonly bytes: string | Uint8Array; readonly splitAt: readonly number[] }
  | { readonly do: 'drip'; readonly bytes: string | Uint8Array; readonly everyMs: number }
  | { readonly do: 'forever'; readonly bytes: string | Uint8Array; readonly everyMs: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'start-tls' }
  | { readonly do: 'fin' }
  | { readonly do: 'rst' }
  | { readonly do: 'restart' }

/** The steps of one connection. At the end of them it stays open, and what comes is read and dropped. */
export type Script = readonly Step[]

/** The words of a script. */
export const step = {
  /** Reads up to the blank line and records the head; goes on with the script when it is there. */
  readHead: { do: 'read-head' } as Step,
  /** Waits until anything comes, and drops it: one message of a language without blank lines. */
  hear: { do: 'hear' } as Step,
  /** Writes at once, or as one segment per piece: `splitAt: [1, 8]` cuts after the first and the eighth byte. */
  write: (bytes: string | Uint8Array, splitAt: readonly number[] = []): Step => ({ do: 'write', bytes, splitAt }),
  /** Writes one byte every so many ms. */
  drip: (bytes: string | Uint8Array, everyMs: number): Step => ({ do: 'drip', bytes, everyMs }),
  /** Writes the bytes again and again, as fast as they are read or every so many ms, until the peer leaves. */
  forever: (bytes: string | Uint8Array, everyMs = 0): Step => ({ do: 'forever', bytes, everyMs }),
  wait: (ms: number): Step => ({ do: 'wait', ms }),
  /** Handshakes here, with the `tls` option: what comes before is plain text (a proxy's CONNECT). */
  startTls: { do: 'start-tls' } as Step,
  /** Ends our side (under TLS with close_notify). */
  fin: { do: 'fin' } as Step,
  /** Cuts the connection with a reset; what is not yet sent is lost. */
  rst: { do: 'rst' } as Step,
  /** Begins the script again on this connection: keep-alive. */
  restart: { do: 'restart' } as Step,
} as const

export interface RawServerOptions extends ListenOptions {
  /** The certificate and key. Unless a script says where with `startTls`, the handshake is before its first step. */
  readonly tls?: TLSSocketOptions
}

export interface RawServer extends Listening {
  /** `http://127.0.0.1:PORT`, with `tls` `https://…`, without a slash at the end. */
  readonly url: string
  /** The request heads read, in order, without the blank line, as latin1. */
  heads(): readonly string[]
  /** Bytes handed to the kernel on all connections, before encryption. */
  bytesWritten(): number
  /** Codes of what went wrong on connections (a client that refused our certificate, a reset), in order. */
  errors(): readonly string[]
}

/**
 * Starts a server on loopback that plays the same script on every connection, or the one that the function gives
 * for the n-th connection (from 0).
 */
export async function startRawServer(
  script: Script | ((connection: number) => Script),
  options: RawServerOptions = {},
): Promise<RawServer> {
  const heads: string[] = []
  const errors: string[] = []
  let bytesWritten = 0
  let connection = 0
  const server = createServer({ noDelay: true }, async (raw) => {
    const steps = typeof script === 'function' ? script(connection++) : script
    const gone = new AbortController()
    const watch = <T extends Socket>(watched: T): T =>
      watched
        .once('close', () => gone.abort())
        .on('error', (error: NodeJS.ErrnoException) => {
          errors.push(error.code ?? error.message)
          gone.abort()
        })
    watch(raw)
    const startTls = async () => {
      const secured = watch(new TLSSocket(raw, { ...options.tls, isServer: true }))
      await once(secured, 'secure', { signal: gone.signal })
      return secured
    }
    let socket: Socket = raw

    const write = (bytes: Uint8Array) =>
      new Promise<void>((resolve, reject) => {
        bytesWritten += bytes.length
        socket.write(bytes, (error) => (error ? reject(error) : resolve()))
      })
    const pause = (ms: number) => sleep(ms, undefined, { signal: gone.signal })

    try {
      if (options.tls && !steps.some((each) => each.do === 'start-tls')) socket = await startTls()
      for (let at = 0; at < steps.length && !gone.signal.aborted; at++) {
        const now = steps[at]!
        if (now.do === 'read-head') heads.push(await readHead(socket, gone.signal))
        else if (now.do === 'hear') await hear(socket, gone.signal)
        else if (now.do === 'write') {
          for (const [index, piece] of cut(bytesOf(now.bytes), now.splitAt).entries()) {
            // A pause, since two writes in one turn may leave as one segment.
            if (index > 0) await pause(2)
            await write(piece)
          }
        } else if (now.do === 'drip') {
          for (const byte of bytesOf(now.bytes)) {
            await write(Uint8Array.of(byte))
            await pause(now.everyMs)
          }
        } else if (now.do === 'forever') {
          for (;;) {
            await write(bytesOf(now.bytes))
            await pause(now.everyMs)
          }
        } else if (now.do === 'wait') await pause(now.ms)
        else if (now.do === 'start-tls') socket = await startTls()
        else if (now.do === 'fin') socket.end()
        else if (now.do === 'rst') raw.resetAndDestroy()
        else at = -1
      }
      socket.resume()
    } catch (error) {
      // The peer left or refused: that is its right. Anything else is a mistake in here and must not pass unseen.
      if (!gone.signal.aborted && !socket.destroyed) throw error
    }
  })
  const listening = await listen(server, options)
  return {
    ...listening,
    url: `${options.tls ? 'https' : 'http'}://${listening.host}:${listening.port}`,
    heads: () => heads,
    bytesWritten: () => bytesWritten,
    errors: () => errors,
  }
}

/** Resolves to the head without its blank line; what comes after stays unread. Rejects when the peer leaves. */
function readHead(socket: Socket, gone: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let read = Buffer.alloc(0)
    const settle = () => {
      socket.off('readable', take)
      socket.off('end', leave)
      gone.removeEventListener('abort', leave)
    }
    const leave = () => {
      settle()
      socket.destroy()
      reject(new Error('the client left before its head was whole'))
    }
    const take = () => {
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
        read = Buffer.concat([read, chunk])
        const end = read.indexOf('\r\n\r\n')
        if (end === -1) continue
        settle()
        socket.unshift(read.subarray(end + 4))
        resolve(read.toString('latin1', 0, end))
        return
      }
    }
    socket.on('readable', take)
    socket.on('end', leave)
    gone.addEventListener('abort', leave)
    take()
  })
}

/** Resolves when something was read; rejects when the peer leaves. */
async function hear(socket: Socket, gone: AbortSignal): Promise<void> {
  while (socket.read() === null) await once(socket, 'readable', { signal: gone })
}

function bytesOf(bytes: string | Uint8Array): Uint8Array {
  return typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes
}

function cut(bytes: Uint8Array, splitAt: readonly number[]): Uint8Array[] {
  const edges = [0, ...splitAt, bytes.length]
  return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end))
}
