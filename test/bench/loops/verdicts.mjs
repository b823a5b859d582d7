// Verdicts as a run makes them, without a run: by the real judge, from replies that are mostly 200, with redirects,
// 404, 500 and time-outs among them.

import { NO_HEADERS } from '../../../build/http/wire/reply-headers.js'
import { judge } from '../../../build/judge/judge.js'
import { DEFAULT_ASK, DEFAULT_EXPECT } from '../../../build/settings/target.js'
import { createRandom } from '../random.mjs'

const HOSTS = 500

/** An array of `count` verdicts. */
export function makeVerdicts(count) {
  const random = createRandom(8)
  return Array.from({ length: count }, (_, index) => {
    const host = `host-${index % HOSTS}.example.com`
    const url = `https://${host}/some/page/${index}`
    return judge(targetOf(index, host, url), replyOf(url, random(), 20 + 300 * random()))
  })
}

function targetOf(index, host, url) {
  const [ask, expect] = [DEFAULT_ASK, DEFAULT_EXPECT]
  return { index, line: index + 1, source: 'urls.txt', input: url, url, host, problem: null, ask, expect, skip: null }
}

function replyOf(url, fate, durationMs) {
  const answered = {
    ...{ status: 200, kind: 'ok', code: null, detail: null, hint: null, statusText: 'OK', headers: NO_HEADERS },
    ...{ finalUrl: url, redirects: [], httpVersion: '1.1', remoteAddress: '192.0.2.1', bodyBytes: 1256, body: null },
    durationMs: Math.round(durationMs * 10) / 10,
    timingsMs: { queue: 12.1, dns: 1.2, connect: 10.3, tls: 21.4, firstByte: 40.5 },
    tls: { protocol: 'TLSv1.3', issuer: 'Example CA', validTo: '2030-01-01T00:00:00Z', error: null },
    ...{ secondLook: false, checkedAtMs: 1_790_000_000_000, method: 'GET', attempts: 1, inferred: false },
  }
  if (fate < 0.8) return answered
  if (fate < 0.92) {
    const finalUrl = `${url}/`
    return { ...answered, finalUrl, redirects: [{ url, status: 301, location: finalUrl }] }
  }
  if (fate < 0.96) return { ...answered, status: 404, statusText: 'Not Found' }
  if (fate < 0.98) return { ...answered, status: 500, statusText: 'Internal Server Error' }
  const nothing = { status: 0, statusText: '', httpVersion: null, remoteAddress: null, bodyBytes: 0, tls: null }
  return { ...answered, ...nothing, kind: 'timeout', code: 'firstByte' }
}
