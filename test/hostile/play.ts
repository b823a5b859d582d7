// Plays hostile cases through the real command: a server of its own for each case and scheme, all of them in one list,
// one run of the bin for each method, all at once. A case waits for its own server only, so a suite takes one timeout.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Method } from '../../src/words/method.js'
import type { Verdict } from '../../src/words/verdict.js'
import { makeCertificate, testCertificates } from '../support/certificates.js'
import { startRawServer } from '../support/raw-server.js'
import { type CliResult, spawnCli } from '../support/spawn-cli.js'
import { type Expected, type HostileCase, type HostileServer, LATE_MS, type Place, TIMEOUT_MS } from './case.js'

/** Start and end of the process, and two busy cores: of the run as a whole, not of a case. */
const OVERHEAD_MS = 4000
/**
 * How late a verdict may be beyond its bound and beyond the time in which the command and its servers had no core. They
 * share two, and it forgives remotes the time in which it did not run itself. Less than from `AT_ONCE_MS` to the deadline.
 */
const BUSY_MS = 750
/** A flood is work for the one thread that all URLs of a run share, so it may hold up the others by this. */
const FLOOD_MS = 2000
/** With every flood of a suite in one process: 110 to 125 MiB (measured); an idle one has 60 to 90. */
const MAX_RSS_KB = 200 * 1024
/** A body is read up to 64 KiB, in pieces of up to 64 KiB. */
const MAX_BODY_BYTES = 2 * 65_536
/** The first 127.x of the addresses that cases get; one number a suite, since suites run side by side. */
const HOSTS = { tcp: 40, http: 50, redirects: 60 } as const

/** One case on one scheme. */
interface Scene {
  readonly the: HostileCase
  readonly place: Place
  readonly expected: readonly Expected[]
}

interface Staged extends Scene {
  readonly server: HostileServer
  /** The line of the list where it begins, from 1. */
  readonly line: number
  /** Wall clock at the first connection; null where nobody looks. */
  readonly reachedAtMs: () => number | null
}

interface Played {
  readonly result: CliResult
  readonly verdicts: readonly Verdict[]
  readonly staged: ReadonlyMap<Scene, Staged>
}

/** How a suite is played. */
export interface Playing {
  /** The first and the last number of HOSTILE.md that the suite plays, without a gap. */
  readonly numbers: readonly [first: number, last: number]
  /**
   * Lines at once; default 32: two busy cores, which play the servers as well, shall not themselves make a case late.
   * Half as many connections may be idle.
   */
  readonly crowd?: number
}

/** A test for each case, method and scheme, and one for each run. */
export function playSuite(suite: keyof typeof HOSTS, cases: readonly HostileCase[], playing: Playing): void {
  const { numbers, crowd = 32 } = playing
  test(`every case from ${numbers.join(' to ')} is played`, () => {
    const played = new Set(cases.map(({ number }) => number))
    const all = Array.from({ length: numbers[1] - numbers[0] + 1 }, (_, index) => numbers[0] + index)
    expect(all.filter((number) => !played.has(number))).toEqual([])
  })
  for (const method of ['GET', 'HEAD'] as const) {
    const scenes = scenesOf(cases, method, HOSTS[suite])
    for (const [name, group] of byRun(scenes)) {
      describe(`${method} ${name}`.trim(), () => playGroup(method, crowd, group))
    }
  }
}

function playGroup(method: Method, crowd: number, scenes: readonly Scene[]): void {
  let played: Played
  const open: HostileServer[] = []
  beforeAll(async () => {
    played = await run(['-X', method, '-c', String(crowd)], scenes, open)
  })
  afterAll(async () => {
    await Promise.all(open.map((server) => server.close()))
  })

  for (const scene of scenes) {
    test(`${scene.the.number} ${scene.the.name} (${scene.place.scheme})`, () => assertCase(method, scene, played))
  }
  test('the run as a whole', () => {
    const { result, verdicts, staged } = played
    const lines = [...staged.values()].flatMap(({ server, line }) => server.lines.map((_, index) => line + index))
    expect(verdicts.map(({ line }) => line).sort((a, b) => a! - b!)).toEqual(lines)
    expect(result.stderr).toBe('')
    expect(result.stdout).not.toMatch(/\n\s+at /)
    // Whatever servers send, a report has no control characters but its line feeds.
    expect(result.stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/)
    expect({ signal: result.signal, code: result.code }).toEqual({ signal: null, code: exitCode(verdicts) })
    expect(result.durationMs).toBeLessThan(budgetMs(scenes[0]?.the) + LATE_MS + OVERHEAD_MS)
    expect(result.peakRssKb).toBeLessThan(MAX_RSS_KB)
  })
}

async function run(flags: readonly string[], scenes: readonly Scene[], open: HostileServer[]): Promise<Played> {
  const staged = new Map<Scene, Staged>()
  let line = 1
  const started = await Promise.all(scenes.map((scene) => start(scene)))
  for (const [index, { server, reachedAtMs }] of started.entries()) {
    open.push(server)
    staged.set(scenes[index]!, { ...scenes[index]!, server, reachedAtMs, line })
    line += server.lines.length
  }
  const folder = await mkdtemp(join(tmpdir(), 'scrape-status-hostile-'))
  try {
    const caFile = join(folder, 'root.pem')
    await writeFile(caFile, testCertificates().root.cert)
    const always = ['--retries', '0', '-r', 'ndjson', '-t', `${budgetMs(scenes[0]?.the)}ms`, '--ca-file', caFile]
    const result = await spawnCli([...always, ...flags, ...(scenes[0]?.the.flags ?? [])], {
      input: [...staged.values()].flatMap(({ server }) => server.lines).join('\n'),
      measureMemory: true,
    })
    const verdicts = result.stdout
      .split('\n')
      .filter((each) => each !== '')
      .map((each): Verdict => JSON.parse(each))
    return { result, verdicts, staged }
  } finally {
    await rm(folder, { recursive: true })
  }
}

