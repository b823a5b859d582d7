// Lists of all formats by the command: the same URLs in every one of them are the same run, and what is kept, written
// again and gone on with holds for all.

import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Summary } from '../../src/words/summary.js'
import type { Verdict } from '../../src/words/verdict.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { type Handler, type HttpServer, startHttpServer } from '../support/http-server.js'
import { checkInputs, checkLines, runCli } from './support/run-cli.js'
import { tempFolder } from './support/temp-folder.js'

const COUNT = 1000
const STATUSES = [200, 404, 410, 200, 200]

/** Answers by the number in the path, and serves files under `/lists/`. */
function answersOf(lists: ReadonlyMap<string, string | Buffer>): Handler {
  return (request, response) => {
    const path = request.url!
    if (path.startsWith('/lists/')) {
      response.statusCode = lists.has(path) ? 200 : 404
      response.end(lists.get(path))
      return
    }
    response.statusCode = STATUSES[Number(/\d+/.exec(path)?.[0] ?? 0) % STATUSES.length]!
    response.end()
  }
}

async function serve() {
  const lists = new Map<string, string | Buffer>()
  const server = closeAfterTest(await startHttpServer(answersOf(lists)))
  return { server, url: server.url, lists }
}

const escaped = (text: string) => text.replaceAll('&', '&amp;')
const NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
const urlset = (urls: readonly string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<urlset ${NAMESPACE}>\n${urls.map((url) => `<url><loc>${escaped(url)}</loc></url>\n`).join('')}</urlset>\n`
const index = (urls: readonly string[]) =>
  `<sitemapindex ${NAMESPACE}>${urls.map((url) => `<sitemap><loc>${escaped(url)}</loc></sitemap>`).join('\n')}</sitemapindex>`

/** What a run found of its URLs, whatever list they were in. */
const found = (rows: readonly Verdict[]) =>
  rows.map(({ index: at, url, status, outcome, kind }) => ({ at, url, status, outcome, kind }))

/** A file of the test with this text. */
async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(await tempFolder(), name)
  await writeFile(path, content)
  return path
}

describe('the same thousand URLs', () => {
  let server: HttpServer
  let urls: readonly string[]
  let expected: ReturnType<typeof found>
  const lists = new Map<string, string | Buffer>()
  beforeAll(async () => {
    server = await startHttpServer(answersOf(lists))
    urls = Array.from({ length: COUNT }, (_, at) => `${server.url}/page-${at}?a=1,2&b=ä`)
  })
  afterAll(() => server.close())

  const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')
  type Content = (urls: readonly string[]) => string | Buffer
  /** Whether a pipe needs to be told what it is, and how many lines hold no URL. */
  type Shape = { readonly format: string; readonly isTold?: true; readonly blank?: number }
  const cases: [name: string, file: string, content: Content, shape: Shape][] = [
    ['text', 'urls.txt', (all) => all.join('\n'), { format: 'text' }],
    ['text without an ending', 'urls', (all) => `${all.join('\r\n')}\r\n`, { format: 'text' }],
    ['text in gzip', 'urls.txt.gz', (all) => gzipSync(all.join('\n')), { format: 'text' }],
    ['text in UTF-16', 'urls.txt', (all) => utf16(all.join('\r\n')), { format: 'text' }],
    [
      'CSV',
      'urls.csv',
      (all) => `id,url\n${all.map((url, at) => `${at},"${url}"\n`).join('')}`,
      { format: 'csv', blank: 1 },
    ],
    ['CSV of one column', 'urls.csv', (all) => `url\n${all.join('\n')}`, { format: 'csv', blank: 1, isTold: true }],
    [
      'CSV in UTF-16',
      'urls.csv',
      (all) => utf16(`URL;x\r\n${all.map((url) => `${url};1\r\n`).join('')}`),
      { format: 'csv', blank: 1 },
    ],
    [
      'TSV in gzip',
      'urls.tsv.gz',
      (all) => gzipSync(`a\tlink\n${all.map((url) => `1\t${url}\n`).join('')}`),
      { format: 'tsv', blank: 1 },
    ],
    ['NDJSON', 'urls.ndjson', (all) => all.map((url) => `${JSON.stringify({ url })}\n`).join(''), { format: 'ndjson' }],
    ['JSON of strings', 'urls.json', (all) => JSON.stringify(all), { format: 'json' }],
    [
      'JSON of objects',
      'urls.json',
      (all) =>
        JSON.stringify(
          all.map((url) => ({ url })),
          null,
          2,
        ),
      { format: 'json' },
    ],
    ['JSON in UTF-16', 'urls.json', (all) => utf16(JSON.stringify(all)), { format: 'json' }],
    ['a sitemap', 'sitemap.xml', (all) => urlset(all), { format: 'sitemap' }],
    ['a sitemap in gzip', 'sitemap.xml.gz', (all) => gzipSync(urlset(all)), { format: 'sitemap' }],
  ]

  test('as lines of a file are what all others are held against', async () => {
    expected = found((await checkLines(urls)).rows)
    expect(expected.map(({ at }) => at)).toEqual(Array.from({ length: COUNT }, (_, at) => at))
    expect(new Set(expected.map(({ status }) => status))).toEqual(new Set(STATUSES))
  })

  test.each(cases)('as %s, by file, pipe and URL, give the same verdicts', async (_, name, content, shape) => {
    const { format, isTold = false, blank = 0 } = shape
    const bytes = Buffer.from(content(urls))
    const file = await fileOf(name, bytes)
    lists.set(`/lists/${name}`, bytes)
    const ways = [
      { inputs: [file], stdin: null },
      { inputs: [`${format}=-`], stdin: bytes },
      { inputs: [`${format}=${server.url}/lists/${name}`], stdin: null },
      ...(isTold ? [] : [{ inputs: ['-'], stdin: bytes }]),
    ]
    for (const { inputs, stdin } of ways) {
      const { rows, summary, stderr } = await checkInputs(inputs, COUNT + blank, [], { stdin })
      expect(stderr, inputs[0]).toBe('')
      expect(found(rows), inputs[0]).toEqual(expected)
      expect(summary.lines).toMatchObject({ checked: COUNT, invalid: 0, blank })
    }
  })

  test('as a sitemap index and a robots.txt, of files and of URLs, give the same verdicts', async () => {
    const parts = [urls.slice(0, 300), urls.slice(300, 301), urls.slice(301)].map(urlset)
    const folder = await tempFolder()
    const names = ['a.xml', 'b.xml.gz', 'c.xml']
    const write = async (name: string, bytes: string | Buffer) => {
      lists.set(`/lists/${name}`, bytes)
      await writeFile(join(folder, name), bytes)
    }
    for (const [at, name] of names.entries())
      await write(name, name.endsWith('.gz') ? gzipSync(parts[at]!) : parts[at]!)
    await write('index.xml', index(names.map((name) => `${server.url}/lists/${name}`)))
    await write('relative.xml', index(names))
    const twice = `Sitemap: ${server.url}/lists/index.xml\nsitemap: ${server.url}/lists/a.xml\n`
    await write('robots.txt', `User-agent: *\nDisallow: /x\n${twice}`)
    for (const name of ['index.xml', 'relative.xml', 'robots.txt']) {
      for (const input of [join(folder, name), `sitemap=${server.url}/lists/${name}`]) {
        const { rows, stderr, summary } = await checkInputs([input], COUNT)
        expect({ stderr, rows: found(rows) }, input).toEqual({ stderr: '', rows: expected })
        expect(summary.lines).toMatchObject({ total: COUNT, checked: COUNT })
      }
    }
  })
})

describe('a list made of what people have in theirs', () => {
  const LINES = [
    ...['1. https://a.example', '- https://a.example', 'GET https://a.example', '`https://a.example`'],
    ...['(https://a.example)', '// comment', '// see https://a.example', 'old.example,new.example', '1,google.example'],
    ...[
      'https://a.example/old,https://a.example/new',
      '}',
      '---',
      'out=a',
      '$(host)',
      '*.a.example',
      'http//a.example',
    ],
    ...[
      'https://https://a.example',
      'url: https://a.example',
      '"url": "https://a.example",',
      '17',
      '| https://a.example |',
    ],
    ...['[a](https://a.example)', '“https://a.example”', 'Homepage https://a.example', 'https://a.example/\u200bx'],
  ]

  test('asks no host that cannot exist, says a true sentence of each line, and its account adds up', async () => {
    const { url, server } = await serve()
    const ends = [`\u200b${url}/page-0\ufeff`, `\u00a0${url}/page-3\u00a0`]
    const { rows, summary, code } = await checkLines([...LINES, ...ends, '# end', ''])
    expect(code).toBe(1)
    expect(server.requests()).toBe(2)
    expect(summary.lines).toMatchObject({ checked: 2, invalid: LINES.length, blank: 2 })
    expect(
      rows.slice(0, LINES.length).map(({ input, kind, reason }) => `${input} | ${kind} | ${reason}`),
    ).toMatchSnapshot()
    expect(rows.slice(LINES.length).map(({ status }) => status)).toEqual([200, 200])
  })

  test('in a first line the name of a column is no host', async () => {
    const { url, server } = await serve()
    const { rows } = await checkLines(['# from the sheet', 'URL', `${url}/page-0`, `${url}/page-3`])
    expect(rows.map(({ reason }) => reason)).toEqual([
      'the header of a table, not a host; csv=FILE reads it',
      '200 OK',
      '200 OK',
    ])
    expect(server.requests()).toBe(2)
  })
})

