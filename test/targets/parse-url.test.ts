import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseUrl } from '../../src/targets/parse-url.js'

describe('a written URL', () => {
  it.each<[written: string, url: string, host: string]>([
    ['https://example.com/', 'https://example.com/', 'example.com'],
    ['HTTP://EXAMPLE.com:80/A?b#C', 'http://example.com/A?b#C', 'example.com'],
    ['example.com', 'https://example.com/', 'example.com'],
    ['example.com/a?b=c#d', 'https://example.com/a?b=c#d', 'example.com'],
    ['example.com:8080/x', 'https://example.com:8080/x', 'example.com'],
    ['h:80', 'http://h/', 'h'],
    ['h:80/x', 'http://h/x', 'h'],
    ['h:443', 'https://h/', 'h'],
    ['a_b-c.d1.example', 'https://a_b-c.d1.example/', 'a_b-c.d1.example'],
    ['https://web.archive.org/web/https://x/', 'https://web.archive.org/web/https://x/', 'web.archive.org'],
    ['https://x/?u=http://y', 'https://x/?u=http://y', 'x'],
    ['https://https/x', 'https://https/x', 'https'],
    [
      'https://fa.example/می\u200cخواهم',
      'https://fa.example/%D9%85%DB%8C%E2%80%8C%D8%AE%D9%88%D8%A7%D9%87%D9%85',
      'fa.example',
    ],
    ['//example.com/x', 'https://example.com/x', 'example.com'],
    ['localhost', 'http://localhost/', 'localhost'],
    ['localhost:3000', 'http://localhost:3000/', 'localhost'],
    ['LOCALHOST:3000/x', 'http://localhost:3000/x', 'localhost'],
    ['api.localhost:3000/x', 'http://api.localhost:3000/x', 'api.localhost'],
    ['localhost.example.com', 'https://localhost.example.com/', 'localhost.example.com'],
    ['127.0.0.1:8080/x', 'http://127.0.0.1:8080/x', '127.0.0.1'],
    ['1e100.net', 'https://1e100.net/', '1e100.net'],
    ['[::1]:80', 'http://[::1]/', '[::1]'],
    ['https://[2001:DB8::1]/', 'https://[2001:db8::1]/', '[2001:db8::1]'],
    ['0177.0.0.1', 'http://127.0.0.1/', '127.0.0.1'],
    ['0x7f.1', 'http://127.0.0.1/', '127.0.0.1'],
    ['2130706433', 'http://127.0.0.1/', '127.0.0.1'],
    ['127.1', 'http://127.0.0.1/', '127.0.0.1'],
    ['①②⑦.0.0.1', 'http://127.0.0.1/', '127.0.0.1'],
    ['127。0。0。1', 'http://127.0.0.1/', '127.0.0.1'],
    ['http:\\\\h\\p', 'http://h/p', 'h'],
    ['http:h', 'http://h/', 'h'],
    ['http:///h', 'http://h/', 'h'],
    ['https://evil.com\\@good.com', 'https://evil.com/@good.com', 'evil.com'],
    ['https://a@b@c/', 'https://a%40b@c/', 'c'],
    ['https://user:pw@example.com/', 'https://user:pw@example.com/', 'example.com'],
    ['https://example.com./', 'https://example.com./', 'example.com'],
    ['https://bücher.de/', 'https://xn--bcher-kva.de/', 'xn--bcher-kva.de'],
    ['https://XN--bcher-KVA.de/', 'https://xn--bcher-kva.de/', 'xn--bcher-kva.de'],
    ['https://xn--ls8h.la./', 'https://xn--ls8h.la./', 'xn--ls8h.la'],
    ['https://axn--a.de/', 'https://axn--a.de/', 'axn--a.de'],
    ['faß.de', 'https://xn--fa-hia.de/', 'xn--fa-hia.de'],
    ['https://x/a\ud800', 'https://x/a%EF%BF%BD', 'x'],
    ['https://x/a"b', 'https://x/a%22b', 'x'],
    ['https://x:65535/', 'https://x:65535/', 'x'],
    [`https://${'a'.repeat(63)}.com/`, `https://${'a'.repeat(63)}.com/`, `${'a'.repeat(63)}.com`],
  ])('%s is %s', (written, url, host) => {
    expect(parseUrl(written)).toEqual({ url, host, problem: null })
  })

  it.each<[written: string, reason: string]>([
    ['mailto:a@example.com', 'only http and https: mailto'],
    ['FTP://example.com/', 'only http and https: ftp'],
    ['tel:12345', 'only http and https: tel'],
    ['javascript:', 'only http and https: javascript'],
    ['javascript:alert(1)', 'only http and https: javascript'],
    ['my.app://x', 'only http and https: my.app'],
    ['https://x:0/', 'the port must be 1 to 65535'],
    ['x:0', 'the port must be 1 to 65535'],
    ['https://x:65536/', 'the port must be 1 to 65535'],
    ['x:65536', 'the port must be 1 to 65535'],
    ['https://user:secret@x:99999/', 'the port must be 1 to 65535'],
    ['https://x:y/', 'the port is not a number'],
    ['example.com:y/', 'the port is not a number'],
    ['https://x/a b', 'a space in the URL; write %20'],
    ['https://x/a\tb', 'a tab in the URL; write %09'],
    ['https://x/\x1b[31m', 'a control character (U+001B) in the URL'],
    ['https://x/\r\nHost: y', 'a control character (U+000D) in the URL'],
    ['https://x/\x85', 'a control character (U+0085) in the URL'],
    ['https://[fe80::1%eth0]/', 'an IPv6 zone only means something on one machine; write the address without it'],
    ['[fe80::1%25eth0]:80', 'an IPv6 zone only means something on one machine; write the address without it'],
    ['https://[::g]/', 'not a host name: [::g]'],
    ['https://a..b/', 'the host name has an empty label'],
    ['https://.h/', 'the host name has an empty label'],
    ['https://h../', 'the host name has an empty label'],
    ['.', 'a path without a host'],
    ['https://', 'no host'],
    ['?x', 'a path without a host'],
    ['/about', 'a path without a host'],
    ['[x](https://x/)', 'a link in Markdown'],
    ['![x](https://x/)', 'a link in Markdown'],
    ['"https://x/"', 'a URL in quotes or brackets'],
    ['<https://x/>', 'a URL in quotes or brackets'],
    ['https://a\u202eb.com/', 'an invisible character (U+202E, right-to-left override) in the URL'],
    ['https://x/a\u00a0b', 'an invisible character (U+00A0, no-break space) in the URL'],
    ['https://x/a\u200bb', 'an invisible character (U+200B, zero width space) in the URL'],
    ['https://x/a\ufeff', 'an invisible character (U+FEFF, byte order mark) in the URL'],
    ['https://x/a\u3000b', 'an invisible character (U+3000, ideographic space) in the URL'],
    ['https://x/a\u2028b', 'an invisible character (U+2028, line separator) in the URL'],
    ['https://x/a\u2003b', 'an invisible character (U+2003) in the URL'],
    ['https://x/a\x0bb', 'a control character (U+000B) in the URL'],
    ['user:pw@example.com', 'only http and https: user'],
    ['htp://x/', 'only http and https: htp'],
    ['http//x/', 'a colon is missing: http://'],
    ['HTTPS//x/', 'a colon is missing: https://'],
    ['https/x', 'a colon is missing: https://'],
    ['https', 'a colon is missing: https://'],
    ['//http//x', 'a colon is missing: http://'],
    ['https://http//x/', 'a colon is missing: http://'],
    ['https://u:p@https://x/', 'a colon is missing: https://'],
    ['https://https://x/', 'two schemes; write one'],
    ['http://https:/x', 'two schemes; write one'],
    ['https:http://x/', 'two schemes; write one'],
    ['https://ftp://x/', 'two schemes; write one'],
    ['http://htp://x/', 'two schemes; write one'],
    ['http;//x/', 'not a host name: http;'],
    ['https:://x/', 'not a host name: :'],
    ['https://$(host)/', 'not a host name: $(host)'],
    ['https://$HOST/', 'not a host name: $HOST'],
    ['https://*.a.example/', 'not a host name: *.a.example'],
    ['https://a,b/', 'not a host name: a,b'],
    ['a,b', 'not a host name: a,b'],
    ['https://u:secret@a;b/', 'not a host name: a;b'],
    ['https://{{host}}/', 'not a host name: {{host}}'],
    ["https://a'b/", "not a host name: a'b"],
    ['https://a\u200db.com/', 'not a host name: a\u200db.com'],
    ['https://xn--a/', 'not a host name: xn--a'],
    ['https://xn--/', 'not a host name: xn--'],
    ['XN--A.example', 'not a host name: XN--A.example'],
    ['https://xn--bcher-kva.xn--a-b-c/', 'not a host name: xn--bcher-kva.xn--a-b-c'],
    ['https://user:secret@a^b/', 'not a host name: a^b'],
    ['https://256.1.1.1/', 'not a host name: 256.1.1.1'],
    [`https://${'a'.repeat(64)}.com/`, 'a label of the host name is longer than 63 characters'],
    [`https://${'a.'.repeat(127)}com/`, 'the host name is longer than 253 characters'],
    [`https://x/${'a'.repeat(65_536)}`, 'the URL is longer than 64 KiB'],
  ])('%j is refused', (written, reason) => {
    expect(parseUrl(written)).toMatchObject({ url: null, host: '', problem: { kind: 'url.invalid', reason } })
  })

  it.each<[written: string, base: string, url: string]>([
    ['/healthz', 'https://x/', 'https://x/healthz'],
    ['/a?b#c', 'https://x/', 'https://x/a?b#c'],
    ['/healthz', 'http://u:p@x:81/app/page?q#f', 'http://u:p@x:81/healthz'],
    ['./y', 'https://x/app/page', 'https://x/app/y'],
    ['../y', 'https://x/app/page', 'https://x/y'],
    ['..', 'https://x/app/page', 'https://x/'],
    ['?y', 'https://x/app/page?q', 'https://x/app/page?y'],
    ['/../../y', 'https://x/app/', 'https://x/y'],
    ['/http://y/', 'https://x/', 'https://x/http://y/'],
    ['/:80/@z', 'https://x/', 'https://x/:80/@z'],
    ['/y', 'https://http/', 'https://http/y'],
    ['healthz', 'https://x/', 'https://healthz/'],
    ['//y/healthz', 'https://x/', 'https://y/healthz'],
    ['https://y/', 'https://x/', 'https://y/'],
  ])('%s with the base %s is %s', (written, base, url) => {
    expect(parseUrl(written, base)).toEqual({ url, host: new URL(url).hostname, problem: null })
  })

  it.each<[written: string, reason: string]>([
    ['/\\evil.example/x', 'a path that begins with a backslash'],
    ['\\x', 'a path that begins with a backslash'],
    ['\\\\evil.example/x', 'a path that begins with a backslash'],
    ['/a b', 'a space in the URL; write %20'],
    ['mailto:a@b', 'only http and https: mailto'],
  ])('%s is refused with a base too', (written, reason) => {
    expect(parseUrl(written, 'https://x/').problem).toMatchObject({ kind: 'url.invalid', reason })
  })

  it('says which scheme was meant', () => {
    const hint = (written: string) => parseUrl(written).problem?.hint ?? null
    expect(['htp://x', 'hhtps://x', 'ttp://x', 'hxxps://x', 'ftp://x', 'mailto:a@b'].map(hint)).toEqual([
      'Did you mean http://?',
      'Did you mean https://?',
      'Did you mean http://?',
      'Did you mean https://?',
      null,
      null,
    ])
    expect(hint('https://x/\u200bb')).toBe('If it is meant: %E2%80%8B')
  })

  it('never throws, and what it gives is stable, http or https, and has a host', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl({ withFragments: true, withQueryParameters: true }),
      fc.array(fc.constantFrom(...'ah:/\\@[]%.#?1é\u202e')).map((units) => units.join('')),
    )
    fc.assert(
      fc.property(text, (written) => {
        const { url, host } = parseUrl(written)
        if (url === null) return
        expect(url).toMatch(/^https?:\/\//)
        expect(host).not.toBe('')
        expect(host).toBe(host.toLowerCase())
        expect(parseUrl(url)).toEqual({ url, host, problem: null })
      }),
      { numRuns: 500 },
    )
  })
})
