// A chain holds as long as the first of its certificates to end, and it is that one which a row names. What was sent and
// not used says nothing.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tempFolder } from '../cli/support/temp-folder.js'
import { type Authority, type Certificate, makeAuthority, makeCertificate } from '../support/certificates.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'
import { ask } from './support/ask.js'

const DAY_MS = 86_400_000
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS + DAY_MS / 2)
const between = (from: number, to: number) => ({ notBefore: inDays(from), notAfter: inDays(to) })

interface Case {
  readonly root: Authority
  readonly served: Certificate
}

/** A root, an intermediate and a server's certificate, each valid between these days. */
function chain(root: [number, number], intermediate: [number, number], own: [number, number]): Case {
  const top = makeAuthority('Chain Root', undefined, between(...root))
  const middle = makeAuthority('Chain Intermediate', top, between(...intermediate))
  return { root: top, served: makeCertificate({ issuer: middle, ...between(...own) }) }
}

async function asked({ root, served }: Case, flags: readonly string[] = [], paths: readonly string[] = ['']) {
  const server = closeAfterTest(await startHttpServer({ '*': 204 }, { tls: served }))
  const path = join(await tempFolder(), 'ca.pem')
  await writeFile(path, root.cert)
  const lines = paths.map((each) => `https://localhost:${server.port}/${each}`)
  return (await ask(lines, ['--ca-file', path, ...flags])).rows
}

describe('dates are told of the certificate that is out of date', () => {
  test.each<[what: string, of: Case, says: RegExp]>([
    ['the server’s own', chain([-90, 90], [-60, 60], [-30, -4]), /^certificate expired 3 days ago \(\d{4}/],
    [
      'an intermediate',
      chain([-90, 90], [-60, -9], [-30, 30]),
      /^certificate of "Chain Intermediate" in its chain expired 8 days ago/,
    ],
    ['a root', chain([-90, -2], [-60, 60], [-30, 30]), /^certificate of "Chain Root" in its chain expired 1 day ago/],
    [
      'an intermediate of tomorrow',
      chain([-90, 90], [3, 60], [-30, 30]),
      /^certificate of "Chain Intermediate" in its chain is not valid yet, 3 days from now/,
    ],
  ])('%s', async (_what, of, says) => {
    const [row] = await asked(of)
    expect(row).toMatchObject({ kind: 'tls.cert.date_invalid', outcome: 'failed' })
    expect(row!.reason).toMatch(says)
    expect(Object.keys(row!.tls!)).toEqual(['protocol', 'issuer', 'validTo', 'error'])
  })
})

describe('--cert-days', () => {
  test.each<[what: string, of: Case, says: RegExp]>([
    ['the server’s own', chain([-9, 90], [-9, 60], [-9, 5]), /^certificate valid for 5 more days, expected 20$/],
    [
      'an intermediate',
      chain([-9, 90], [-9, 7], [-9, 60]),
      /^certificate of "Chain Intermediate" in its chain valid for 7 more days, expected 20$/,
    ],
    [
      'a root that is not sent',
      chain([-9, 8], [-9, 60], [-9, 60]),
      /^certificate of "Chain Root" in its chain valid for 8 more days, expected 20$/,
    ],
  ])('looks at %s', async (_what, of, says) => {
    const [row] = await asked(of, ['--cert-days', '20'])
    expect(row).toMatchObject({ kind: 'check.cert-days', outcome: 'failed' })
    expect(row!.reason).toMatch(says)
    const [longer] = await asked(of, ['--cert-days', '4'])
    expect(longer!.kind).toBe('ok')
  })

  test('reads the chain of a connection that was made without', async () => {
    const of = chain([-9, 90], [-9, 7], [-9, 60])
    const rows = await asked(of, ['-c', '1'], ['', 'a cert-days=20', 'b'])
    expect(rows.map(({ kind }) => kind)).toEqual(['ok', 'check.cert-days', 'ok'])
    expect(rows[1]!.timingsMs.tls).toBeNull()
  })

  test.each<[when: string, dates: [number, number]]>([
    ['has ended', [-60, -2]],
    ['ends soon', [-60, 3]],
  ])('does not count a way that is sent and not used, and %s', async (_when, dates) => {
    const old = makeAuthority('Old Root')
    const root = makeAuthority('Chain Root', undefined, between(-90, 90))
    const crossed = makeAuthority('Chain Root', old, { ...between(...dates), sameKeyAs: root })
    const middle = makeAuthority('Chain Intermediate', root, between(-60, 60))
    const own = makeCertificate({ issuer: middle, ...between(-30, 60) })
    const served = { ...own, cert: own.cert + crossed.alone }
    const [row] = await asked({ root, served }, ['--cert-days', '20'])
    expect(row).toMatchObject({ kind: 'ok', status: 204 })
  })
})
