// Every fact about undici that src/http leans on and that no documentation promises. An update that breaks one of them
// fails here, by name, before it fails in the field.

import type { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import { connect, type Socket } from 'node:net'
import symbols from 'undici/lib/core/symbols.js'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  boundLines,
  close,
  createUndiciClient,
  type DispatchHandler,
  type UndiciClient,
} from '../../src/http/exchange/undici-client.js'
import { MAX_LINES } from '../../src/http/wire/read-head.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { type Script, startRawServer, step } from '../support/raw-server.js'

const serve = async (script: Script) => closeAfterTest(await startRawServer(script))
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: \xe9\r\nx-a: 2\r\n\r\nhi'

interface Asked {
  /** The names of the handler's calls, in order. */
  readonly calls: string[]
  /** Calls of the connector. */
  readonly connects: () => number
  readonly socket: () => Socket
  readonly client: UndiciClient
  /** The arguments of `onHeaders`. */
  readonly heads: (readonly [status: number, headers: Buffer[], statusText: string])[]
  readonly done: Promise<Error | null>
}

interface Asking {
  readonly method?: 'GET' | 'HEAD'
  readonly onHead?: (asked: Asked) => void
  /** The client has just got it. */
  readonly onSocket?: (socket: Socket) => void
  /** Another exchange on this one's client. */
  readonly after?: Asked
}

class Refusal extends Error {
  readonly code = 'OWN'
}

function ask(
  server: { port: number; host: string; url: string },
  { method = 'GET', onHead, onSocket, after }: Asking = {},
): Asked {
  let socket: Socket | null = after?.socket() ?? null
  let connects = 0
  const client =
    after?.client ??
    createUndiciClient(server.url, {
      connect(_options, callback) {
        if (++connects > 1) return callback(new Refusal('no second socket'), null)
        const connecting = connect(server.port, server.host)
        connecting.once('connect', () => {
          socket = connecting
          callback(null, connecting)
          onSocket?.(connecting)
        })
      },
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 4000,
      keepAliveMaxTimeout: 4000,
      maxHeaderSize: 262_144,
    })
  onTestFinished(() => void socket?.destroy())
  const asked: Asked = {
    calls: [],
    connects: () => connects,
    socket: () => socket!,
    client,
    heads: [],
    done: new Promise((resolve) => {
      const handler: DispatchHandler = {
        onConnect: () => void asked.calls.push('onConnect'),
        onResponseStarted: () => void asked.calls.push('onResponseStarted'),
        onHeaders(status, headers, _resume, statusText) {
          asked.calls.push('onHeaders')
          asked.heads.push([status, headers, statusText])
          onHead?.(asked)
          return true
        },
        onData(chunk) {
          asked.calls.push(`onData ${chunk}`)
          return true
        },
        onComplete() {
          asked.calls.push('onComplete')
          resolve(null)
        },
        onError(error) {
          asked.calls.push('onError')
          resolve(error)
        },
      }
      // Later, so that `asked` exists for the handler.
      queueMicrotask(() =>
        client.dispatch({ path: '/', method, headers: ['X-Own', '1'], reset: false, servername: server.host }, handler),
      )
    }),
  }
  return asked
}

/** Turns of the event loop, so that what would follow an end can be seen not to. */
const someTurns = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

test('it is the version whose inside was read', () => {
  const { version } = createRequire(import.meta.url)('undici/package.json') as { version: string }
  expect(version).toMatch(/^7\.30\./)
})

