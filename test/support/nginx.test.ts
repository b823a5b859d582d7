import { expect, test } from 'vitest'
import { testCertificates } from './certificates.js'
import { closeAfterTest } from './close-after-test.js'
import { startNginx } from './nginx.js'

test('serves locations and files, plain and TLS, and is gone after', async () => {
  const nginx = closeAfterTest(
    await startNginx({
      locations: { '= /old': 'return 301 /new', '/teapot': "return 418 'short'", '/': 'try_files $uri =404' },
      files: { 'a/page.html': '<p>hello' },
      tls: testCertificates().valid,
      host: '0.0.0.0',
    }),
  )
  const old = await fetch(`${nginx.url}/old`, { redirect: 'manual' })
  expect([old.status, old.headers.get('location'), old.headers.get('server')]).toEqual([
    301,
    `${nginx.url}/new`,
    expect.stringContaining('nginx'),
  ])
  expect((await fetch(`${nginx.url}/teapot`)).status).toBe(418)
  expect(await (await fetch(`http://127.4.5.6:${nginx.port}/a/page.html`)).text()).toBe('<p>hello')
  expect((await fetch(`${nginx.url}/nothing`)).status).toBe(404)
  await expect(fetch(`${nginx.tlsUrl}/`)).rejects.toMatchObject({
    cause: { code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' },
  })
  await nginx.close()
  await expect(fetch(nginx.url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
})

test('a mistake in the configuration is told in the words of nginx', async () => {
  await expect(startNginx({ locations: { '/': 'retrun 200' } })).rejects.toThrow('unknown directive "retrun"')
})