function assertCase(method: Method, scene: Scene, { verdicts, staged, result }: Played): void {
  const { the, expected } = scene
  const { server, line, reachedAtMs } = staged.get(scene)!
  for (const [index, each] of expected.entries()) {
    const rows = verdicts.filter((verdict) => verdict.line === line + index)
    expect(rows, `verdicts of line ${line + index}; stderr: ${result.stderr}`).toHaveLength(1)
    const [verdict] = rows
    expectVerdict(verdict!, each)
    const lateMs = the.isFlood ? FLOOD_MS : BUSY_MS
    // What the command missed counts twice: it is late by it, and gives it back to the server.
    const withinMs = (the.withinMs ?? budgetMs(the) + LATE_MS) + lateMs + 2 * result.waitedMs
    expect(verdict!.durationMs ?? 0, 'durationMs').toBeLessThanOrEqual(Math.min(withinMs, budgetMs(the)))
    const reachedAt = reachedAtMs()
    if (reachedAt !== null && expected.length === 1) {
      // A refused HEAD is asked once more with GET, which has a budget of its own.
      const tries = verdict!.method === method ? 1 : 2
      expect(Date.parse(verdict!.checkedAt) - reachedAt, 'ms').toBeLessThanOrEqual(tries * withinMs)
    }
    expect(verdict!.bodyBytes, 'bodyBytes').toBeLessThanOrEqual(the.maxBodyBytes ?? MAX_BODY_BYTES)
  }
  const looks = expected.filter(({ secondLook }) => secondLook).length
  // A refused HEAD was asked once more with GET: one connection more, and one for its second look.
  const again = expected.filter((_, index) => {
    const row = verdicts.find((verdict) => verdict.line === line + index)
    return method === 'HEAD' && row?.method === 'GET'
  })
  if (server.connections !== null) {
    const more = again.length + again.filter(({ secondLook }) => secondLook).length
    const fewest = the.connections ?? expected.length + looks
    // The second asking may use the connection of the first.
    expect(server.connections(), 'connections').toBeGreaterThanOrEqual(fewest)
    expect(server.connections(), 'connections').toBeLessThanOrEqual(fewest + more)
  }
  server.check?.()
}

function expectVerdict(verdict: Verdict, expected: Expected): void {
  const isOther = verdict.status !== expected.status || verdict.kind !== expected.kind
  const { or: _, finalUrl, reason, hint, ...plain } = isOther ? (expected.or ?? expected) : expected
  expect(verdict).toMatchObject({ secondLook: false, method: verdict.method, attempts: verdict.attempts, ...plain })
  if (reason !== undefined) expect(verdict.reason).toMatch(reason)
  if (hint !== undefined) expect(verdict.hint).toMatch(hint)
  if (finalUrl !== undefined) expect(verdict.finalUrl.endsWith(finalUrl), verdict.finalUrl).toBe(true)
}

/** What a flood brings is work, so the floods of a run have time to do it beside others. */
function budgetMs(the: HostileCase | undefined): number {
  return the?.isFlood ? 4 * TIMEOUT_MS : TIMEOUT_MS
}

/** By the contract, from the outcomes alone: 1 some failed, 4 nothing could be judged, else 0. */
function exitCode(verdicts: readonly Verdict[]): number {
  const some = (outcome: Verdict['outcome']) => verdicts.some((verdict) => verdict.outcome === outcome)
  if (some('failed')) return 1
  return some('inconclusive') && !some('ok') ? 4 : 0
}

function scenesOf(cases: readonly HostileCase[], method: Method, second: number): Scene[] {
  const scenes: Scene[] = []
  for (const the of cases) {
    if (the.methods?.includes(method) === false) continue
    const expected = (method === 'HEAD' ? the.expectOfHead : undefined) ?? the.expect
    for (const scheme of the.schemes ?? (['http', 'https'] as const)) {
      const host = `127.${second + (method === 'HEAD' ? 1 : 0)}.${scenes.length >> 7}.${(scenes.length & 127) + 1}`
      scenes.push({ the, place: placeOf(host, scheme), expected: [expected].flat() })
    }
  }
  return scenes
}

function placeOf(host: string, scheme: Place['scheme']): Place {
  if (scheme === 'http') return { host, scheme }
  const { cert, key } = makeCertificate({ issuer: testCertificates().intermediate, names: [host] })
  return { host, scheme, tls: { cert, key } }
}

function byRun(scenes: readonly Scene[]): Map<string, Scene[]> {
  const groups = new Map<string, Scene[]>()
  for (const scene of scenes) {
    const name = [scene.the.isFlood ? 'floods' : '', ...(scene.the.flags ?? [])].join(' ')
    groups.set(name, [...(groups.get(name) ?? []), scene])
  }
  return groups
}

async function start({ the, place }: Scene): Promise<Pick<Staged, 'server' | 'reachedAtMs'>> {
  const { serve } = the
  if ('start' in serve) return { server: await serve.start(place), reachedAtMs: () => null }
  const { host, tls } = place
  let reachedAtMs: number | null = null
  const script = (connection: number) => {
    reachedAtMs ??= Date.now()
    return 'each' in serve ? serve.each(connection) : serve
  }
  const { url, connections, close } = await startRawServer(script, { host, ...(tls && { tls }) })
  const lines = (the.paths ?? ['/']).map((path) => `${url}${path}`)
  return { server: { lines, connections, close }, reachedAtMs: () => reachedAtMs }
}
