// The head of an answer out of raw bytes, as forgivingly as curl: bare LF, folded lines, odd header lines, any number of
// interim answers before the final one (RFC 9110 §15.2). Pure; a status is three digits, 100 to 999.

/** The head so far. `refused`: this is no HTTP answer, whatever else comes. */
export type Head =
  | {
      readonly type: 'whole'
      readonly status: number
      readonly statusText: string
      /** Name, value, name, value. */
      readonly rawHeaders: readonly Buffer[]
      readonly httpVersion: string
    }
  | { readonly type: 'partial' }
  | { readonly type: 'refused'; readonly detail: string; readonly hint: string | null }

const PARTIAL: Head = { type: 'partial' }
const LF = 10
const CR = 13

/** Reads the final head at the start of `bytes`; interim ones (1xx) are passed over. */
export function readHead(bytes: Buffer): Head {
  let at = skipEmptyLines(bytes)
  for (;;) {
    const lines: Buffer[] = []
    let whole = false
    for (;;) {
      const end = bytes.indexOf(LF, at)
      if (end < 0) break
      const line = bytes.subarray(at, end > at && bytes[end - 1] === CR ? end - 1 : end)
      at = end + 1
      if (line.length === 0) {
        whole = true
        break
      }
      lines.push(line)
      // Seen as soon as it is there: a banner is refused at once, not when the peer hangs up.
      if (lines.length === 1 && !STATUS_LINE.test(line.toString('latin1'))) return refusal(bytes)
    }
    if (!whole) return lines.length === 0 && !mayBecomeHttp(bytes.subarray(at)) ? refusal(bytes) : PARTIAL
    const [first, ...fields] = lines
    const match = STATUS_LINE.exec(first!.toString('latin1'))!
    const status = Number(match[2])
    if (fields.some((field) => field.includes(0))) {
      return { type: 'refused', detail: 'a NUL byte in the header', hint: null }
    }
    // 101 was not asked for, so nothing follows it in HTTP; it is the last answer there is.
    if (status >= 200 || status === 101) {
      const rawHeaders = fieldPairs(fields)
      return {
        type: 'whole',
        status,
        statusText: first!.subarray(match[0].length).toString('latin1'),
        rawHeaders,
        httpVersion: match[1]!,
      }
    }
  }
}

/** HTTP-version SP status-code (RFC 9112 §4), with `HTTP/2 200` and more blanks as curl takes them. */
const STATUS_LINE = /^HTTP\/([12](?:\.\d)?)[ \t]+([1-9]\d\d)(?:[ \t]+|$)/

const START = Buffer.from('HTTP/', 'latin1')

function mayBecomeHttp(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, START.length)
  return bytes.subarray(0, length).equals(START.subarray(0, length))
}

/** Empty lines before the answer are an old server's leftover (RFC 9112 §2.2). */
function skipEmptyLines(bytes: Buffer): number {
  let at = 0
  while (bytes[at] === CR || bytes[at] === LF) at++
  return at
}

/** A folded line belongs to the one before it (RFC 9112 §5.2); a line without a colon says nothing. */
function fieldPairs(lines: readonly Buffer[]): Buffer[] {
  const pairs: Buffer[] = []
  for (const line of lines) {
    const isFolded = line[0] === 32 || line[0] === 9
    if (isFolded && pairs.length > 0) {
      const value = pairs.pop()!
      pairs.push(Buffer.concat([value, Buffer.from(' '), trim(line)]))
      continue
    }
    const colon = line.indexOf(58)
    if (colon > 0) pairs.push(trim(line.subarray(0, colon)), trim(line.subarray(colon + 1)))
  }
  return pairs
}

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
  if (/^HTTP\//.test(text)) return refused('the status line is not one of HTTP')
  return refused('the answer is not HTTP')
}
