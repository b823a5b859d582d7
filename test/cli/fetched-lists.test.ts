// Lists behind URLs: fetched by the client of the run, with its limits, retries and rules, and never in the way of it.

import { readdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { run } from '../../src/cli.js'
import type { Summary } from '../../src/words/summary.js'
import type { Verdict } from '../../src/words/verdict.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { type HttpServer, type Routes, startHttpServer } from '../support/http-server.js'
import { startRawServer, step } from '../support/raw-server.js'
import { createTestWorld } from '../support/world.js'
import { checkInputs, runCli } from './support/run-cli.js'
import { tempFolder } from './support/temp-folder.js'

const NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
const urlset = (...urls: readonly string[]) =>
  `<urlset ${NAMESPACE}>${urls.map((url) => `<url><loc>${url}</loc></url>`).join('\n')}</urlset>`
const index = (...urls: readonly string[]) =>
  `<sitemapindex ${NAMESPACE}>${urls.map((url) => `<sitemap><loc>${url}</loc></sitemap>`).join('\n')}</sitemapindex>`

const serve = async (routes: Routes | ((url: () => string) => Routes)): Promise<HttpServer> => {
  let server: HttpServer | null = null
  const made = typeof routes === 'function' ? routes(() => server!.url) : routes
  server = closeAfterTest(await startHttpServer(made))
  return server
}
const SITEMAP = { body: urlset('/a', '/b') }
const PAGES = { '/a': 200, '/b': 404 }

/** What a run says that cannot be whole: rows stay in their part then, a document gets its name. */
async function cutShort(inputs: readonly string[], flags: readonly string[] = []) {
  const report = join(await tempFolder(), 'r.json')
  const { code } = await runCli([...inputs, ...flags, '-o', report])
  const { verdicts, summary } = JSON.parse(await readFile(report, 'utf8'))
  return { code, rows: verdicts as Verdict[], summary: summary as Summary }
}

describe('a list behind a URL', () => {
  test('is asked for as every URL is: with flags, rules, redirects and gzip', async () => {
    const server = await serve({
      ...PAGES,
      '/map': { status: 302, headers: { Location: '/real/map.xml' } },
      '/real/map.xml': { body: gzipSync(urlset('/a', '../b')), headers: { 'Content-Encoding': 'gzip' } },
    })
    const flags = ['-A', 'me/1', '--rule', '127.0.0.1 header="X-Key: k" user=u:p']
    const { rows } = await checkInputs([`sitemap=${server.url}/map`], 2, flags)
    expect(rows.map(({ url, status, source }) => [url, status, source])).toEqual([
      [`${server.url}/a`, 200, `${server.url}/map`],
      [`${server.url}/b`, 404, `${server.url}/map`],
    ])
    const [first, second] = server.seen()
    for (const { headers, method } of [first!, second!]) {
      expect(method).toBe('GET')
      expect(headers).toMatchObject({
        'user-agent': 'me/1',
        'x-key': 'k',
        authorization: 'Basic dTpw',
        'accept-encoding': 'gzip',
      })
    }
  })

  test('is asked for again where that may help', async () => {
    let asked = 0
    const server = await serve({
      ...PAGES,
      '/map.xml': (_, response) => {
        response.statusCode = ++asked === 1 ? 503 : 200
        response.end(asked === 1 ? '' : SITEMAP.body)
      },
    })
    const { rows } = await checkInputs([`sitemap=${server.url}/map.xml`], 2)
    expect(rows.map(({ status }) => status)).toEqual([200, 404])
    expect(asked).toBe(2)
  })

  test.each<[string, Routes, string]>([
    ['is not there', {}, '404 Not Found'],
    ['is another page', { '/map.xml': { body: '<html><body>Not here</body></html>' } }, 'is HTML, not a list of URLs'],
    ['goes round in circles', { '/map.xml': { status: 302, headers: { Location: '/map.xml' } } }, 'redirect loop'],
  ])('that %s is exit code 4, whatever else there is', async (_, routes, why) => {
    const server = await serve({ ...PAGES, ...routes })
    const { code, rows, summary } = await cutShort([`sitemap=${server.url}/map.xml`, `${server.url}/a`])
    expect({ code, status: rows[0]!.status }).toEqual({ code: 4, status: 200 })
    expect(summary.unfinished).toBe('input-broke')
    expect(summary.notices.join()).toContain(why)
    const alone = await runCli([`sitemap=${server.url}/map.xml`])
    expect(alone.code).toBe(4)
    expect((await runCli([`sitemap=${server.url}/map.xml`, '--dry-run'])).code).toBe(4)
  })

  test('that breaks off is read as far as it goes, and exit code 4', async () => {
    const { url } = await serve(PAGES)
    const body = `url,x\n${url}/a,1\n${url}/a,2\n`
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n'
    const server = closeAfterTest(await startRawServer([step.readHead, step.write(head + body), step.fin]))
    const { code, rows, summary } = await cutShort([`csv=${server.url}/x.csv`], ['--retries', '0'])
    expect({ code, statuses: rows.map(({ status }) => status) }).toEqual({ code: 4, statuses: [200, 200] })
    expect(summary.notices.join()).toContain('answered 200, but the body broke off')
  })

  test('under --untrusted leads to nothing private, and reads no file', async () => {
    const server = await serve({ ...PAGES, '/map.xml': SITEMAP })
    const { code, summary } = await cutShort([`sitemap=${server.url}/map.xml`], ['--untrusted'])
    expect(code).toBe(4)
    expect(summary.notices.join()).toContain('cannot be read: the address is a private one')
    const folder = await tempFolder()
    await writeFile(join(folder, 'index.xml'), index('other.xml', `${server.url}/map.xml`))
    await writeFile(join(folder, 'other.xml'), urlset('https://a.example/'))
    const { rows } = await checkInputs([join(folder, 'index.xml')], 2, ['--untrusted'])
    expect(rows.map(({ kind, reason }) => `${kind} ${reason}`)).toEqual([
      'line.invalid this sitemap cannot be read: a file, not from a list under --untrusted',
      'line.invalid this sitemap cannot be read: the address is a private one',
    ])
    expect(server.requests()).toBe(0)
  })

  test('shows no password of its URL', async () => {
    const server = await serve({ ...PAGES, '/map.xml': SITEMAP })
    const secret = server.url.replace('//', '//me:s3cret@')
    const fine = await runCli([`sitemap=${secret}/map.xml`, '-r', 'ndjson'])
    const gone = await runCli([`sitemap=${secret}/gone.xml`, '-r', 'ndjson'])
    for (const { stdout, stderr } of [fine, gone]) expect(stdout + stderr).not.toContain('s3cret')
    expect(fine.stdout.trimEnd().split('\n')).toHaveLength(2)
    expect(server.seen()[0]!.headers.authorization).toBe(`Basic ${Buffer.from('me:s3cret').toString('base64')}`)
  })

  test('is taken as fast as it comes, and kept where nobody sees it until its URLs have their turn', async () => {
    const many = Array.from({ length: 60_000 }, (_, at) => `/a?${'x'.repeat(200)}=${at}`)
    const server = await serve({ ...PAGES, '/map.xml': { body: urlset(...many) } })
    const before = temporaryFiles()
    const flags = ['--include', '=5999[0-9]$']
    const { rows, summary } = await checkInputs([`sitemap=${server.url}/map.xml`], many.length, flags)
    expect(rows).toHaveLength(10)
    expect(summary.notices).toEqual([expect.stringContaining('has more than the 50,000 URLs that a sitemap may have')])
    expect(temporaryFiles()).toEqual(before)
  })

  test('ends with the run, also in the middle', async () => {
    let isAsked = () => {}
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve
    })
    const server = await serve({
      '/map.xml': (_, response) => {
        response.write(`<urlset ${NAMESPACE}>`)
        isAsked()
      },
    })
    const world = createTestWorld({})
    const done = run([`sitemap=${server.url}/map.xml`], world)
    await asked
    world.signal('SIGINT')
    expect(await done).toBe(130)
  })
})

test('a sitemap that cannot be fetched is a row of its index, and the others are read', async () => {
  const server = await serve((url) => ({
    ...PAGES,
    '/index.xml': (_, response) => void response.end(index(`${url()}/gone.xml`, `${url()}/map.xml`)),
    '/map.xml': SITEMAP,
  }))
  const { rows, code } = await checkInputs([`sitemap=${server.url}/index.xml`], 3)
  expect(code).toBe(1)
  expect(rows.map(({ input, kind, reason, line, source }) => [input, kind, reason, line, source])).toEqual([
    [
      `${server.url}/gone.xml`,
      'line.invalid',
      'this sitemap cannot be read: 404 Not Found',
      1,
      `${server.url}/index.xml`,
    ],
    ['/a', 'ok', '200 OK', 1, `${server.url}/map.xml`],
    ['/b', 'http.error', '404 Not Found', 2, `${server.url}/map.xml`],
  ])
})

function temporaryFiles(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => /^scrape-status-[\da-f]{8}-/.test(name))
}
