// A server that answers by the first word of the path, whatever its host: a status, `to/HOST` a redirect there, `echo/WORD` one
// that says the word again, `flaky` 502
// the first time, `reset` nothing at all; anything else is 200 with `about WORD`.

import { closeAfterTest } from './close-after-test.js'
import { type Handler, type HttpServer, startHttpServer } from './http-server.js'

export interface PathServerOptions {
  /** How long each answer takes, ms; default 0. */
  readonly delayMs?: number
  /** Sees every request first; true: it is not answered. */
  readonly takes?: (word: string) => boolean
}

export interface PathServer extends HttpServer {
  /** How often each URL was asked. */
  readonly asks: ReadonlyMap<string, number>
  /** Everything was never asked. */
  forget(): void
}

/** On every 127.a.b.c, closed after the running test. */
export async function startPathServer({ delayMs = 0, takes }: PathServerOptions = {}): Promise<PathServer> {
  const asks = new Map<string, number>()
  const answer: Handler = (request, response) => {
    const [, word = '', rest = ''] = request.url!.split('?')[0]!.split('/')
    const key = `${request.headers.host}${request.url}`
    const times = (asks.get(key) ?? 0) + 1
    asks.set(key, times)
    if (takes?.(word)) return
    const reply = () => {
      if (word === 'reset') return void request.socket.destroy()
      if (word === 'to' || word === 'echo') {
        const location = word === 'echo' ? `/about/${rest}` : `http://${rest}:${server.port}/landed`
        response.writeHead(302, { location })
        return void response.end()
      }
      response.statusCode = word === 'flaky' && times === 1 ? 502 : /^\d+$/.test(word) ? Number(word) : 200
      response.end(`about ${word}`)
    }
    if (delayMs === 0) reply()
    else setTimeout(reply, delayMs)
  }
  const server = closeAfterTest(await startHttpServer(answer, { host: '0.0.0.0' }))
  return Object.assign(server, { asks, forget: () => asks.clear() })
}

/** The rows of a report in ndjson, in the order of the list, without what is another one each time. */
export function rowsIn(ndjson: string) {
  const rows = ndjson
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .sort((a, b) => a.index - b.index)
  return rows.map(({ durationMs: _, timingsMs: __, checkedAt: ___, ...row }) => row)
}