describe('the handler that undici uses inside', () => {
  test('is taken as it is by a Client, and called in this order', async () => {
    const asked = ask(await serve([step.readHead, step.write(OK)]))
    expect(await asked.done).toBeNull()
    expect(asked.calls).toEqual(['onConnect', 'onResponseStarted', 'onHeaders', 'onData hi', 'onComplete'])
  })

  test('gets the headers as raw bytes, name and value in turn, as they were written', async () => {
    const asked = ask(await serve([step.readHead, step.write(OK)]))
    await asked.done
    const [[status, headers, statusText]] = asked.heads as [(typeof asked.heads)[0]]
    expect([status, statusText]).toEqual([200, 'OK'])
    expect(headers.every((each) => Buffer.isBuffer(each))).toBe(true)
    expect(headers.map((each) => each.toString('latin1'))).toEqual(['Content-Length', '2', 'X-A', '\xe9', 'x-a', '2'])
  })

  test('gets interim answers as heads of their own, and onResponseStarted before any of them', async () => {
    const asked = ask(await serve([step.readHead, step.write(`HTTP/1.1 103 Early Hints\r\n\r\n${OK}`)]))
    await asked.done
    expect(asked.heads.map(([status]) => status)).toEqual([103, 200])
    expect(asked.calls.indexOf('onResponseStarted')).toBeLessThan(asked.calls.indexOf('onHeaders'))
  })

  test('hears of the answer with its first byte, not only with its whole head', async () => {
    const asked = ask(await serve([step.readHead, step.write('HTTP/1.1 2'), step.fin]))
    await asked.done
    expect(asked.calls).toEqual(['onConnect', 'onResponseStarted', 'onError'])
  })

  test('hears nothing of an answer that never began', async () => {
    const asked = ask(await serve([step.readHead, step.fin]))
    await asked.done
    expect(asked.calls).toEqual(['onConnect', 'onError'])
  })
})

describe('the connector', () => {
  test('may answer later', async () => {
    const asked = ask(await serve([step.readHead, step.write(OK)]))
    expect(await asked.done).toBeNull()
    expect(asked.connects()).toBe(1)
  })

  test('that refuses a second socket ends the request with its own error, and is not asked again', async () => {
    const server = await serve([step.readHead, step.write(OK), step.fin])
    const first = ask(server)
    await first.done
    await new Promise((resolve) => first.socket().once('close', resolve))
    const second = ask(server, { after: first })
    expect(await second.done).toBeInstanceOf(Refusal)
    await someTurns()
    expect([first.connects(), server.connections()]).toEqual([2, 1])
  })
})

test.each([
  ['1.1', 1],
  ['1.0', 0],
])('the parser on the socket knows HTTP/%s while the head is handed over', async (version, minor) => {
  const seen: unknown[] = []
  const server = await serve([step.readHead, step.write(`HTTP/${version} 200 OK\r\nContent-Length: 0\r\n\r\n`)])
  const asked = ask(server, {
    onHead(head) {
      const parser = (head.socket() as unknown as Record<symbol, unknown>)[symbols.kParser] as {
        ptr: number
        llhttp: Record<string, (ptr: number) => number>
      }
      seen.push(parser.llhttp.llhttp_get_http_major?.(parser.ptr), parser.llhttp.llhttp_get_http_minor?.(parser.ptr))
    },
  })
  await asked.done
  expect(seen).toEqual([1, minor])
})

