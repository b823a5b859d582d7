import { describe, expect, test } from 'vitest'
import { createProxyChoice } from '../../../src/http/connect/proxy-choice.js'
import { UsageError } from '../../../src/settings/errors.js'

/** `https://host:port` or `http://…` as a target. */
function target(href: string) {
  const url = new URL(href)
  const secure = url.protocol === 'https:'
  return { secure, hostname: url.hostname, port: Number(url.port || (secure ? 443 : 80)) }
}

function chosen(flag: string | null, env: Record<string, string | undefined>, href: string): string | null {
  return createProxyChoice({ flag, env })(target(href))?.hostname ?? null
}

describe('createProxyChoice', () => {
  test.each([
    ['nothing is set', null, {}, null, null],
    ['--proxy', 'flag:1', {}, 'flag', 'flag'],
    [
      '--proxy over the environment',
      'flag:1',
      { http_proxy: 'a:1', HTTPS_PROXY: 'b:1', ALL_PROXY: 'c:1' },
      'flag',
      'flag',
    ],
    ['--proxy none', 'none', { http_proxy: 'a:1', HTTPS_PROXY: 'b:1', ALL_PROXY: 'c:1' }, null, null],
    ['--proxy NONE', ' NONE ', { ALL_PROXY: 'c:1' }, null, null],
    ['http_proxy', null, { http_proxy: 'a:1' }, 'a', null],
    ['HTTP_PROXY', null, { HTTP_PROXY: 'a:1' }, 'a', null],
    ['HTTP_PROXY in CGI', null, { HTTP_PROXY: 'a:1', REQUEST_METHOD: 'GET' }, null, null],
    ['HTTP_PROXY in CGI, empty', null, { HTTP_PROXY: 'a:1', REQUEST_METHOD: '' }, null, null],
    [
      'HTTP_PROXY in CGI past to all_proxy',
      null,
      { HTTP_PROXY: 'a:1', REQUEST_METHOD: 'GET', ALL_PROXY: 'c:1' },
      'c',
      'c',
    ],
    ['http_proxy in CGI', null, { http_proxy: 'a:1', REQUEST_METHOD: 'GET' }, 'a', null],
    ['HTTPS_PROXY in CGI', null, { HTTPS_PROXY: 'b:1', REQUEST_METHOD: 'GET' }, null, 'b'],
    ['https_proxy', null, { https_proxy: 'b:1' }, null, 'b'],
    ['HTTPS_PROXY', null, { HTTPS_PROXY: 'b:1' }, null, 'b'],
    ['all_proxy', null, { all_proxy: 'c:1' }, 'c', 'c'],
    ['ALL_PROXY', null, { ALL_PROXY: 'c:1' }, 'c', 'c'],
    [
      'lower case wins',
      null,
      { http_proxy: 'a:1', HTTP_PROXY: 'x:1', https_proxy: 'b:1', HTTPS_PROXY: 'x:1' },
      'a',
      'b',
    ],
    ['all_proxy lower case wins', null, { all_proxy: 'c:1', ALL_PROXY: 'x:1' }, 'c', 'c'],
    ['the own one over all_proxy', null, { HTTP_PROXY: 'a:1', all_proxy: 'c:1' }, 'a', 'c'],
    ['https does not fall back to http', null, { http_proxy: 'a:1', HTTP_PROXY: 'a:1' }, 'a', null],
    ['empty is not set', null, { http_proxy: '', HTTP_PROXY: 'a:1', https_proxy: ' ', ALL_PROXY: 'c:1' }, 'a', 'c'],
    ['all empty', null, { http_proxy: '', HTTPS_PROXY: '', ALL_PROXY: '' }, null, null],
    ['undefined is not set', null, { http_proxy: undefined, HTTP_PROXY: 'a:1' }, 'a', null],
    ['other schemes', null, { HTTP_PROXY: 'socks5h://a:1', HTTPS_PROXY: 'https://b:1' }, 'a', 'b'],
    ['NO_PROXY', null, { ALL_PROXY: 'c:1', NO_PROXY: 'example.com' }, null, null],
    ['no_proxy', null, { ALL_PROXY: 'c:1', no_proxy: 'example.com' }, null, null],
    ['no_proxy lower case wins', null, { ALL_PROXY: 'c:1', no_proxy: 'other', NO_PROXY: 'example.com' }, 'c', 'c'],
    ['no_proxy empty is not set', null, { ALL_PROXY: 'c:1', no_proxy: '', NO_PROXY: 'example.com' }, null, null],
    ['NO_PROXY past --proxy', 'flag:1', { NO_PROXY: 'example.com' }, null, null],
    [
      'a variable that is never chosen is not read',
      null,
      { http_proxy: 'a:1', https_proxy: 'b:1', ALL_PROXY: 'socks9://x' },
      'a',
      'b',
    ],
    ['--proxy none reads none', 'none', { http_proxy: '::::' }, null, null],
    ['--proxy reads no other', 'flag:1', { http_proxy: '::::' }, 'flag', 'flag'],
  ])('chooses by %s', (_name, flag, env, plain, secure) => {
    expect(chosen(flag, env, 'http://example.com/')).toBe(plain)
    expect(chosen(flag, env, 'https://example.com/')).toBe(secure)
  })

  const web = 'https://www.example.com/'
  test.each<[list: string, href: string, direct: boolean]>([
    ['', web, false],
    [' , ', web, false],
    ['*', web, true],
    ['*', 'http://127.0.0.1/', true],
    ['*', 'http://[::1]/', true],
    ['other.org, *', web, true],
    ['example.com', 'https://example.com/', true],
    ['example.com', web, true],
    ['example.com', 'https://a.b.example.com/', true],
    ['.example.com', web, true],
    ['.example.com', 'https://example.com/', true],
    ['*.example.com', web, true],
    ['*.example.com', 'https://example.com/', true],
    ['example.com', 'https://notexample.com/', false],
    ['.example.com', 'https://notexample.com/', false],
    ['*.example.com', 'https://notexample.com/', false],
    ['*example.com', web, false],
    ['www.*', web, false],
    ['example.com', 'https://example.com.evil.org/', false],
    ['example.com', 'https://example.org/', false],
    ['www.example.com', 'https://example.com/', false],
    ['com', web, true],
    ['om', web, false],
    ['.', web, false],
    ['..', web, false],
    ['EXAMPLE.com', web, true],
    ['example.com', 'https://WWW.EXAMPLE.COM/', true],
    ['example.com.', web, true],
    ['example.com', 'https://www.example.com./', true],
    ['example.com.', 'https://www.example.com./', true],
    ['bücher.example', 'https://xn--bcher-kva.example/', true],
    ['xn--bcher-kva.example', 'https://bücher.example/', true],
    ['BÜCHER.example', 'https://www.bücher.example/', true],
    ['a.org,example.com,b.org', web, true],
    ['a.org example.com b.org', web, true],
    ['a.org\texample.com', web, true],
    [' a.org ,, example.com , ', web, true],
    ['a.org;example.com', web, false],
    ['example.com:443', web, true],
    ['example.com:443', 'http://www.example.com/', false],
    ['example.com:80', 'http://www.example.com/', true],
    ['.example.com:8443', 'https://www.example.com:8443/', true],
    ['example.com:8443', web, false],
    ['example.com:', web, false],
    ['example.com:x', web, false],
    ['localhost', 'http://localhost/', true],
    ['localhost:3000', 'http://localhost:3000/', true],
    ['localhost:3000', 'http://localhost:3001/', false],
    ['localhost', 'http://127.0.0.1/', false],
    ['127.0.0.1', 'http://localhost/', false],
    ['other.org', 'http://localhost/', false],
    ['other.org', 'http://127.0.0.1/', false],
    ['other.org', 'http://[::1]/', false],
    ['127.0.0.1', 'http://127.0.0.1/', true],
    ['127.0.0.1', 'http://127.0.0.1:8080/', true],
    ['127.0.0.1', 'http://0x7f.1/', true],
    ['127.0.0.1', 'http://127.0.0.2/', false],
    ['127.0.0.1:8080', 'http://127.0.0.1:8080/', true],
    ['127.0.0.1:8080', 'http://127.0.0.1/', false],
    ['0.1', 'http://127.0.0.1/', false],
    ['1', 'http://127.0.0.1/', false],
    ['.0.0.1', 'http://127.0.0.1/', false],
    ['10.0.0.0/8', 'http://10.0.0.0/', true],
    ['10.0.0.0/8', 'http://10.255.255.255/', true],
    ['10.0.0.0/8', 'http://11.0.0.0/', false],
    ['10.0.0.0/8', 'http://9.255.255.255/', false],
    ['10.1.2.3/8', 'http://10.200.0.1/', true],
    ['192.168.4.0/22', 'http://192.168.7.255/', true],
    ['192.168.4.0/22', 'http://192.168.8.0/', false],
    ['192.168.4.0/22', 'http://192.168.3.255/', false],
    ['192.0.2.128/25', 'http://192.0.2.128/', true],
    ['192.0.2.128/25', 'http://192.0.2.127/', false],
    ['192.0.2.1/32', 'http://192.0.2.1/', true],
    ['192.0.2.1/32', 'http://192.0.2.2/', false],
    ['192.0.2.0/31', 'http://192.0.2.1/', true],
    ['0.0.0.0/0', 'http://203.0.113.9/', true],
    ['0.0.0.0/0', 'http://[::1]/', false],
    ['0.0.0.0/0', web, false],
    ['10.0.0.0/33', 'http://10.0.0.0/', false],
    ['10.0.0.0/', 'http://10.0.0.0/', false],
    ['10.0.0.0/x', 'http://10.0.0.0/', false],
    ['10.0.0.0/-1', 'http://10.0.0.0/', false],
    ['10.0.0/8', 'http://10.0.0.0/', false],
    ['10.0.0.0/8', 'http://10.example.com/', false],
    ['a.org, 10.0.0.0/8', 'http://10.1.1.1/', true],
    ['10.0.0.0/8:80', 'http://10.1.1.1/', true],
    ['10.0.0.0/8:81', 'http://10.1.1.1/', false],
    ['::1', 'http://[::1]/', true],
    ['[::1]', 'http://[::1]/', true],
    ['0:0:0:0:0:0:0:1', 'http://[::1]/', true],
    ['::1', 'http://[::2]/', false],
    ['[::1]:8080', 'http://[::1]:8080/', true],
    ['[::1]:8080', 'http://[::1]/', false],
    ['[2001:DB8::1]', 'http://[2001:db8::1]/', true],
    ['2001:db8::8080', 'http://[2001:db8::]:8080/', false],
    ['fd00::/8', 'http://[fdff::1]/', true],
    ['fd00::/8', 'http://[fe00::1]/', false],
    ['[fd00::]/8', 'http://[fd12::1]/', true],
    ['[fd00::]/8:80', 'http://[fd12::1]/', true],
    ['[fd00::]/8:81', 'http://[fd12::1]/', false],
    ['2001:db8::/33', 'http://[2001:db8:7fff::1]/', true],
    ['2001:db8::/33', 'http://[2001:db8:8000::1]/', false],
    ['::/0', 'http://[2001:db8::1]/', true],
    ['::/0', 'http://192.0.2.1/', false],
    ['fd00::/129', 'http://[fd00::]/', false],
    ['[::1', 'http://[::1]/', false],
    ['::1]', 'http://[::1]/', false],
    ['127.0.0.0/8', 'http://[::ffff:127.0.0.1]/', false],
  ])('NO_PROXY %j for %s goes direct: %s', (list, href, direct) => {
    expect(chosen(null, { ALL_PROXY: 'c:1', NO_PROXY: list }, href)).toBe(direct ? null : 'c')
    expect(chosen('flag:1', { NO_PROXY: list }, href)).toBe(direct ? null : 'flag')
  })

  test.each([
    ['--proxy', 'ftp://me:secret@a', {}],
    ['--proxy', '', {}],
    ['http_proxy', null, { http_proxy: 'ftp://me:secret@a', HTTP_PROXY: 'a:1' }],
    ['HTTP_PROXY', null, { HTTP_PROXY: 'http://me:sec/ret@a', https_proxy: 'b:1' }],
    ['https_proxy', null, { http_proxy: 'a:1', https_proxy: 'http://me:secret@a:99999' }],
    ['HTTPS_PROXY', null, { HTTPS_PROXY: 'socks6://me:secret@a' }],
    ['all_proxy', null, { http_proxy: 'a:1', all_proxy: 'socks7://me:secret@a' }],
    ['ALL_PROXY', null, { ALL_PROXY: 'sock://me:secret@a' }],
  ])('names %s when its value is no proxy, without the value', (source, flag, env) => {
    const make = () => createProxyChoice({ flag, env })
    expect(make).toThrow(UsageError)
    expect(make).toThrow(new RegExp(`^${source}: expected a proxy such as`))
    expect(make).not.toThrow(/sec/)
  })
})
