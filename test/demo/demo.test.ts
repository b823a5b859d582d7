import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { spawnCli, startCli } from '../support/spawn-cli.js'

const script = fileURLToPath(new URL('demo.js', import.meta.url))

test('the servers of the demo do what the list says', async () => {
  const demo = startCli(['--serve'], { script })
  await demo.wrote('# Ctrl-C to stop')
  const urls = [...demo.stdoutText().matchAll(/^https?:\S+/gm)].map(([url]) => new URL(url))
  expect(urls).toHaveLength(15)

  const seen: Record<string, number | string> = {}
  for (const url of urls.filter(({ hostname }) => hostname === '127.0.0.1')) {
    const name = url.pathname === '/' ? `${url.protocol}${urls.indexOf(url)}` : url.pathname
    const answer = fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(2000) })
    seen[name] = await answer.then(
      async (response) => {
        await response.body?.cancel()
        return response.status
      },
      (error) => error.cause?.code ?? error.cause?.message ?? error.name,
    )
  }
  expect(seen).toMatchObject({
    '/fast': 200,
    '/slow': 200,
    '/moved': 301,
    '/round': 302,
    '/no-such-page': 404,
    '/broken': 500,
    '/private': 403,
    '/busy': 429,
    '/silent': 'TimeoutError',
    '/reset': expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/),
    '/endless': 200,
    'https:11': 'DEPTH_ZERO_SELF_SIGNED_CERT',
    'http:13': 'ECONNREFUSED',
  })
  const ssh = connect(Number(urls[12]!.port), '127.0.0.1')
  ssh.once('data', () => ssh.end())
  expect(await text(ssh)).toMatch(/^SSH-2.0-/)
  demo.kill('SIGTERM')
  await demo.finished
})

test('the whole demo shows every behaviour it promises and ends well', async () => {
  const demo = await spawnCli([], { script })
  expect(demo.stderr).toContain('\n$ scrape-status -t 3s --retries 0 urls.txt\n')
  expect(demo.stderr).toContain('Exit code 1: some URLs failed, as they should here.')
  expect(demo.code).toBe(0)

  const words = Object.fromEntries(
    [...demo.stdout.matchAll(/^[✓✗?] +(\S+) +[\d.]+ m?s +(\S+)/gm)].map(([, word, url]) => [nameOf(url!), word]),
  )
  expect(words).toEqual({
    '/fast': '200',
    '/slow': '200',
    '/moved': '200',
    '/round': 'LOOP',
    '/no-such-page': '404',
    '/broken': '500',
    '/private': '403',
    '/busy': '429',
    '/silent': 'LATE',
    '/reset': 'TCP',
    '/endless': '200',
    'https:': 'TLS',
    'ssh or closed': expect.stringMatching(/HTTP|TCP/),
    'no-such-host.invalid': 'DNS',
  })
  expect(demo.stdout).toMatch(/the answer is not HTTP/)
  expect(demo.stdout).toMatch(/connection refused/)
  expect(demo.stdout).toMatch(/4 ok · 10 failed · 1 inconclusive .* exit code 1\n/)
  expect(demo.stdout).toMatch(/\n {2}lines {4}15 = 15 checked\n/)
})

function nameOf(text: string): string {
  const { pathname, protocol, hostname } = new URL(text)
  if (pathname !== '/') return pathname
  if (hostname !== '127.0.0.1') return hostname
  return protocol === 'https:' ? protocol : 'ssh or closed'
}
