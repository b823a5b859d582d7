// Sitemaps, their indexes and robots.txt: what is listed, what is not, and what is said where one cannot be read.

import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readList, refusalOf, shownTarget } from '../support.js'

const NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
const urlset = (inner: string, attributes = NAMESPACE) => `<urlset ${attributes}>${inner}</urlset>`
const page = (url: string) => `<url><loc>${url}</loc></url>`
const index = (...urls: string[]) =>
  `<sitemapindex ${NAMESPACE}>\n${urls.map((url) => `<sitemap><loc>${url}</loc></sitemap>`).join('\n')}</sitemapindex>`
const locs = async (text: string, name = 'sitemap.xml') =>
  (await readList(text, { name })).targets.map(({ url, problem }) => url ?? problem!.reason)

describe('a sitemap', () => {
  it.each<[string, string, string[]]>([
    [
      'has the pages of its urlset',
      urlset(page('https://a.example/1') + page('https://a.example/2')),
      ['https://a.example/1', 'https://a.example/2'],
    ],
    ['without a namespace', urlset(page('https://a.example/'), ''), ['https://a.example/']],
    [
      'with a prefix',
      `<s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9"><s:url><s:loc>https://a.example/</s:loc></s:url></s:urlset>`,
      ['https://a.example/'],
    ],
    [
      'of 2005',
      urlset(page('https://a.example/'), 'xmlns="http://www.google.com/schemas/sitemap/0.84"'),
      ['https://a.example/'],
    ],
    [
      'with a declaration, a style sheet and comments',
      `<?xml version="1.0"?><?xml-stylesheet href="x.xsl"?><!-- <loc>no</loc> -->${urlset(`<!-- a -->${page('https://a.example/')}`)}`,
      ['https://a.example/'],
    ],
    [
      'with images and videos, which are not its pages',
      urlset(
        `<url><loc>https://a.example/</loc><image:image><image:loc>https://no.example/</image:loc></image:image><video:video><video:content_loc>https://no.example</video:content_loc></video:video></url>`,
        `${NAMESPACE} xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" xmlns:video="http://www.google.com/schemas/sitemap-video/1.1"`,
      ),
      ['https://a.example/'],
    ],
    [
      'in CDATA, with white space',
      urlset(page('\n <![CDATA[https://a.example/?a=1&b=2]]>\n')),
      ['https://a.example/?a=1&b=2'],
    ],
    ['with entities', urlset(page('https://a.example/?a=1&amp;b=&#x27;')), ['https://a.example/?a=1&b=%27']],
    ['with an empty loc', urlset(`${page(' ')}<url><lastmod>x</lastmod></url>`), ['an empty loc']],
    ['of nothing', urlset(''), []],
    ['of lines', 'https://a.example/1\r\nhttps://a.example/2\r\n', ['https://a.example/1', 'https://a.example/2']],
  ])('%s', async (_, text, expected) => {
    expect(await locs(text)).toEqual(expected)
  })

  it('is told by its content where the ending says nothing, and knows its lines', async () => {
    const text = `<?xml version="1.0"?>\n${urlset(`\n${page('https://a.example/1')}\n\n${page('x y')}`)}`
    expect((await readList(text, { name: 'export' })).targets.map(shownTarget)).toEqual([
      { line: 3, url: 'https://a.example/1' },
      { line: 5, input: 'x y', reason: 'a space in the URL; write %20' },
    ])
  })

  it('with bombs and outer files in it stays text', async () => {
    const bomb = `<!DOCTYPE x [<!ENTITY a "${'x'.repeat(1000)}"><!ENTITY b "${'&a;'.repeat(1000)}"><!ENTITY f SYSTEM "file:///etc/passwd">]>`
    const { targets, notices } = await readList(
      `${bomb}${urlset(page('https://a.example/&b;') + page('https://a.example/&f;'))}`,
      { name: 's.xml' },
    )
    expect(targets.map(({ url }) => url)).toEqual(['https://a.example/&b;', 'https://a.example/&f;'])
    expect(notices).toEqual(['s.xml:1 is not well-formed XML; read on'])
  })

  it('with a bare ampersand is read on', async () => {
    const { targets, notices } = await readList(urlset(`\n${page('https://a.example/?a=1&b=2')}`), { name: 's.xml' })
    expect(targets[0]!.url).toBe('https://a.example/?a=1&b=2')
    expect(notices).toEqual(['s.xml:2 is not well-formed XML; read on'])
  })

  it.each<[string, string, string]>([
    [
      'HTML',
      '<!doctype html><html><body>404</body></html>',
      'sitemap.xml is HTML, not a list of URLs; a link checker for pages, such as lychee, reads it',
    ],
    [
      'another XML',
      '<rss version="2.0"><channel/></rss>',
      `sitemap.xml is XML, but no sitemap; for the URLs in it: grep -oE 'https?://[^[:space:]"<>]+' sitemap.xml | scrape-status`,
    ],
    [
      'OPML',
      '<?xml version="1.0"?><opml version="2.0"/>',
      `sitemap.xml is OPML, not a list of URLs; for the URLs in it: grep -oE 'https?://[^[:space:]"<>]+' sitemap.xml | scrape-status`,
    ],
    [
      'a template',
      '---\nlayout: null\n---\n<?xml version="1.0"?><urlset/>',
      'sitemap.xml: no sitemap; neither XML nor lines of URLs nor a robots.txt with a Sitemap: line',
    ],
  ])('that is %s is refused', async (_, text, message) => {
    expect(await refusalOf(text, { name: 'sitemap.xml' })).toBe(message)
  })

  it.each<[string, string, string]>([
    [
      'ends in the middle',
      `<urlset ${NAMESPACE}>${page('https://a.example/1')}<url><loc>https://a.exa`,
      'it ends in the middle',
    ],
    ['has another root behind a long comment', `<!--${'x'.repeat(70_000)}--><html></html>`, 'its root is html'],
    [
      'has no tag for a megabyte',
      `<urlset ${NAMESPACE}>${page('https://a.example/1')}${'x'.repeat(3 * 2 ** 20)}`,
      '1 MiB without a tag',
    ],
    ['is nested without an end', `<urlset ${NAMESPACE}>${'<a>'.repeat(200)}`, 'more than 100 elements in one another'],
  ])('that %s broke', async (_, text, why) => {
    const { broke } = await readList(text, { name: 's.xml' })
    expect(broke).toContain(`(${why})`)
  })

  it('with more URLs than allowed is read, and that is said once', async () => {
    const { targets, notices } = await readList(urlset(page('https://a.example/').repeat(50_002)), { name: 's.xml' })
    expect(targets).toHaveLength(50_002)
    expect(notices).toEqual(['s.xml has more than the 50,000 URLs that a sitemap may have; read on'])
  })

  it('with relative locs is whole by its URL', async () => {
    const text = urlset(page('/x') + page('y.html') + page('https://b.example/'))
    const { targets } = await readList(text, { name: 'https://a.example/s/map.xml', format: 'sitemap' })
    expect(targets.map(({ url, input, source }) => [url, input, source])).toEqual([
      ['https://a.example/x', '/x', 'https://a.example/s/map.xml'],
      ['https://a.example/s/y.html', 'y.html', 'https://a.example/s/map.xml'],
      ['https://b.example/', 'https://b.example/', 'https://a.example/s/map.xml'],
    ])
    const file = await readList(urlset(page('/x')), { name: 's.xml', context: { base: 'https://c.example/' } })
    expect(file.targets[0]!.url).toBe('https://c.example/x')
  })
})

