// Tables as spreadsheets, crawlers, search consoles and lists of domains write them: which column is asked, what the
// others are, and what is said where that cannot be told.

import { describe, expect, it } from 'vitest'
import { readList, refusalOf, shownTarget } from '../support.js'

const table = async (text: string | Uint8Array, columns: Readonly<Record<string, string>> = {}) => {
  const { targets } = await readList(text, { name: 'list.csv', columns })
  return targets.map(shownTarget)
}
const urls = async (text: string, columns: Readonly<Record<string, string>> = {}) =>
  (await readList(text, { name: 'list.csv', columns })).targets.map(({ url, problem }) => url ?? problem!.reason)

describe('the column that is asked', () => {
  it.each<[string, string, string]>([
    ['url goes before all others', 'Address,URL\nhttps://no.example,https://a.example\n', 'https://a.example/'],
    ['and before …_url', 'page_url,url\nhttps://no.example,https://a.example\n', 'https://a.example/'],
    ['of Screaming Frog', '"Address","Content Type"\n"https://a.example","text/html"\n', 'https://a.example/'],
    ['of a sitemap export', 'loc,lastmod\nhttps://a.example,2026-01-01\n', 'https://a.example/'],
    ['of a page of links', 'text,href\nhome,https://a.example\n', 'https://a.example/'],
    ['of Ahrefs', 'Referring page,Target URL\nx,https://a.example\n', 'https://a.example/'],
    ['of the search console, in its own spelling', 'Top pages,Clicks\nhttps://a.example,12\n', 'https://a.example/'],
    ['with blanks around the names', ' id ; Link \n1;https://a.example\n', 'https://a.example/'],
    ['with underlines', 'target_url\thits\nhttps://a.example\t3\n', 'https://a.example/'],
    ['of a list of domains', 'Domain,Type\na.example,City\n', 'https://a.example/'],
    ['of hosts', 'rank,host\n1,a.example\n', 'https://a.example/'],
    ['without a header, as Tranco has it', '1,a.example\n2,b.example\n', 'https://a.example/ https://b.example/'],
    [
      'without a header, of URLs',
      'x,https://a.example,1\ny,https://b.example,2\n',
      'https://a.example/ https://b.example/',
    ],
    [
      'under a name that nobody knows',
      'Nr,Webseite\n1,https://a.example\n2,b.example\n',
      'https://a.example/ https://b.example/',
    ],
    [
      'of inlinks: the destination',
      'Source,Destination,Status Code\nhttps://no.example,https://a.example,200\n',
      'https://a.example/',
    ],
    ['behind comments', '# made today\n# by us, for you\nid,url\n1,https://a.example\n', 'https://a.example/'],
    [
      'of a header in a comment, as URLhaus has it',
      '####\n# id,dateadded,url,tags\n####\n"1","2026-01-01","https://a.example","x"\n',
      'https://a.example/',
    ],
  ])('%s', async (_, text, expected) => {
    expect((await urls(text)).join(' ')).toBe(expected)
  })

  it.each<[string, string, Record<string, string>, string]>([
    ['by its name', 'a,b\nhttps://no.example,https://a.example\n', { url: 'b' }, 'https://a.example/'],
    [
      'in another case',
      'Old URL,New URL\nhttps://a.example,https://no.example\n',
      { url: 'old_url' },
      'https://a.example/',
    ],
    [
      'by its number where there is no header',
      'https://no.example,https://a.example\n',
      { url: '2' },
      'https://a.example/',
    ],
    [
      'by its name behind the line by which Excel knows its delimiter',
      'sep=|\nA|B\nx|https://a.example\n',
      { url: 'B' },
      'https://a.example/',
    ],
    [
      'by its header behind that line',
      '\ufeffsep=;\r\nName;URL\r\n"a, b";https://a.example\r\n',
      {},
      'https://a.example/',
    ],
    ['by its number where there is one', 'A,B\nx,https://a.example\n', { url: '2' }, 'https://a.example/'],
  ])('is chosen %s', async (_, text, columns, expected) => {
    expect(await urls(text, columns)).toEqual([expected])
  })

  it.each<[string, string, Record<string, string>, string]>([
    [
      'there is none',
      'name,age\nEve,30\n',
      {},
      'list.csv: no column of URLs; there are: name, age. Say which one: --column url=NAME',
    ],
    [
      'there nearly is one',
      'Nr,Adresse\n1,https://a.example\n2,later\n3,mailto:x@a.example\n4,https://b.example\n',
      {},
      'list.csv: no column of URLs; there are: Nr, Adresse. Say which one: --column url=Adresse (2 of its first 4 cells are URLs)',
    ],
    [
      'nor a header',
      '1,2\n3,4\n',
      {},
      'list.csv: no column of URLs; there are: 1, 2. Say which one: --column url=NAME',
    ],
    [
      'two might be',
      'Old URL,New URL\nhttps://a.example,https://b.example\n',
      {},
      'list.csv: more than one column of URLs; which is to be asked? --column url="Old URL" or --column url="New URL"',
    ],
    [
      'a redirect map is no list of links',
      'Source,Destination\nhttps://a.example,https://b.example\n',
      {},
      'list.csv: a source and a destination; which is to be asked? --column url=Source or --column url=Destination',
    ],
    [
      'the name is wrong',
      'url,x\nhttps://a.example,1\n',
      { url: 'links' },
      '--column url=links: list.csv has no such column; there are: url, x',
    ],
    [
      'the name of a setting is wrong',
      'url,x\nhttps://a.example,1\n',
      { location: 'to' },
      '--column location=to: list.csv has no such column; there are: url, x',
    ],
  ])('is asked for where %s', async (_, text, columns, message) => {
    expect(await refusalOf(text, { name: 'list.csv', columns })).toBe(message)
  })
})

