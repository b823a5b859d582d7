import { describe, expect, test } from 'vitest'
import { withSuspects } from '../../src/flow/suspects.js'
import type { Suspicion } from '../../src/flow/suspicion.js'
import type { Kind } from '../../src/kinds.js'
import type { Reply, Target } from '../../src/types.js'

/** A suspicion that gives this verdict, and notes what it was asked. */
function createSuspicion(guilty: boolean) {
  const weighed: [about: string, host: string][] = []
  let clears = 0
  const suspicion: Suspicion = {
    async weigh(about, host) {
      weighed.push([about, host])
      return guilty
    },
    clear: () => void clears++,
    isCleared: () => clears > 0,
  }
  return { suspicion, weighed, clears: () => clears }
}

async function ask(host: string, given: Partial<Reply>, guilty = true) {
  const [offline, resigned] = [createSuspicion(guilty), createSuspicion(guilty)]
  const base: Partial<Reply> = { kind: 'ok', code: null, detail: null, hint: null, remoteAddress: null, tls: null }
  const check = withSuspects(async () => ({ ...base, ...given }) as Reply, {
    offline: offline.suspicion,
    resigned: resigned.suspicion,
  })
  const reply = await check({ host } as Target, { permit: null, queuedMs: 0 })
  return { reply, offline, resigned }
}

describe('no network', () => {
  test.each<Kind>(['dns.failed', 'tcp.address_unreachable'])('is suspected on %s of a public name', async (kind) => {
    const { reply, offline } = await ask('www.a.example', { kind, code: 'ESERVFAIL' })
    expect(offline.weighed).toEqual([['network', 'www.a.example']])
    expect(reply).toMatchObject({ kind: 'local.offline', code: 'ESERVFAIL', detail: 'this machine is offline' })
    expect((await ask('www.a.example', { kind, code: 'ESERVFAIL' }, false)).reply).toMatchObject({
      kind,
      code: 'ESERVFAIL',
    })
  })

  test.each([
    '127.0.0.1',
    '[::1]',
    'intranet',
    'localhost',
    'a.localhost',
    'printer.local',
    'x.internal',
    'x.lan',
    '1.0.0.127.in-addr.arpa',
  ])('is not suspected on what %s says, which is no public name', async (host) => {
    const { reply, offline } = await ask(host, { kind: 'dns.failed' })
    expect(reply.kind).toBe('dns.failed')
    expect([offline.weighed, offline.clears()]).toEqual([[], 0])
  })

  test.each<[string, Partial<Reply>, number]>([
    ['an answer', { remoteAddress: '192.0.2.1' }, 1],
    ['a certificate', { kind: 'tls.cert.date_invalid', tls: {} as Reply['tls'] }, 1],
    ['a name server that knows a name to be dead', { kind: 'dns.name_not_resolved' }, 1],
    ['a refusal', { kind: 'tcp.refused' }, 1],
    ['a reset', { kind: 'tcp.reset' }, 1],
    ['silence', { kind: 'timeout' }, 0],
    ['a fault of this machine', { kind: 'local.EMFILE' }, 0],
    ['a stop', { kind: 'aborted' }, 0],
  ])('after %s: cleared %i times', async (_what, given, times) => {
    expect((await ask('www.a.example', given)).offline.clears()).toBe(times)
  })
})

describe('TLS that is re-signed on the way', () => {
  const tls = { protocol: 'TLSv1.3', issuer: 'Acme', validTo: null, error: 'X' }
  const kind = 'tls.cert.authority_invalid'

  test.each([
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])('is suspected of the issuer on %s', async (code) => {
    const { reply, resigned } = await ask('www.a.example', { kind, code, tls })
    expect(resigned.weighed).toEqual([['Acme', 'www.a.example']])
    expect(reply).toMatchObject({ kind: 'local.tls_resigned', detail: 'TLS is re-signed on the way by Acme' })
    expect(reply.hint).toContain('--ca-file')
    expect((await ask('www.a.example', { kind, code, tls }, false)).reply).toMatchObject({ kind, code })
  })

  test.each<[string, string, Partial<Reply>]>([
    [
      'a certificate that has expired',
      'www.a.example',
      { kind: 'tls.cert.date_invalid', code: 'CERT_HAS_EXPIRED', tls },
    ],
    ['one signed by itself', 'www.a.example', { kind, code: 'DEPTH_ZERO_SELF_SIGNED_CERT', tls }],
    [
      'an unknown issuer without a name',
      'www.a.example',
      { kind, code: 'SELF_SIGNED_CERT_IN_CHAIN', tls: { ...tls, issuer: null } },
    ],
    ['a host that is no public name', 'intranet', { kind, code: 'SELF_SIGNED_CERT_IN_CHAIN', tls }],
    ['an answer', 'www.a.example', { kind: 'ok', code: null, tls }],
  ])('is not suspected on %s', async (_what, host, given) => {
    const { reply, resigned } = await ask(host, given)
    expect(reply.kind).toBe(given.kind)
    expect(resigned.weighed).toEqual([])
  })
})
