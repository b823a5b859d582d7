// Whatever bytes a server sends and however it leaves: one verdict a URL, its own, of a known kind, and never a bug of
// ours. Cases come from a seed; FUZZ_SEED chooses another one and FUZZ_CASES more of them (`npm run fuzz`).

import { expect, test } from 'vitest'
import { readHead } from '../../src/http/wire/read-head.js'
import { checkAll, createClient, type Verdict } from '../../src/index.js'
import { KINDS } from '../../src/settings/kinds.js'
import { isLocal } from '../../src/words/kinds.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { EVERY_BYTE, type FuzzCase, fuzzCase } from './fuzz-case.js'
import { startFuzzServer } from './fuzz-server.js'
import { indexIn } from './responses.js'

const SEED = Number(process.env.FUZZ_SEED ?? 1)
const CASES = Number(process.env.FUZZ_CASES ?? 10_000)

test(`${CASES} mutated answers, seed ${SEED}`, { timeout: 60_000 + CASES * 10 }, async () => {
  const crashes: unknown[] = []
  const noteCrash = (error: unknown) => void crashes.push(error)
  process.on('uncaughtException', noteCrash).on('unhandledRejection', noteCrash)
  const openBefore = openSockets()
  const startedAt = performance.now()

  const server = closeAfterTest(await startFuzzServer((index) => fuzzCase(SEED, index)))
  // A mutated Location may name any host: no question about it leaves this machine.
  const client = createClient({ concurrency: 128, perHost: 128, timeoutMs: 500, dnsServers: ['127.0.0.1:1'] })
  function* targets() {
    for (let index = 0; index < CASES; index++) {
      const one = fuzzCase(SEED, index)
      // Only silence takes its time; where an answer comes, a busy machine must not change the verdict.
      const timeoutMs = one.end === 'keep' && statusIn(one) === 0 ? 500 : 10_000
      yield { url: `${server.url}/case/${index}`, method: one.method, timeoutMs }
    }
  }
  const seen = new Uint8Array(CASES)
  const faults: string[] = []
  let secondLooks = 0
  const kinds: Record<string, number> = {}
  for await (const verdict of checkAll(targets(), { client })) {
    seen[verdict.index]!++
    kinds[verdict.kind] = (kinds[verdict.kind] ?? 0) + 1
    if (verdict.secondLook) secondLooks++
    const one = fuzzCase(SEED, verdict.index)
    const fault = faultOf(verdict, one)
    if (fault !== null && faults.length < 20) faults.push(`${fault}\n${tell(one, verdict)}`)
  }
  await client.close()
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(
    `fuzz: seed ${SEED}, ${CASES} cases (every byte of every answer takes ${EVERY_BYTE}) in ${seconds} s, ` +
      `${server.requests()} requests, ${server.reused()} of them on a used connection, ${secondLooks} second looks\n` +
      JSON.stringify(kinds),
  )
  expect(faults.join('\n\n')).toBe('')
  expect(seen.filter((times) => times !== 1)).toHaveLength(0)
  expect(crashes).toEqual([])
  await expect.poll(() => server.openConnections()).toBe(0)
  await server.close()
  await expect.poll(openSockets).toBeLessThanOrEqual(openBefore)
  expect(server.reused()).toBeGreaterThan(CASES / 20)
  process.off('uncaughtException', noteCrash).off('unhandledRejection', noteCrash)
})

/** What is wrong with a verdict; null when nothing is. */
function faultOf(verdict: Verdict, one: FuzzCase): string | null {
  const { kind, status, contentType, redirects, finalUrl } = verdict
  if (!(kind in KINDS) && !isLocal(kind)) return `unknown kind ${kind}`
  if (kind === 'internal') return 'internal'
  const answerOf = indexIn(contentType)
  const isOwn = bytesOf(one).includes(`${contentType}`) || finalUrl.endsWith(`/case/${answerOf}`)
  if (answerOf !== null && !isOwn) return `the answer of ${answerOf}`
  if (one.status !== null) return status === one.status && answerOf === one.index ? null : `not ${one.status}`
  // Where a hop led on, the answer is another one than the case's.
  if (redirects.length > 0 || status === statusIn(one)) return null
  // What was not read when the reset came may be lost.
  if (status === 0 && one.end.endsWith('rst')) return null
  return !verdict.secondLook && isTakenByParser(one, status) ? null : `not ${statusIn(one)}`
}

/** The status of a head that came whole, as our own reader sees it; 0 where none did. */
function statusIn(one: FuzzCase): number {
  const head = readHead(Buffer.concat(one.pieces))
  if (head.type === 'whole') return head.status
  // An interim answer is the last word only of a server that hangs up behind it, as curl has it.
  return one.end !== 'keep' && head.type === 'partial' && head.interim !== null ? head.interim.status : 0
}

/** The parser takes empty lines before a status line and CR alone for a line's end; our reader, as curl, does not. */
function isTakenByParser(one: FuzzCase, status: number): boolean {
  const bytes = bytesOf(one)
  return /^[\r\n]|\n\r?\n[\r\n]|\r(?!\n)/.test(bytes) && bytes.includes(` ${status}`)
}

function bytesOf({ pieces }: FuzzCase): string {
  return Buffer.concat(pieces).toString('latin1')
}

function tell({ index, story, pieces }: FuzzCase, verdict: Verdict): string {
  const { status, kind, code, contentType, secondLook, redirects } = verdict
  const bytes = pieces.map((piece) => JSON.stringify(piece.toString('latin1'))).join(' + ')
  return `FUZZ_SEED=${SEED} case ${index}, ${story}: ${bytes}\n${JSON.stringify({ status, kind, code, contentType, secondLook, redirects })}`
}

/** Sockets of this process, listening ones and pipes of the test runner left out. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
}
