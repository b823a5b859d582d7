// To whom the client's certificate is shown: the origins that the list names, as with headers and user. Never to where
// they redirect, not even on the way back, and never to a proxy.

import { writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { tempFolder } from '../cli/support/temp-folder.js'
import { testCertificates } from '../support/certificates.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { type Handler, startHttpServer } from '../support/http-server.js'
import { ask } from './support/ask.js'
import { makeClientCertificate } from './support/client-certificate.js'

const { root, valid } = testCertificates()

/** A server that would like a certificate and notes, by path, whether one was shown. */
async function curious(redirects: Readonly<Record<string, string>>) {
  const shown: [path: string, certificate: string | null][] = []
  const handler: Handler = (request, response) => {
    shown.push([request.url!, certificateOf(request)])
    const location = redirects[request.url!]
    response.writeHead(location === undefined ? 204 : 302, location === undefined ? {} : { location })
    response.end()
  }
  const tls = { ...valid, ca: root.cert, requestCert: true, rejectUnauthorized: false }
  const server = closeAfterTest(await startHttpServer(handler, { tls }))
  return { server, shown, redirects }
}

function certificateOf({ socket }: IncomingMessage): string | null {
  return (socket as TLSSocket).getPeerCertificate().subject?.CN?.toString() ?? null
}

async function flags(): Promise<readonly string[]> {
  const folder = await tempFolder()
  const client = makeClientCertificate(root)
  const [ca, cert] = [join(folder, 'ca.pem'), join(folder, 'cert.pem')]
  await writeFile(ca, root.cert)
  await writeFile(cert, client.cert + client.key)
  return ['--ca-file', ca, '--cert', cert]
}

test('a certificate stays with the origin of the list, also on the way back from elsewhere', async () => {
  const ways: Record<string, string> = {}
  const home = await curious(ways)
  const abroad = await curious({ '/there': `https://localhost:${home.server.port}/back` })
  ways['/away'] = `https://localhost:${abroad.server.port}/there`
  ways['/near'] = '/here'
  const lines = ['/away', '/near', '/plain'].map((path) => `https://localhost:${home.server.port}${path}`)
  // One at a time, so that connections are there to be shared.
  const { rows } = await ask(lines, [...(await flags()), '-c', '1'])
  expect(rows.map(({ status }) => status)).toEqual([204, 204, 204])
  expect(Object.fromEntries(home.shown)).toEqual({
    '/away': 'client.example',
    '/near': 'client.example',
    '/here': 'client.example',
    '/plain': 'client.example',
    '/back': null,
  })
  expect(abroad.shown).toEqual([['/there', null]])
})

test('an origin that is both of the list and redirected to sees it only where the list asks', async () => {
  const target = await curious({})
  const home = await curious({ '/to': `https://localhost:${target.server.port}/redirected` })
  const lines = [`https://localhost:${home.server.port}/to`, `https://localhost:${target.server.port}/listed`]
  await ask([...lines, ...lines.map((line) => `${line}?again`)], [...(await flags()), '-c', '1', '-k'])
  for (const [path, certificate] of target.shown) {
    expect([path, certificate]).toEqual([path, path.startsWith('/listed') ? 'client.example' : null])
  }
})

test('an https proxy does not see it', async () => {
  const proxy = await curious({})
  const proxied = ['--proxy', `https://localhost:${proxy.server.port}`]
  const { rows } = await ask(['http://www.a.example/'], [...(await flags()), ...proxied])
  expect(rows.map(({ status }) => status)).toEqual([204])
  expect(proxy.shown).toEqual([['http://www.a.example/', null]])
})
