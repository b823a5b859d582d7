// One table of replies, three who are asked: the installed curl, this library, and undici's `request` as one would
// naively use it. Nothing here knows what is right.

import { execFile } from 'node:child_process'
import { createServer, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { promisify } from 'node:util'
import { request } from 'undici'
import { createClient, fetchStatus } from '../../src/index.js'
import type { Kind } from '../../src/words/kinds.js'
import { type Listening, listen } from '../support/listen.js'
import type { OddReply } from './replies.js'

/** What the three said of one reply; 0 where they say that no HTTP answer came. */
export interface Answers {
  readonly reply: OddReply
  readonly curl: number
  /** curl's exit code, 0 when all was well to it; it prints a status in spite of some errors. */
  readonly curlExit: number
  readonly ours: number
  readonly kind: Kind
  readonly secondLook: boolean
  readonly undici: number
}

/** `curl --version`'s number, null when there is no curl. */
export async function curlVersion(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('curl', ['--version'])
    return /^curl (\S+)/.exec(stdout)?.[1] ?? null
  } catch {
    return null
  }
}

/** Plays every reply to all three. */
export async function playToAll(replies: readonly OddReply[]): Promise<Answers[]> {
  const server = await startReplyServer(replies)
  try {
    const urls = replies.map((_, index) => `http://${server.host}:${server.port}/case/${index}`)
    const byCurl = await askCurl(urls, replies)
    const byUs = await askUs(urls, replies)
    const byUndici = await Promise.all(urls.map((url, index) => askUndici(url, replies[index]!)))
    return replies.map((reply, index) => ({
      reply,
      curl: byCurl[index]!.status,
      curlExit: byCurl[index]!.exit,
      ...byUs[index]!,
      undici: byUndici[index]!,
    }))
  } finally {
    await server.close()
  }
}

/** Answers `/case/17` with the bytes of the 17th reply, then ends the stream. */
function startReplyServer(replies: readonly OddReply[]): Promise<Listening> {
  const server = createServer({ noDelay: true }, (socket) => {
    let read = ''
    // A client that refuses what it reads may reset the connection.
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      const had = read.includes('\r\n\r\n')
      read += chunk.toString('latin1')
      if (had || !read.includes('\r\n\r\n')) return
      const index = Number(/^[A-Z]+ \/case\/(\d+) /.exec(read)?.[1])
      void play(socket, replies[index]!)
    })
  })
  return listen(server)
}

async function play(socket: Socket, { bytes, dripped }: OddReply): Promise<void> {
  const buffer = Buffer.from(bytes, 'latin1')
  if (dripped) {
    for (let at = 0; at < buffer.length - 1 && !socket.destroyed; at++) {
      socket.write(buffer.subarray(at, at + 1))
      await turn()
    }
    socket.end(buffer.subarray(-1))
  } else {
    socket.end(buffer)
  }
}

/** One curl for all URLs of a method, no redirect followed. */
async function askCurl(
  urls: readonly string[],
  replies: readonly OddReply[],
): Promise<{ status: number; exit: number }[]> {
  const answers = new Map<string, { status: number; exit: number }>()
  for (const method of ['GET', 'HEAD']) {
    let asked = urls.filter((_, index) => (replies[index]!.method ?? 'GET') === method)
    // Some errors (43) end the whole run of curl; then it is asked again for the rest.
    while (asked.length > 0) {
      const lines = asked.flatMap((url) => [`url = "${url}"`, 'output = "/dev/null"'])
      const said = await runCurl([...(method === 'HEAD' ? ['--head'] : []), '--config', '-'], lines.join('\n'))
      for (const line of said.trim().split('\n')) {
        const [url, status, exit] = line.split(' ')
        answers.set(url!, { status: Number(status), exit: Number(exit) })
      }
      asked = asked.filter((url) => !answers.has(url))
    }
  }
  return urls.map((url) => {
    const answer = answers.get(url)
    if (answer === undefined) throw new Error(`curl said nothing about ${url}`)
    return answer
  })
}

function runCurl(args: readonly string[], stdin: string): Promise<string> {
  // `--disable` first: no ~/.curlrc; no proxy from the environment.
  const always = ['--disable', '--silent', '--noproxy', '*', '--max-time', '10']
  const write = ['--write-out', '%{url_effective} %{http_code} %{exitcode}\\n']
  return new Promise((resolve, reject) => {
    // Its exit code is that of the last URL and says nothing about the run.
    const child = execFile('curl', [...always, ...write, ...args], (error, stdout) =>
      stdout === '' ? reject(error ?? new Error('curl printed nothing')) : resolve(stdout),
    )
    child.stdin!.end(stdin)
  })
}

async function askUs(urls: readonly string[], replies: readonly OddReply[]) {
  await using client = createClient({ follow: false, timeoutMs: 10_000, perHost: 64 })
  return await Promise.all(
    urls.map(async (url, index) => {
      const [ours, , reply] = await fetchStatus(client, url, { method: replies[index]!.method ?? 'GET' })
      return { ours, kind: reply.kind, secondLook: reply.secondLook }
    }),
  )
}

async function askUndici(url: string, { method = 'GET' }: { method?: 'GET' | 'HEAD' }): Promise<number> {
  try {
    const { statusCode, body } = await request(url, { method, headersTimeout: 10_000 })
    await body.dump().catch(() => {})
    return statusCode
  } catch {
    return 0
  }
}