describe('an index', () => {
  const a = urlset(page('https://a.example/1') + page('https://a.example/2'))

  it('is the sitemaps that it names, in their order, each once', async () => {
    const text = index(
      'https://m.example/a.xml',
      'https://m.example/b.xml.gz',
      'https://m.example/a.xml',
      'https://m.example/index2.xml',
    )
    const lists = {
      'https://m.example/a.xml': a,
      'https://m.example/b.xml.gz': gzipSync(urlset(page('https://b.example/'))),
      'https://m.example/index2.xml': index('c.xml', 'https://m.example/index2.xml'),
      'https://m.example/c.xml': 'https://c.example/\n',
    }
    const { targets, fetched, counts, broke } = await readList(text, { name: 'index.xml', lists })
    expect(targets.map(({ index: at, url, line, source }) => [at, url, line, source])).toEqual([
      [0, 'https://a.example/1', 1, 'https://m.example/a.xml'],
      [1, 'https://a.example/2', 1, 'https://m.example/a.xml'],
      [2, 'https://b.example/', 1, 'https://m.example/b.xml.gz'],
      [3, 'https://c.example/', 1, 'https://m.example/c.xml'],
    ])
    expect(fetched).toEqual(Object.keys(lists))
    expect({ counts, broke }).toEqual({ counts: { lines: 4, blank: 0 }, broke: null })
  })

  it('has a row for a sitemap that cannot be read, and goes on', async () => {
    const names = ['gone.xml', 'page.html', 'half.xml', 'deep.xml', 'https://a..b/x.xml', 'packed.xml.gz', 'a.xml']
    const lists = {
      'https://m.example/page.html': '<html></html>',
      'https://m.example/half.xml': `<urlset ${NAMESPACE}>${page('https://h.example/')}`,
      'https://m.example/deep.xml': index('deeper.xml'),
      'https://m.example/deeper.xml': index('deepest.xml'),
      'https://m.example/packed.xml.gz': gzipSync('PK\x03\x04zip'),
      'https://m.example/a.xml': a,
    }
    const text = index(...names)
    const root = 'https://m.example/index.xml'
    const { targets, broke } = await readList(text, { name: root, format: 'sitemap', lists })
    expect(targets.map(shownTarget)).toEqual([
      { line: 2, input: 'gone.xml', reason: 'this sitemap cannot be read: 404 Not Found' },
      { line: 3, input: 'page.html', reason: 'this sitemap cannot be read: neither XML nor lines of URLs' },
      { line: 1, url: 'https://h.example/' },
      { line: 4, input: 'half.xml', reason: 'this sitemap cannot be read: it ends in the middle' },
      { line: 2, input: 'deepest.xml', reason: 'this sitemap cannot be read: more than 3 sitemaps deep' },
      { line: 6, input: 'https://a..b/x.xml', reason: 'this sitemap cannot be read: the host name has an empty label' },
      { line: 7, input: 'packed.xml.gz', reason: 'this sitemap cannot be read: it is a zip archive' },
      { line: 1, url: 'https://a.example/1' },
      { line: 1, url: 'https://a.example/2' },
    ])
    expect(broke).toBeNull()
  })

  it('in a file names files beside it, and no others', async () => {
    const lists = { 'a.xml': a }
    const names = ['a.xml', '../secret.xml', '/etc/passwd', 'sub/../../x.xml', 'nothing.xml', '.']
    const { targets } = await readList(index(...names), { name: 'index.xml', lists })
    const outside = 'this sitemap cannot be read: a file that is not in the folder of its list'
    expect(targets.map(({ url, problem }) => url ?? problem!.reason)).toEqual([
      'https://a.example/1',
      'https://a.example/2',
      outside,
      outside,
      outside,
      expect.stringMatching(/^this sitemap cannot be read: no file .*nothing\.xml \(ENOENT\)$/),
      'this sitemap cannot be read: no file',
    ])
    const theirs = await readList(index('a.xml'), { name: 'index.xml', lists, context: { untrusted: true } })
    expect(theirs.targets[0]!.problem!.reason).toBe(
      'this sitemap cannot be read: a file, not from a list under --untrusted',
    )
  })

  it('ends where this machine can fetch nothing: that is no fault of a sitemap', async () => {
    const text = index('https://m.example/a.xml', 'https://m.example/b.xml')
    const fetchList = async () => ({ source: null, reason: 'no network', isOurs: true }) as const
    const { targets, broke } = await readList(text, { name: 'index.xml', context: { fetchList } })
    expect(targets).toEqual([])
    expect(broke).toBe('index.xml broke after line 0 (cannot go on: https://m.example/a.xml: no network)')
  })

  it('may be a robots.txt', async () => {
    const robots =
      'User-agent: *\nDisallow: /\n\nSitemap: https://m.example/a.xml\n# Sitemap: https://m.example/no.xml\nsitemap:/b.xml\n'
    const lists = { 'https://m.example/a.xml': a, 'https://m.example/b.xml': urlset(page('https://b.example/')) }
    const root = await readList(robots, { name: 'https://m.example/robots.txt', format: 'sitemap', lists })
    expect(root.targets.map(({ url }) => url)).toEqual([
      'https://a.example/1',
      'https://a.example/2',
      'https://b.example/',
    ])
    const file = await readList(robots, { name: 'robots.txt', lists })
    expect(file.targets.map(({ url }) => url).slice(0, 2)).toEqual(['https://a.example/1', 'https://a.example/2'])
  })
})

describe('a list behind a URL', () => {
  it('that cannot be read is no list', async () => {
    const gone = await readList('', {
      name: 'https://m.example/a.xml',
      format: 'sitemap',
      context: { fetchList: async () => ({ source: null, reason: '404 Not Found', isOurs: false }) },
    })
    expect(gone.broke).toBe('https://m.example/a.xml cannot be read: 404 Not Found')
    const html = await readList('<html></html>', { name: 'https://m.example/a.csv', format: 'csv' })
    expect(html.broke).toBe(
      'https://m.example/a.csv: no column of URLs; there are: "<html></html>". Say which one: --column url=NAME',
    )
  })
})