describe('how a request ends', () => {
  test('a socket destroyed with an error of ours gives that very error, and nobody connects again', async () => {
    const server = await serve([step.readHead])
    const asked = ask(server)
    const own = new Refusal('late')
    await new Promise<void>((resolve) => {
      const look = () => (server.heads().length > 0 ? resolve() : setImmediate(look))
      look()
    })
    asked.socket().destroy(own)
    expect(await asked.done).toBe(own)
    await someTurns()
    expect([asked.connects(), server.connections()]).toEqual([1, 1])
  })

  test.each([
    ['a peer that ended in an orderly way', [step.fin], true],
    ['the same within the head', [step.write('HTTP/1.1 200 OK\r\nA: b'), step.fin], true],
    ['a 100 that nobody asked for', [step.write('HTTP/1.1 100 Continue\r\n\r\n')], false],
    [
      'a 101 that nobody asked for',
      [step.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n')],
      false,
    ],
  ])('UND_ERR_SOCKET stands for %s, and readableEnded tells them apart', async (_case, steps, ended) => {
    const asked = ask(await serve([step.readHead, ...steps]))
    expect(await asked.done).toMatchObject({ code: 'UND_ERR_SOCKET' })
    expect(asked.socket().readableEnded).toBe(ended)
  })

  test('what the parser refuses is an HTTPParserError by name', async () => {
    const asked = ask(await serve([step.readHead, step.write('SSH-2.0-OpenSSH_9.2\r\n')]))
    expect(await asked.done).toMatchObject({ name: 'HTTPParserError' })
  })

  test('a reset is ECONNRESET', async () => {
    const asked = ask(await serve([step.readHead, step.rst]))
    expect(await asked.done).toMatchObject({ code: 'ECONNRESET' })
  })
})

describe('an idle socket that we destroy', () => {
  /** What undici says to those who listen to its client, and nobody here does. */
  const goodbyeOf = async (end: (socket: Socket) => void) => {
    const server = await serve([step.readHead, step.write(OK), step.restart])
    const asked = ask(server)
    await asked.done
    const calls = [...asked.calls]
    const goodbye = new Promise<NodeJS.ErrnoException>((resolve) =>
      (asked.client as unknown as EventEmitter).once('disconnect', (_url, _clients, error) => resolve(error)),
    )
    end(asked.socket())
    const error = await goodbye
    await someTurns()
    expect([asked.calls, asked.connects(), server.connections()]).toEqual([calls, 1, 1])
    return error
  }

  test('costs an error of undici’s, which looks at the socket, and calls no handler', async () => {
    const error = await goodbyeOf((socket) => socket.destroy())
    expect(error).toMatchObject({ code: 'UND_ERR_SOCKET', socket: { remotePort: undefined } })
  })

  test('costs none where kError on the socket names one before, and calls no handler either', async () => {
    const own = new Refusal('not needed')
    const error = await goodbyeOf((socket) => {
      expect((socket as unknown as Record<symbol, unknown>)[symbols.kError]).toBeNull()
      Object.assign(socket, { [symbols.kError]: own })
      socket.destroy()
    })
    expect(error).toBe(own)
  })

  test('costs none when it is closed as the transport does it: the same one for all', async () => {
    const errors = [await goodbyeOf(close), await goodbyeOf(close)]
    expect(errors[0]).toBe(errors[1])
    expect(errors[0]?.message).toBe('the connection is not needed any more')
  })
})

describe('the lines of a header', () => {
  const SHORT_LINES = 'X: y\r\n'.repeat(20_000)

  test('are text alone to undici: twenty thousand lines of six bytes are within its bound', async () => {
    const asked = ask(await serve([step.readHead, step.write(OK.replace('X-A', `${SHORT_LINES}X-A`))]))
    expect(await asked.done).toBeNull()
    expect(asked.heads[0]?.[1]).toHaveLength(2 * 20_003)
  })

  test.each([
    ['in the head', OK.replace('X-A', `${SHORT_LINES}X-A`)],
    ['in trailers', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${SHORT_LINES}`],
  ])('are bounded where the client has its socket, %s, and nothing is kept of them then', async (_where, answer) => {
    const server = await serve([step.readHead, step.write(answer), step.readHead])
    let parser: { readonly headers: Buffer[] } | undefined
    const asked = ask(server, {
      onSocket(socket) {
        boundLines(socket)
        parser = (socket as unknown as Record<symbol, typeof parser>)[symbols.kParser]
      },
    })
    expect(await asked.done).toMatchObject({ code: 'UND_ERR_HEADERS_OVERFLOW' })
    expect(parser?.headers.length).toBeLessThanOrEqual(2 * MAX_LINES + 2)
  })
})

describe('keeping the connection', () => {
  test('HEAD with reset: false keeps it', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n'
    const server = await serve([step.readHead, step.write(head), step.restart])
    const first = ask(server, { method: 'HEAD' })
    expect(await first.done).toBeNull()
    const second = ask(server, { method: 'HEAD', after: first })
    expect(await second.done).toBeNull()
    expect(server.connections()).toBe(1)
    expect(server.heads()[0]).toContain('connection: keep-alive')
  })

  test('an answer with Connection: close destroys the socket before the handler’s promise goes on', async () => {
    const server = await serve([step.readHead, step.write(OK.replace('X-A', 'Connection: close\r\nX-A'))])
    const asked = ask(server)
    await asked.done
    expect(asked.socket().destroyed).toBe(true)
  })
})

test('timers of 0 are no timers: a head that takes longer than a tick of undici’s clock is waited for', async () => {
  const server = await serve([step.readHead, step.wait(1200), step.write(OK)])
  expect(await ask(server).done).toBeNull()
})
