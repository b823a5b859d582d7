// A run of the command against a real server, with its page and its NDJSON: what the page says is held against the rows.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { run } from '../../../../src/cli.js'
import type { Verdict } from '../../../../src/words/verdict.js'
import { type Handler, type HttpServer, startHttpServer } from '../../../support/http-server.js'
import { createTestWorld } from '../../../support/world.js'

/** What a planted URL would do if it were more than text. */
export const PLANTED = [
  '/missing/<script>alert(1)</script>',
  '/missing/"onmouseover="alert(1)',
  "/missing/'onfocus='alert(1)'autofocus='",
  '/missing/</script><img/src=x/onerror=alert(1)>',
  '/missing/${alert(1)}&lt;b&gt;',
] as const

export interface RealRun {
  readonly folder: string
  /** `file:` address of the page. */
  readonly url: string
  readonly html: string
  /** As the NDJSON of the same run has them, in the order of the list. */
  readonly rows: readonly Verdict[]
  readonly exitCode: number
}

export interface TestSite {
  readonly server: HttpServer
  /** Runs the command over these lines. */
  check(lines: readonly string[], args?: readonly string[]): Promise<RealRun>
  close(): Promise<void>
}

/** A server whose paths say what they answer, on all of 127.0.0.0/8. */
export async function startTestSite(): Promise<TestSite> {
  const server = await startHttpServer(answer, { host: '0.0.0.0' })
  const folders: string[] = []
  return {
    server,
    async check(lines, args = []) {
      const folder = await mkdtemp(join(tmpdir(), 'scrape-status-page-'))
      folders.push(folder)
      const [list, page, ndjson] = ['links.txt', 'report.html', 'rows.ndjson'].map((name) => join(folder, name))
      await writeFile(list!, `${lines.join('\n')}\n`)
      const world = createTestWorld()
      const exitCode = await run([list!, '-o', page!, '-o', ndjson!, '--retries', '0', ...args], world)
      const [html, text] = await Promise.all([readFile(page!, 'utf8'), readFile(ndjson!, 'utf8')])
      const rows = text.trim().split('\n').filter(Boolean)
      const verdicts = rows.map((row) => JSON.parse(row) as Verdict).sort((a, b) => a.index - b.index)
      return { folder, url: `${pathToFileURL(page!)}`, html, rows: verdicts, exitCode }
    },
    async close() {
      await server.close()
      for (const folder of folders) await rm(folder, { recursive: true, force: true })
    },
  }
}

const answer: Handler = ({ url = '' }, response) => {
  const [, first = '', second = ''] = url.split('/')
  if (first === 'moved') response.setHeader('location', `/ok/${second}`)
  if (first === 'blocked') response.setHeader('cf-mitigated', 'challenge')
  const status = { moved: second.startsWith('t') ? 302 : 301, missing: 404, broken: 500, blocked: 403 }[first] ?? 200
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.writeHead(status).end('<p>hello</p>')
}

/** A list of everything: eight hosts, moved pages, missing ones, refused ones, lines that hold no URL. */
export function mixedList(server: HttpServer): readonly string[] {
  const hosts = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4']
  const on = (at: number, path: string) => server.urlOf(hosts[at % hosts.length]!, path)
  const some = (count: number, path: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => on(at, path(at)))
  return [
    '# a comment',
    ...PLANTED.map((path) => on(0, path)),
    'javascript:alert(document.domain)',
    '',
    ...some(60, (at) => `/ok/page-${at}?b=${at}&gift=${at % 3}`),
    ...some(9, (at) => `/moved/${at}`),
    ...some(3, (at) => `/moved/t${at}`),
    ...some(14, (at) => `/missing/page-${at}`),
    ...some(4, (at) => `/broken/${at}`),
    ...some(3, (at) => `/blocked/${at}`),
    on(2, '/ok/日本語/コート'),
    'http://127.0.0.1:1/refused',
    'https://exa mple.com/',
    on(1, '/ok/skipped skip="not now"'),
  ]
}
