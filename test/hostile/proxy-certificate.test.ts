// An https proxy whose certificate does not hold: the way's fault, with the cause named, and what can be done about it.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempFolder } from '../cli/support/temp-folder.js'
import { type Certificate, testCertificates } from '../support/certificates.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'
import { ask } from './support/ask.js'

const { root, expired, wrongName, selfSigned, missingIntermediate } = testCertificates()

test.each<[what: string, served: Certificate, code: string, says: RegExp, hint: RegExp | null]>([
  ['expired', expired, 'CERT_HAS_EXPIRED', /certificate expired 3 days ago/, null],
  ['for another name', wrongName, 'ERR_TLS_CERT_ALTNAME_INVALID', /certificate is for other\.example/, null],
  ['signed by itself', selfSigned, 'DEPTH_ZERO_SELF_SIGNED_CERT', /certificate signed by itself/, /--ca-file/],
  ['without its intermediate', missingIntermediate, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', /not trusted/, /--ca-file/],
])('a proxy with a certificate that is %s', async (_what, served, code, says, hint) => {
  const proxy = closeAfterTest(await startHttpServer({ '*': 200 }, { tls: served }))
  const path = join(await tempFolder(), 'ca.pem')
  await writeFile(path, root.cert)
  const flags = ['--proxy', `https://localhost:${proxy.port}`, '--ca-file', path]
  // What --insecure forgives is the target's.
  const { rows } = await ask(['http://www.a.example/', 'https://www.b.example/'], [...flags, '--insecure'])
  for (const row of rows) {
    expect(row).toMatchObject({ kind: 'proxy.failed', outcome: 'inconclusive', code, status: 0 })
    expect(row.reason).toMatch(/^TLS with the proxy failed: /)
    expect(row.reason).toMatch(says)
    if (hint === null) expect(row.hint).toBeNull()
    else expect(row.hint).toMatch(hint)
  }
  expect(proxy.requests()).toBe(0)
})