describe('a text list that is something else', () => {
  test.each<[string, string, string]>([
    [
      'a redirect map',
      'https://a.example/old,https://a.example/new\n'.repeat(5),
      'looks like CSV: csv=FILE, with --column url=NAME',
    ],
    ['a redirect map of paths', '/old,/new\n'.repeat(5), 'looks like CSV: csv=FILE'],
    ['numbered hosts', '1,a.example\n2,b.example\n3,c.example\n', 'looks like CSV: csv=FILE'],
    ['a table', 'url,status\nhttps://a.example,200\n', 'looks like CSV: csv=FILE'],
    ['items', '- https://a.example\n'.repeat(4), 'most lines of FILE have a mark or a number before the URL'],
    [
      'numbered items',
      '1. https://a.example\n2) https://b.example\n3. https://c.example\n',
      'most lines of FILE have a mark',
    ],
    ['requests', 'GET https://a.example\n'.repeat(4), 'most lines of FILE have a method before the URL'],
    ['YAML', '---\nsites:\n  - url: https://a.example\n    name: x\n', 'FILE looks like YAML'],
    ['HTML', '<!doctype html>\n<a href="https://a.example">a</a>\n', 'FILE is HTML'],
    ['OPML', '<?xml version="1.0"?>\n<opml version="2.0"></opml>\n', 'FILE is OPML'],
    ['a sitemap', '<urlset><url><loc>https://a.example</loc></url></urlset>', 'FILE is a sitemap: sitemap=FILE'],
    ['a HAR', '{\n "log": {\n  "entries": []\n }\n}\n', 'FILE is a HAR'],
    ['JSON', '[\n  "https://a.example"\n]\n', 'FILE looks like JSON: json=FILE'],
  ])('%s is exit 2 that says what it is, and no request', async (_, text, message) => {
    const file = await fileOf('list.txt', text)
    const { code, stderr, stdout } = await runCli([file])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.replaceAll(file, 'FILE')).toContain(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  test('is read as it is where the user says so, with one notice', async () => {
    const lines = ['- https://a.example', '- https://b.example', '- c.example']
    const { rows, summary } = await checkLines(lines, ['--input-format', 'text'])
    expect(rows.map(({ reason }) => reason)).toEqual(Array(3).fill('- before the URL'))
    expect(summary.notices).toEqual([expect.stringMatching(/^most lines of .*urls\.txt have a mark/)])
  })

  test('a list of URLs with commas in them is none', async () => {
    const { url } = await serve()
    const lines = [`${url}/page-0,1`, `${url}/page-3?x=1,2;3`, `${url}/page-4/a;b`]
    const { summary } = await checkLines([...lines, `${url}/page-5?urls=https://a.example,https://b.example`])
    expect(summary).toMatchObject({ ok: 4, failed: 0, notices: [] })
  })

  test.each<[string, string, string]>([
    [
      'xlsx',
      'PK\x03\x04....[Content_Types].xml....xl/workbook.xml',
      'an Excel workbook (xlsx), not a list of URLs; save the sheet with the URLs as CSV UTF-8',
    ],
    [
      'docx',
      'PK\x03\x04....[Content_Types].xml....word/document.xml',
      'a Word document (docx), not a list of URLs; copy its links into a text file, one a line',
    ],
    [
      'ods',
      `PK\x03\x04${'.'.repeat(26)}mimetypeapplication/vnd.oasis.opendocument.spreadsheetPK`,
      'an OpenDocument spreadsheet (ods), not a list of URLs; save the sheet',
    ],
    ['pdf', '%PDF-1.7\n', 'a PDF, not a list of URLs; copy its links'],
    ['xls', '\xd0\xcf\x11\xe0\xa1\xb1', 'an Excel or Word file of before 2007, not a list of URLs; save the sheet'],
    ['zip', 'PK\x03\x04....urls.txt', 'a zip archive, not a list of URLs; try: unzip -p'],
  ])('%s says how to export it', async (ending, bytes, message) => {
    const { code, stderr } = await runCli([await fileOf(`list.${ending}`, Buffer.from(bytes, 'latin1'))])
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})

describe('what the user says of an input', () => {
  test.each<[string[], string]>([
    [['--input-format', 'xml', '-'], '--input-format xml: expected one of text csv tsv json ndjson sitemap'],
    [
      ['--input-format', 'csv', 'https://a.example/x.csv'],
      '--input-format: a URL is asked, not read; to read it as a list: csv=URL',
    ],
    [['csv='], 'csv=: expected a file, a URL or - behind the equals sign'],
    [['cvs=x'], 'no file cvs=x; a format in front is one of text csv tsv json ndjson sitemap; did you mean csv=?'],
    [['--column', 'url', '-'], '--column url: expected a key and a column, such as url="Old URL"'],
    [
      ['--column', 'acept=x', '-'],
      '--column acept=x: expected url or a key of a line before the equals sign; did you mean accept?',
    ],
    [['--column', 'url=x', '-'], '--column: no input is CSV, TSV, JSON or NDJSON; to say that one is: csv=FILE'],
    [['csv=-', '-'], '- is given twice; stdin can be read once'],
  ])('%j is a mistake', async (argv, message) => {
    const { code, stderr } = await runCli(argv, { stdin: 'https://a.example\n' })
    expect({ code, stderr }).toEqual({ code: 2, stderr: `scrape-status: ${message}\n` })
  })

  test('a URL without a format is asked, whatever it is', async () => {
    const { url, lists, server } = await serve()
    lists.set('/lists/sitemap.xml', urlset([`${url}/page-0`]))
    const { rows, stdout } = await checkInputs([`${url}/lists/sitemap.xml`], 1)
    expect(rows).toMatchObject([{ source: 'argv', status: 200 }])
    expect(server.requests()).toBe(1)
    // What is no XML by its type is no sitemap.
    expect(stdout).not.toContain('sitemap=')
    const xml = closeAfterTest(
      await startHttpServer({ '*': { body: urlset([]), headers: { 'Content-Type': 'application/xml' } } }),
    )
    const asked = await runCli([`${xml.url}/sitemap-1.xml`])
    expect(asked.stdout).toContain(`to check what it lists: sitemap=${xml.url}/sitemap-1.xml`)
    expect((await runCli([`${xml.url}/feed.xml`])).stdout).not.toContain('sitemap=')
  })

  test('several inputs of several formats are one run', async () => {
    const { url, lists } = await serve()
    lists.set('/lists/s.xml', urlset([`${url}/page-3`]))
    const a = await fileOf('a.csv', `url,team\n${url}/page-0,web\n`)
    const b = await fileOf('b.txt', `${url}/page-1\n`)
    const inputs = [a, b, `sitemap=${url}/lists/s.xml`, 'ndjson=-', `${url}/page-2`]
    const { rows } = await checkInputs(inputs, 6, [], { stdin: `{"url":"${url}/page-4"}\n` })
    expect(rows.map(({ index: at, line, source, status, extra }) => [at, line, source, status, extra])).toEqual([
      [0, 2, a, 200, { team: 'web' }],
      [1, 1, b, 404, null],
      [2, 3, `${url}/lists/s.xml`, 200, null],
      [3, 1, '-', 200, null],
      [4, null, 'argv', 410, null],
    ])
  })

  test('a redirect map is columns of a table', async () => {
    const moved = (to: string) => ({ status: 301, headers: { Location: to } })
    const { url } = closeAfterTest(await startHttpServer({ '/old': moved('/new'), '/other': moved('/x') }))
    const map = await fileOf('map.csv', `"Old URL";"New URL"\n${url}/old;${url}/new\n${url}/other;${url}/new\n`)
    const { rows, code } = await checkInputs([map], 3, ['--column', 'url=Old URL', '--column', 'location=New URL'])
    expect(code).toBe(1)
    expect(rows.map(({ kind }) => kind)).toEqual(['ok', 'check.location'])
  })
})

describe('with every format', () => {
  /** Lists of the same three URLs: fine, gone, gone and meant to be (a sitemap cannot say so). */
  async function threeWays() {
    const { url, server, lists } = await serve()
    const urls = [`${url}/page-0?token=secret`, `${url}/page-1`, `${url}/page-6`] as const
    const table = `url,accept,header,team\n${urls[0]},,X-A: 1,a\n${urls[1]},,"X-B: ""two"" words",b\n${urls[2]},404,,c\n`
    const values = [urls[0], { url: urls[1], header: 'X-B: "two" words' }, { url: urls[2], accept: 404, team: 'c' }]
    const files = [
      await fileOf('list.csv', table),
      await fileOf('list.json', JSON.stringify(values)),
      await fileOf('list.xml', urlset(urls)),
    ] as const
    lists.set('/lists/list.xml', urlset(urls))
    return { server, urls, files, fetched: `sitemap=${url}/lists/list.xml` }
  }

  /** All that a run says of its list. */
  async function reportOf(input: string, flags: readonly string[]) {
    const report = join(await tempFolder(), 'r.json')
    await runCli([input, ...flags, '-o', report])
    const { verdicts, summary } = JSON.parse(await readFile(report, 'utf8'))
    return { rows: verdicts as Verdict[], summary: summary as Summary }
  }

  test('--write-failed writes lines of text that ask the same again', async () => {
    const { files, urls } = await threeWays()
    const failed = join(await tempFolder(), 'failed.txt')
    const withHeader = `${urls[1]} header="X-B: \\"two\\" words"`
    const expected = [
      [`${withHeader}  # ${files[0]}:3 404 Not Found`],
      [`${withHeader}  # ${files[1]}:1 404 Not Found`],
      [`${urls[1]}  # ${files[2]}:4 404 Not Found`, `${urls[2]}  # ${files[2]}:5 404 Not Found`],
    ]
    for (const [at, file] of files.entries()) {
      await runCli([file, '--write-failed', failed])
      expect((await readFile(failed, 'utf8')).trimEnd().split('\n').sort(), file).toEqual(expected[at])
      const again = await checkInputs([failed], expected[at]!.length)
      expect(again.summary).toMatchObject({ failed: expected[at]!.length, notices: [] })
    }
  })

  test('--dedupe, --shard, --exclude and --dry-run hold', async () => {
    const { files, fetched, server } = await threeWays()
    for (const input of [...files, fetched]) {
      const twice = await checkInputs([input, input], input === files[0] ? 8 : 6, ['--dedupe'])
      expect(twice.summary.lines, input).toMatchObject({ checked: 3, duplicate: 3 })
      const parts = [await reportOf(input, ['--shard', '1/2']), await reportOf(input, ['--shard', '2/2'])]
      expect(parts.flatMap(({ rows }) => rows.map(({ index: at }) => at)).sort(), input).toEqual([0, 1, 2])
      expect((await reportOf(input, ['--exclude', 'page-6'])).summary.lines).toMatchObject({ checked: 2, excluded: 1 })
      const before = server.requests()
      const dry = await runCli([input, '--dry-run'])
      expect(dry.stdout).toContain('3 to ask')
      expect(server.requests() - before).toBe(input === fetched ? 1 : 0)
    }
  })

  test('--resume asks what is missing, and sees a list that changed', async () => {
    const { files, fetched, server } = await threeWays()
    const out = join(await tempFolder(), 'out.ndjson')
    for (const input of [...files, fetched]) {
      await runCli([input, '-o', out])
      const rows = (await readFile(out, 'utf8')).trimEnd().split('\n')
      await writeFile(`${out}.part`, `${rows.slice(0, 2).join('\n')}\n`)
      await rm(out)
      const before = server.requests()
      await runCli([input, '-o', out, '--resume'])
      expect(server.requests() - before, input).toBe(input === fetched ? 2 : 1)
      expect((await readFile(out, 'utf8')).trimEnd().split('\n')).toHaveLength(3)
      await rm(out)
    }
    await runCli([files[0], '-o', out])
    await writeFile(files[0], (await readFile(files[0], 'utf8')).replace('page-0', 'page-9'))
    const changed = await runCli([files[0], '-o', out, '--resume'])
    expect(changed).toMatchObject({ code: 2, stderr: expect.stringContaining('changed: line 2 was') })
  })

  test('a report of ours is a list', async () => {
    const { files, urls } = await threeWays()
    const folder = await tempFolder()
    const reports = ['r.ndjson', 'r.json', 'r.csv'].map((name) => join(folder, name))
    await runCli([files[2], ...reports.flatMap((report) => ['-o', report])])
    for (const report of reports) {
      const { rows } = await checkInputs([report], report.endsWith('.csv') ? 4 : 3)
      const seen = rows.map(({ url, status, reason }) => (url === '' ? reason : `${url} ${status}`))
      const secret = 'a report, and the secret in this URL was taken out; ask it from its own list'
      expect(seen.sort(), report).toEqual([secret, `${urls[1]} 404`, `${urls[2]} 404`].sort())
    }
  })
})
