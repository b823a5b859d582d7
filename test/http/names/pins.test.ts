// --resolve: what curl takes of it works the same, what it does not know is exit 2, and nothing is passed over in silence.

import { describe, expect, test } from 'vitest'
import { createClient, fetchStatus } from '../../../src/index.js'
import { parseResolve } from '../../../src/settings/addresses.js'
import { ValueError } from '../../../src/settings/errors.js'
import { closeAfterTest } from '../../support/close-after-test.js'
import { startHttpServer } from '../../support/http-server.js'
import { spawnCli } from '../../support/spawn-cli.js'

describe('parseResolve', () => {
  test.each<[text: string, host: string, port: number, address: string]>([
    ['example.com:443:127.0.0.1', 'example.com', 443, '127.0.0.1'],
    ['Example.COM:443:127.0.0.1', 'example.com', 443, '127.0.0.1'],
    ['example.com.:443:127.0.0.1', 'example.com', 443, '127.0.0.1'],
    ['bücher.example:443:127.0.0.1', 'xn--bcher-kva.example', 443, '127.0.0.1'],
    ['BÜCHER.example.:443:127.0.0.1', 'xn--bcher-kva.example', 443, '127.0.0.1'],
    ['例え。テスト:443:127.0.0.1', 'xn--r8jz45g.xn--zckzah', 443, '127.0.0.1'],
    ['xn--bcher-kva.example:443:127.0.0.1', 'xn--bcher-kva.example', 443, '127.0.0.1'],
    ['a_b.example:443:127.0.0.1', 'a_b.example', 443, '127.0.0.1'],
    ['*:443:127.0.0.1', '*', 443, '127.0.0.1'],
    ['+example.com:443:127.0.0.1', 'example.com', 443, '127.0.0.1'],
    ['+*:443:127.0.0.1', '*', 443, '127.0.0.1'],
    ['127.0.0.5:80:127.0.0.1', '127.0.0.5', 80, '127.0.0.1'],
    ['127.5:80:127.0.0.1', '127.0.0.5', 80, '127.0.0.1'],
    ['[::1]:80:127.0.0.1', '[::1]', 80, '127.0.0.1'],
    ['[0:0:0:0:0:0:0:1]:80:127.0.0.1', '[::1]', 80, '127.0.0.1'],
    ['example.com:443:::1', 'example.com', 443, '::1'],
    ['example.com:443:[::1]', 'example.com', 443, '::1'],
    ['example.com:443:[::1],127.0.0.1,2001:db8::1', 'example.com', 443, '::1,127.0.0.1,2001:db8::1'],
    ['example.com:443:127.0.0.1,', 'example.com', 443, '127.0.0.1'],
  ])('reads %j', (text, host, port, address) => {
    expect(parseResolve(text)).toEqual({ host, port, address })
  })

  test.each([
    ...['', 'example.com', 'example.com:443', 'example.com:443:', 'example.com:443:,', ':443:127.0.0.1'],
    ...['example.com:0:127.0.0.1', 'example.com:65536:127.0.0.1', 'example.com:*:127.0.0.1', 'example.com:x:127.0.0.1'],
    ...[
      'example.com:443:other.example',
      'example.com:443:127.0.0.1, 127.0.0.2',
      'example.com:443:127.0.0.1,,127.0.0.2',
    ],
    ...['*.example.com:443:127.0.0.1', '**:443:127.0.0.1', '-example.com:443', '-example.com:443:127.0.0.1'],
    ...['a b:443:127.0.0.1', 'http://a:443:127.0.0.1', 'a@b:443:127.0.0.1', 'a/b:443:127.0.0.1', '%61:443:127.0.0.1'],
    ...['xn--a:443:127.0.0.1', '[::1:443:127.0.0.1', '[fe80::1%25eth0]:443:127.0.0.1', '.:443:127.0.0.1'],
  ])('refuses %j', (text) => {
    expect(() => parseResolve(text)).toThrow(ValueError)
  })
})

describe('--resolve', () => {
  const start = async () => closeAfterTest(await startHttpServer({ '*': 200 }))
  const statuses = async (urls: readonly string[], flags: readonly string[]) => {
    const { stdout, stderr } = await spawnCli([...flags, '--retries', '0', '-r', 'ndjson', ...urls])
    const rows = stdout.split('\n').flatMap((row) => (row === '' ? [] : [JSON.parse(row)]))
    return { stderr, byUrl: Object.fromEntries(rows.map(({ input, status }) => [input, status])) }
  }

  test('of * is for every host on the port, but for those that are named, whatever the order', async () => {
    const server = await start()
    const { port } = server
    const wild = `*:${port}:127.0.0.1`
    const dead = `named.example:${port}:127.0.0.66`
    const urls = ['a.example', 'bücher.example', 'named.example', 'B.Example.'].map((host) => `http://${host}:${port}/`)
    for (const order of [
      [wild, dead],
      [dead, wild],
    ]) {
      const { byUrl } = await statuses(
        urls,
        order.flatMap((text) => ['--resolve', text]),
      )
      expect(Object.values(byUrl).toSorted()).toEqual([0, 200, 200, 200])
      expect(byUrl[urls[2]!]).toBe(0)
    }
  })

  test.each([
    ['bücher.example', 'http://bücher.example:PORT/'],
    ['bücher.example', 'http://xn--bcher-kva.example:PORT/'],
    ['xn--bcher-kva.example', 'http://BÜCHER.example:PORT/'],
    ['A.EXAMPLE.', 'http://a.example:PORT/'],
    ['a.example', 'http://a.example.:PORT/'],
    ['[::5]', 'http://[0::5]:PORT/'],
  ])('of %s is for %s', async (host, url) => {
    const { port } = await start()
    const written = url.replace('PORT', `${port}`)
    const { byUrl } = await statuses([written], ['--resolve', `${host}:${port}:127.0.0.1`])
    expect(byUrl[written]).toBe(200)
  })

  test('takes several addresses, and the later of two for one host', async () => {
    const { port } = await start()
    const url = `http://a.example:${port}/`
    for (const resolve of [
      [`a.example:${port}:127.0.0.66,127.0.0.67,127.0.0.1`],
      [`a.example:${port}:[::66],127.0.0.1`],
      [`a.example:${port}:127.0.0.66`, `a.example:${port}:127.0.0.1`],
    ]) {
      const { byUrl } = await statuses(
        [url],
        resolve.flatMap((text) => ['--resolve', text]),
      )
      expect(byUrl[url], resolve.join(' ')).toBe(200)
    }
  })

  test.each(['*.example:80:127.0.0.1', '-a.example:80', 'a.example:80:b.example'])('of %s is exit 2', async (text) => {
    const { code, stderr } = await spawnCli(['--resolve', text, 'http://a.example/'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/--resolve.*HOST:PORT:ADDRESS/)
  })

  test('is the same in the library, which throws for what it cannot read', async () => {
    const { port } = await start()
    const { host, address } = { host: 'BÜCHER.Example.', address: '127.0.0.66,127.0.0.1' }
    await using client = createClient({ resolve: [{ host, port, address }] })
    expect((await fetchStatus(client, `http://bücher.example:${port}/`))[0]).toBe(200)
    expect(() => createClient({ resolve: [{ host: '*.example', port, address }] })).toThrow(
      /^resolve: expected HOST:PORT:ADDRESS.* got .*\*\.example/,
    )
    expect(() => createClient({ resolve: [{ host, port, address: 'localhost' }] })).toThrow(TypeError)
  })
})
