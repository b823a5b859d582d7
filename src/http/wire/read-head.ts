// The head of an answer out of raw bytes, read as curl 7.88 reads it, so that we see the status that curl would print:
// the status line decides, header lines may be anything. Pure, never throws; a status is three digits, 100 to 999.

/** An answer's status line and header lines. */
export interface WholeHead {
  readonly type: 'whole'
  readonly status: number
  readonly statusText: string
  /** Name, value, name, value. */
  readonly rawHeaders: readonly Buffer[]
  readonly httpVersion: string
  /** Where the body begins. */
  readonly bodyAt: number
}

/** The head so far. `refused`: this is no HTTP answer, whatever else comes. */
export type Head =
  | WholeHead
  /** `interim` is the last 1xx while nothing follows it: the answer if the peer hangs up now (curl prints it too). */
  | { readonly type: 'partial'; readonly interim: WholeHead | null }
  | { readonly type: 'refused'; readonly detail: string; readonly hint: string | null }

/**
 * Interim heads count. curl gives up at 300 KiB (exit 56), but prints the status that it has seen; so that a head that is
 * only fat agrees with it there is more room here, and what is longer never ends, as far as anybody can know.
 */
export const MAX_HEAD_BYTES = 524_288

/**
 * Lines of a head that are kept; those behind are passed over, so that half a megabyte of lines of six bytes is no 17 MB of
 * objects (measured). curl refuses more than 5,000 since 8.14 (`MAX_HTTP_RESP_HEADER_COUNT`); real sites send 100.
 */
export const MAX_LINES = 12_000

/** Of the reason phrase, which nobody needs, as much as is kept. */
export const MAX_REASON_BYTES = 1024

const NEVER_ENDS: Head = { type: 'refused', detail: 'the header never ends', hint: null }

/** More interim answers than these are no conversation; curl goes on until its bound in bytes. */
export const MAX_INTERIM = 64

/** Reads the final head at the start of `received`; interim ones (1xx, RFC 9110 §15.2) are passed over. */
export function readHead(received: Buffer): Head {
  const bytes = received.subarray(0, MAX_HEAD_BYTES)
  const isFull = received.length > MAX_HEAD_BYTES
  let interim: WholeHead | null = null
  let at = 0
  for (let heads = 0; ; heads++) {
    if (heads > MAX_INTERIM) return { type: 'refused', detail: 'endless interim answers', hint: null }
    const { lines, end } = headLines(bytes, at)
    const [first, ...fields] = lines
    if (first === undefined) {
      // No line yet, or an empty one: curl takes no empty lines before a status line.
      if (end >= 0 || !mayBecomeHttp(bytes.subarray(at))) return interim ?? refusal(bytes)
      return isFull ? NEVER_ENDS : { type: 'partial', interim }
    }
    // Seen as soon as it is there: a banner is refused at once, not when the peer hangs up.
    const match = STATUS_LINE.exec(first.toString('latin1'))
    if (match === null) return interim ?? refusal(bytes)
    if (end < 0) return isFull ? NEVER_ENDS : { type: 'partial', interim: null }
    const head: WholeHead = {
      type: 'whole',
      status: Number(match[2]),
      statusText: first.toString('latin1', match[0].length, match[0].length + MAX_REASON_BYTES),
      rawHeaders: fieldPairs(fields),
      httpVersion: match[1]!,
      bodyAt: end,
    }
    // 101 was not asked for, so nothing follows it in HTTP; it is the last answer there is.
    if (head.status >= 200 || head.status === 101) return head
    interim = head
    at = end
  }
}

/**
 * HTTP-version SP status-code (RFC 9112 §4), with what curl allows besides: more white space, nothing between code and
 * reason (`200OK`), `HTTP/2 200`, and `http/` in lower case. A fourth digit is no status, nor is a version like 1.2.
 */
const STATUS_LINE = /^HTTP\/((?:1\.[01]|2\.0)(?= )|2)[\t-\r ]+([1-9]\d\d)(?!\d)[ \t]*/i

const LF = 10
const CR = 13

/** The lines from `at` to the end of the head; `end` is where the next head begins, -1 while the end is not there. */
function headLines(bytes: Buffer, at: number): { lines: Buffer[]; end: number } {
  const lines: Buffer[] = []
  for (;;) {
    const lf = bytes.indexOf(LF, at)
    if (lf < 0) return { lines, end: -1 }
    // Bare LF ends a line (RFC 9112 §2.2), and to curl a line that begins with CR is the empty one (`CR CR LF`, `LF CR`).
    if (lf === at || bytes[at] === CR) return { lines, end: lf + 1 }
    if (lines.length < MAX_LINES) lines.push(bytes.subarray(at, bytes[lf - 1] === CR ? lf - 1 : lf))
    at = lf + 1
  }
}

function mayBecomeHttp(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 5).toUpperCase()
  return 'HTTP/'.startsWith(start)
}

/** A folded line belongs to the one before it (RFC 9112 §5.2); a line without a colon says nothing. */
function fieldPairs(lines: readonly Buffer[]): Buffer[] {
  const pairs: Buffer[] = []
  /** The last value so far, where it is folded; joined once, because to join at every line is quadratic. */
  let folded: Buffer[] = []
  const unfold = () => {
    if (folded.length > 0) pairs.push(Buffer.concat(folded))
    folded = []
  }
  for (const line of lines) {
    const isFolded = line[0] === 32 || line[0] === 9
    if (isFolded && (folded.length > 0 || pairs.length > 0)) {
      if (folded.length === 0) folded.push(pairs.pop()!)
      folded.push(SPACE, trim(line))
      continue
    }
    const colon = line.indexOf(58)
    if (colon <= 0) continue
    unfold()
    pairs.push(trim(line.subarray(0, colon)), trim(line.subarray(colon + 1)))
  }
  unfold()
  return pairs
}

const SPACE = Buffer.from(' ')

function trim(bytes: Buffer): Buffer {
  let start = 0
  let end = bytes.length
  while (start < end && (bytes[start] === 32 || bytes[start] === 9)) start++
  while (end > start && (bytes[end - 1] === 32 || bytes[end - 1] === 9)) end--
  return bytes.subarray(start, end)
}

/** What speaks there instead, by its first bytes: something a person can act on. */
function refusal(bytes: Buffer): Head {
  const text = bytes.subarray(0, 32).toString('latin1')
  const refused = (detail: string, hint: string | null = null): Head => ({ type: 'refused', detail, hint })
  // A TLS record: alert or handshake, version 3.x (RFC 8446 §5.1).
  if ((bytes[0] === 0x15 || bytes[0] === 0x16) && bytes[1] === 0x03)
    return refused('the port speaks TLS', 'Try https://')
  // An HTTP/2 SETTINGS frame on stream 0 (RFC 9113 §4.1, §6.5).
  if (bytes.length >= 9 && bytes[3] === 0x04 && bytes.readUInt32BE(5) === 0)
    return refused('the server speaks only HTTP/2')
  if (text.startsWith('SSH-')) return refused('the port speaks SSH, not HTTP')
  if (/^220[ -]/.test(text)) return refused('the port speaks SMTP or FTP, not HTTP')
  if (/^(\+OK|\* OK)/.test(text)) return refused('the port speaks POP3 or IMAP, not HTTP')
  if (text.startsWith('ICY ')) return refused('the port speaks SHOUTcast, not HTTP')
  if (/^HTTP\//i.test(text)) return refused('the status line is not one of HTTP')
  return refused('the answer is not HTTP')
}