describe('the other columns', () => {
  it('are extra, but for those with the exact name of a key', async () => {
    const { targets } = await readList(
      'url,accept,Location,Status Code,Status,timeout,note\nhttps://a.example,404,https://x.example,200,OK,3s,hello\n',
      { name: 'list.csv' },
    )
    expect(targets[0]!.extra).toEqual({
      Location: 'https://x.example',
      'Status Code': '200',
      Status: 'OK',
      note: 'hello',
    })
    expect(targets[0]!.expect).toMatchObject({ location: null, acceptIsExplicit: true })
    expect(targets[0]!.expect.accept.has(404)).toBe(true)
    expect(targets[0]!.ask.timeoutMs).toBe(3000)
  })

  it('are settings where the user says so', async () => {
    const { targets } = await readList('Old URL,New URL\nhttps://a.example,https://b.example/n\n', {
      name: 'list.csv',
      columns: { url: 'Old URL', location: 'New URL' },
    })
    expect(targets[0]!.expect.location).toBe('https://b.example/n')
    expect(targets[0]!.ask.follow).toBe(false)
    expect(targets[0]!.extra).toBeNull()
  })

  it('say nothing where they are empty, and each has a name of its own', async () => {
    expect(await table('url,a,a,,__proto__\nhttps://a.example,1,2,3,4\nhttps://b.example,,,,\n')).toEqual([
      { line: 2, url: 'https://a.example/', extra: { a: '1', 'a 2': '2', 'column 4': '3', ['__proto__']: '4' } },
      { line: 3, url: 'https://b.example/' },
    ])
    expect(await table('1,a.example\n2,b.example\n')).toMatchObject([{ extra: { 'column 1': '1' } }, {}])
  })

  it('that are wrong are a line that is wrong, with its key', async () => {
    const { targets } = await readList('url,accept,timeout\nhttps://a.example,x,\nhttps://b.example,,soon\n', {
      name: 'l.csv',
    })
    expect(targets.map(({ problem }) => [problem?.key, problem?.reason])).toEqual([
      ['accept', 'accept=x: expected statuses such as 200-299,301,4xx or +403'],
      ['timeout', 'timeout=soon: expected a duration such as 800ms, 10s or 2m'],
    ])
  })

  it('of a report of ours are nothing that is asked, and what was a secret is not asked again', async () => {
    const report =
      'line,input,outcome,status,reason,finalUrl,url,method,key\n' +
      '1,a.example,ok,200,200 OK,https://a.example/,https://a.example/,HEAD,\n' +
      '2,b.example/?token=***,ok,200,200 OK,,https://b.example/?token=***,GET,0123456789abcdef\n'
    const { targets } = await readList(report, { name: 'list.csv' })
    expect(targets[0]).toMatchObject({ url: 'https://a.example/', ask: { method: 'GET' }, extra: null })
    expect(targets[1]!.problem?.reason).toBe(
      'a report, and the secret in this URL was taken out; ask it from its own list',
    )
  })
})

