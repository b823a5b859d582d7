import { describe, expect, test } from 'vitest'
import { parseProxy, proxyAuthorization } from '../../../src/http/connect/proxy-server.js'
import { ValueError } from '../../../src/settings/errors.js'

describe('parseProxy', () => {
  const me = { username: 'me', password: 'secret' }

  test.each([
    ['proxy.example:3128', 'http', 'proxy.example', 3128, null],
    ['proxy.example', 'http', 'proxy.example', 1080, null],
    ['http://proxy.example', 'http', 'proxy.example', 1080, null],
    ['http://proxy.example:80', 'http', 'proxy.example', 80, null],
    ['http://proxy.example:80/', 'http', 'proxy.example', 80, null],
    ['http://proxy.example:0080', 'http', 'proxy.example', 80, null],
    ['http://proxy.example:3128/', 'http', 'proxy.example', 3128, null],
    ['HTTP://Proxy.Example:3128', 'http', 'proxy.example', 3128, null],
    ['  http://proxy.example:3128\n', 'http', 'proxy.example', 3128, null],
    ['http:/proxy.example:3128', 'http', 'proxy.example', 3128, null],
    ['socks5h:///proxy.example', 'socks5h', 'proxy.example', 1080, null],
    ['https://proxy.example', 'https', 'proxy.example', 443, null],
    ['https://proxy.example:80', 'https', 'proxy.example', 80, null],
    ['https://proxy.example:8443', 'https', 'proxy.example', 8443, null],
    ['http://proxy.example:80/path', 'http', 'proxy.example', 80, null],
    ['http://me:secret@proxy.example:3128/a/b?c#d', 'http', 'proxy.example', 3128, me],
    ['http://proxy.example?query', 'http', 'proxy.example', 1080, null],
    ['proxy.example:80/', 'http', 'proxy.example', 80, null],
    ['socks5h://[::1]:80/path:99', 'socks5h', '[::1]', 80, null],
    ['socks4://me@proxy.example', 'socks4', 'proxy.example', 1080, { username: 'me', password: '' }],
    ['socks4a://proxy.example:9050/', 'socks4a', 'proxy.example', 9050, null],
    ['socks://proxy.example', 'socks4', 'proxy.example', 1080, null],
    ['SOCKS://127.0.0.1:1080/', 'socks4', '127.0.0.1', 1080, null],
    ['socks5://proxy.example', 'socks5', 'proxy.example', 1080, null],
    ['socks5h://proxy.example:9050', 'socks5h', 'proxy.example', 9050, null],
    ['SOCKS5H://127.0.0.1:9050', 'socks5h', '127.0.0.1', 9050, null],
    ['127.0.0.1:3128', 'http', '127.0.0.1', 3128, null],
    ['127.1:3128', 'http', '127.0.0.1', 3128, null],
    ['[::1]:3128', 'http', '[::1]', 3128, null],
    ['http://[::1]', 'http', '[::1]', 1080, null],
    ['http://[0:0:0:0:0:0:0:1]:80', 'http', '[::1]', 80, null],
    ['bücher.example:3128', 'http', 'xn--bcher-kva.example', 3128, null],
    ['me:secret@proxy.example:3128', 'http', 'proxy.example', 3128, me],
    ['http://me:secret@proxy.example:80', 'http', 'proxy.example', 80, me],
    ['me:80@proxy.example', 'http', 'proxy.example', 1080, { username: 'me', password: '80' }],
    ['socks5h://me:secret@[::1]', 'socks5h', '[::1]', 1080, me],
    ['http://me@proxy.example:1', 'http', 'proxy.example', 1, { username: 'me', password: '' }],
    ['http://:secret@proxy.example:1', 'http', 'proxy.example', 1, { username: '', password: 'secret' }],
    ['http://@proxy.example:1', 'http', 'proxy.example', 1, null],
    [
      'http://me:p%40ss%2Fw%3Ard@proxy.example:1',
      'http',
      'proxy.example',
      1,
      { username: 'me', password: 'p@ss/w:rd' },
    ],
    ['http://me:p@ss@proxy.example:1', 'http', 'proxy.example', 1, { username: 'me', password: 'p@ss' }],
    ['http://me:100%@proxy.example:1', 'http', 'proxy.example', 1, { username: 'me', password: '100%' }],
    ['http://mé:%C3%A9€@proxy.example:1', 'http', 'proxy.example', 1, { username: 'mé', password: 'é€' }],
  ] as const)('reads %j', (text, protocol, hostname, port, credentials) => {
    const href = `${protocol}://${hostname}:${port}`
    expect(parseProxy(text)).toEqual({ protocol, hostname, port, credentials, href })
  })

  test.each([
    [''],
    [' '],
    ['http://'],
    ['http://:3128'],
    ['ftp://me:secret@proxy.example'],
    ['socks6://me:secret@proxy.example'],
    ['sockss://me:secret@proxy.example'],
    ['socks4://secret%00@proxy.example'],
    ['socks5://me:secret%00@proxy.example'],
    ['://me:secret@proxy.example'],
    ['http://me:secret@proxy.example:65536'],
    ['http://me:secret@proxy.example:0'],
    ['http://me:secret@proxy.example:port'],
    ['http://me:sec/ret@proxy.example:3128'],
    ['http://me:1/secret@proxy.example:3128'],
    ['http://me:1?secret@proxy.example:3128'],
    ['http://me:1#secret@proxy.example:3128'],
    ['http://me:1/secret@proxy.example'],
    ['http://me:secret@proxy example:3128'],
    ['http://me:secret@proxy\r\n.example:3128'],
    ['http://me:secret%E9@proxy.example:3128'],
    ['http://me:secret@[::1:3128'],
    ['http://me:secret@[fe80::1%25eth0]:3128'],
    ['http://me:secret@256.1.1.1:3128'],
    [`socks5://me:secret${'x'.repeat(250)}@proxy.example`],
    [`socks5h://secret${'é'.repeat(125)}@proxy.example`],
  ])('refuses %j without repeating it', (text) => {
    let error: unknown
    try {
      parseProxy(text)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(ValueError)
    expect((error as ValueError).expected).toMatch(/^a proxy such as/)
    expect(JSON.stringify(error) + String(error) + (error as Error).stack).not.toContain('secret')
  })

  test('keeps credentials out of href and makes them a Basic header', () => {
    const proxy = parseProxy('http://m%C3%A9:p%3Aw@proxy.example:3128')
    expect(proxy.href).toBe('http://proxy.example:3128')
    expect(proxyAuthorization(proxy)).toBe(`Basic ${Buffer.from('mé:p:w').toString('base64')}`)
    expect(proxyAuthorization(parseProxy('proxy.example'))).toBeNull()
  })
})
