// An answer that came whole in one piece and leaves nothing to interpret: HTTP/1.1, a final status, lines that are all that
// RFC 9112 wants, one framing and nothing behind it. Most short answers are; a URL on a connection of its own costs a
// quarter less where they are read here (measured). Whatever is not plain is left to undici, and what this makes of one
// is what undici makes of it (test/http/exchange/plain-answer.test.ts asks both). Pure, never throws.

/** What undici would tell of it. */
export interface PlainAnswer {
  readonly status: number
  readonly statusText: string
  /** Name, value, name, value. */
  readonly rawHeaders: Buffer[]
  /** The body as it is framed; none where it is empty. */
  readonly pieces: readonly Buffer[]
  /** Ms that the peer keeps the connection; 0: it closes it. */
  readonly keptMs: number
}

/** Servers close idle connections after 5 s (nginx 75 s, Node 5 s, Apache 5 s); we are gone before. */
export const IDLE_MS = 4000
/** A peer that says how long it keeps a connection is left this much earlier, as undici does. */
const EARLIER_MS = 2000
/** Reason, names and values as RFC 9110 §5 has them, no value empty or with a space at its end. */
const HEAD =
  /HTTP\/1\.1 ([2-5]\d\d) ([!-~](?:[ -~]*[!-~])?)\r\n((?:[!#$%&'*+\-.^_`|~\dA-Za-z]+:[ \t]*[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?\r\n)*)\r\n/y
const LONGEST_HEAD = 16_384
const SPACE = 32
const TAB = 9

/** Reads it; null: not a plain one. `method` is that of the request. */
export function plainAnswer(bytes: Buffer, method: string): PlainAnswer | null {
  const text = bytes.toString('latin1', 0, LONGEST_HEAD)
  HEAD.lastIndex = 0
  const match = HEAD.exec(text)
  if (match === null) return null
  const bodyAt = HEAD.lastIndex
  const status = Number(match[1])
  const rawHeaders: Buffer[] = []
  const framing: Framing = { length: null, isChunked: false, connection: '', keptMs: IDLE_MS }
  let seen = 0
  const fieldsEnd = bodyAt - 2
  for (let at = fieldsEnd - match[3]!.length; at < fieldsEnd; ) {
    const colon = text.indexOf(':', at)
    const lineEnd = text.indexOf('\r', colon)
    let valueAt = colon + 1
    while (text.charCodeAt(valueAt) === SPACE || text.charCodeAt(valueAt) === TAB) valueAt++
    rawHeaders.push(bytes.subarray(at, colon), bytes.subarray(valueAt, lineEnd))
    const place = FRAMING_LENGTHS.has(colon - at) ? FRAMING.indexOf(text.slice(at, colon).toLowerCase()) : -1
    if (place >= 0) {
      // Twice, or in words that have to be interpreted.
      if ((seen & (1 << place)) !== 0 || !take(framing, FRAMING[place]!, text.slice(valueAt, lineEnd))) return null
      seen |= 1 << place
    }
    at = lineEnd + 2
  }
  const { length, isChunked, connection, keptMs } = framing
  const isEmpty = status === 204 || status === 304
  if (isChunked ? isEmpty || length !== null : isEmpty && (length ?? 0) > 0) return null
  const rest = bytes.subarray(bodyAt)
  const pieces = isEmpty || method === 'HEAD' ? (rest.length === 0 ? [] : null) : piecesOf(rest, framing)
  if (pieces === null) return null
  const isFramed = isEmpty || isChunked || length !== null
  const isKept = isFramed ? connection !== 'close' : connection === 'keep-alive'
  return { status, statusText: match[2]!, rawHeaders, pieces, keptMs: isKept ? keptMs : 0 }
}

/** What the header says of the body's end and of the connection's. */
interface Framing {
  length: number | null
  isChunked: boolean
  connection: '' | 'close' | 'keep-alive'
  keptMs: number
}

const FRAMING = ['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade', 'proxy-connection']
const FRAMING_LENGTHS = new Set(FRAMING.map(({ length }) => length))

/** False: not a plain value. */
function take(framing: Framing, name: string, value: string): boolean {
  switch (name) {
    case 'content-length':
      framing.length = Number(value)
      return /^\d{1,15}$/.test(value)
    case 'transfer-encoding':
      framing.isChunked = true
      return value === 'chunked'
    case 'connection': {
      const said = value.toLowerCase()
      if (said !== 'close' && said !== 'keep-alive') return false
      framing.connection = said
      return true
    }
    case 'keep-alive': {
      const seconds = /timeout=(\d{1,9})/.exec(value)?.[1]
      if (seconds !== undefined) framing.keptMs = Math.max(0, Math.min(Number(seconds) * 1000 - EARLIER_MS, IDLE_MS))
      return true
    }
    default:
      return false
  }
}

/** The body, where all of it is here and nothing else is. */
function piecesOf(rest: Buffer, { length, isChunked }: Framing): readonly Buffer[] | null {
  if (isChunked) return chunksOf(rest)
  if (length !== rest.length) return null
  return length === 0 ? [] : [rest]
}

const CHUNK_LINE = /([\da-fA-F]{1,6})\r\n/y
/** The size of a chunk and its line end. */
const LONGEST_CHUNK_LINE = 8

function chunksOf(rest: Buffer): readonly Buffer[] | null {
  const pieces: Buffer[] = []
  for (let at = 0; ; ) {
    CHUNK_LINE.lastIndex = 0
    const line = CHUNK_LINE.exec(rest.toString('latin1', at, at + LONGEST_CHUNK_LINE))
    if (line === null) return null
    const size = Number.parseInt(line[1]!, 16)
    at += line[0].length
    const end = at + size
    if (rest.toString('latin1', end, end + 2) !== '\r\n') return null
    if (size === 0) return end + 2 === rest.length ? pieces : null
    pieces.push(rest.subarray(at, end))
    at = end + 2
  }
}