describe('what is met in real tables', () => {
  it('is read as it was meant', async () => {
    const wide = `${['url', ...Array.from({ length: 73 }, (_, at) => `c${at}`)].join(';')}\r\n${['https://a.example', ...Array(73).fill('"x;y"')].join(';')}`
    expect((await readList(wide, { name: 'list.csv' })).targets[0]).toMatchObject({
      url: 'https://a.example/',
      extra: { c72: 'x;y' },
    })
    const quoted = '\ufeff"id","url"\r\n"1","https://a.example/x,y?q=""z"""\r\n'
    expect(await table(quoted)).toMatchObject([{ line: 2, url: 'https://a.example/x,y?q=%22z%22' }])
    expect(await table(Buffer.from('\ufeffurl;Straße\r\nhttps://a.example;ä\r\n', 'utf16le'))).toMatchObject([
      { extra: { Straße: 'ä' } },
    ])
    expect(await table('url,x\nhttps://a.example,1')).toHaveLength(1)
    expect(await table('url\rhttps://a.example\rhttps://b.example\r')).toHaveLength(2)
  })

  it('may be of Windows', async () => {
    const { targets, notices } = await readList(Buffer.from('url,name\nhttps://a.example,M\xfcller\n', 'latin1'), {
      name: 'list.csv',
    })
    expect(targets[0]!.extra).toEqual({ name: 'Müller' })
    expect(notices).toEqual(['list.csv is not UTF-8; such lines are read as Windows-1252'])
  })

  it('has commas in URLs that part nothing', async () => {
    expect(await urls('url\nhttps://a.example/?b=1,2\n')).toEqual(['https://a.example/?b=1,2'])
    expect(await urls('https://a.example/?b=1,2\nhttps://b.example/\n')).toEqual([
      'https://a.example/?b=1,2',
      'https://b.example/',
    ])
  })

  it('has rows of another width', async () => {
    expect(await table('id,url\n1,https://a.example,2\n1\n1,https://b.example,,\n,\n')).toEqual([
      { line: 2, input: 'https://a.example', reason: '3 cells under 2 columns; quote the URL' },
      { line: 3, input: '', reason: '1 cell under 2 columns' },
      { line: 4, url: 'https://b.example/', extra: { id: '1' } },
    ])
  })

  it('has rows over several lines, blank ones, and some without a URL; the line is where a row begins', async () => {
    const { targets, counts } = await readList(
      '# x\nnote,url\n"two\r\nlines",https://a.example\n\n,,\nx,\ny,https://b.example\n',
      { name: 'list.csv' },
    )
    expect(targets.map(({ line, url, problem }) => [line, url ?? problem!.reason])).toEqual([
      [3, 'https://a.example/'],
      [7, 'no URL in this row'],
      [8, 'https://b.example/'],
    ])
    expect(counts).toEqual({ lines: 7, blank: 4 })
  })

  it('has a quote that is never closed: what was read before it is kept, and the list broke', async () => {
    const { targets, broke } = await readList(
      'url,x\nhttps://a.example,1\nhttps://b.example,"2\nhttps://c.example,3\n',
      { name: 'list.csv' },
    )
    expect(targets).toHaveLength(1)
    expect(broke).toBe('list.csv broke after line 2 (a quote is not closed)')
    const long = await readList(`url,x\nhttps://a.example,1\nhttps://b.example,"${'x'.repeat(2 ** 21)}`, {
      name: 'list.csv',
    })
    expect(long.broke).toBe('list.csv broke after line 2 (a row of more than 1 MiB; a quote is not closed?)')
  })

  it('is an empty table', async () => {
    expect((await readList('', { name: 'list.csv' })).targets).toEqual([])
    expect((await readList('url,x\n', { name: 'list.csv' })).targets).toEqual([])
  })
})
