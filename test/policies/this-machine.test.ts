import { describe, expect, test } from 'vitest'
import { createThisMachine, type Heard, withThisMachine } from '../../src/policies/this-machine.js'
import type { Witnesses } from '../../src/policies/witnesses.js'
import type { Target } from '../../src/settings/target.js'
import type { Kind } from '../../src/words/kinds.js'
import type { Reply } from '../../src/words/reply.js'

/** Witnesses who all agree or all do not; notes who said what. */
function createWitnesses(agree: boolean) {
  const said: [about: string, host: string][] = []
  let refutations = 0
  const witnesses: Witnesses = {
    async agree(about, host) {
      said.push([about, host])
      return agree
    },
    refute: () => void refutations++,
    isRefuted: () => refutations > 0,
  }
  return { witnesses, said, refutations: () => refutations }
}

interface Rig {
  readonly agree?: boolean
  /** What the clock is found to be. */
  readonly wrong?: string | null
  readonly hasNetwork?: boolean
}

function createRig({ agree = true, wrong = null, hasNetwork = true }: Rig = {}) {
  const [offline, resigned] = [createWitnesses(agree), createWitnesses(agree)]
  const clock = { heard: () => {}, isRight: () => true, explain: async () => wrong }
  const thisMachine = createThisMachine<Heard>({
    offline: offline.witnesses,
    resigned: resigned.witnesses,
    clock,
    hasNetwork: () => hasNetwork,
    isPublicAddress: (address) => address.startsWith('93.'),
    hasFound: (host) => host === 'found.example',
  })
  return { thisMachine, offline, resigned }
}

async function ask(host: string, given: Partial<Reply>, rig: Rig = {}) {
  const made = createRig(rig)
  const base: Partial<Reply> = { kind: 'ok', code: null, detail: null, hint: null, tls: null, redirects: [] }
  const check = withThisMachine(async () => ({ ...base, ...given }) as Reply, made)
  return { ...made, reply: await check({ host } as Target, { permit: null, queuedMs: 0 }) }
}

function hear(host: string, given: Partial<Heard>, rig: Rig = {}) {
  const made = createRig(rig)
  made.thisMachine.heard(host, { status: 0, failure: null, remoteAddress: null, tls: null, ...given })
  return made
}

const failure = (kind: Kind, code: string | null = null): Partial<Heard> => ({ failure: { kind, code } })

describe('no network', () => {
  test.each<[Kind, string]>([
    ['dns.failed', 'ETIMEOUT'],
    ['dns.failed', 'ECONNREFUSED'],
    ['dns.failed', 'EAI_AGAIN'],
    ['tcp.address_unreachable', 'ENETUNREACH'],
    ['tcp.address_unreachable', 'ENETDOWN'],
  ])('is suspected on %s %s of a public name', async (kind, code) => {
    const { reply, offline } = await ask('www.a.example', { kind, code })
    expect(offline.said).toEqual([['network', 'www.a.example']])
    expect(reply).toMatchObject({ kind: 'local.offline', code, detail: 'this machine is offline' })
    expect((await ask('www.a.example', { kind, code }, { agree: false })).reply).toMatchObject({ kind, code })
  })

  test.each<[Kind, string]>([
    ['dns.failed', 'ESERVFAIL'],
    ['dns.failed', 'EREFUSED'],
    ['dns.failed', 'EBADRESP'],
    ['tcp.address_unreachable', 'EHOSTUNREACH'],
    ['tcp.address_unreachable', 'EACCES'],
    ['timeout', 'connect'],
  ])('is not suspected on %s %s: somebody said so', async (kind, code) => {
    const { reply, offline } = await ask('www.a.example', { kind, code })
    expect([reply.kind, offline.said]).toEqual([kind, []])
  })

  test('is suspected on SERVFAIL where there is no address of a network: a stub of this machine says so by itself', async () => {
    const rig = { hasNetwork: false }
    const { reply } = await ask('www.a.example', { kind: 'dns.failed', code: 'ESERVFAIL' }, rig)
    expect(reply.kind).toBe('local.offline')
    expect(hear('www.a.example', failure('dns.failed', 'ESERVFAIL'), rig).offline.refutations()).toBe(0)
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
  ])('is not suspected on what %s says, nor cleared by it', async (host) => {
    const { reply, offline } = await ask(host, { kind: 'dns.failed', code: 'ETIMEOUT' })
    expect([reply.kind, offline.said]).toEqual(['dns.failed', []])
    expect(hear(host, { status: 200, remoteAddress: '127.0.0.1' }).offline.refutations()).toBe(0)
  })

  test('is asked about the host at the end of a chain', async () => {
    const redirects = [{ url: 'http://localhost/', status: 302, location: 'http://www.b.example/' }]
    const given = { kind: 'dns.failed', code: 'ETIMEOUT', redirects, finalUrl: 'http://www.b.example/' } as const
    expect((await ask('localhost', given)).offline.said).toEqual([['network', 'www.b.example']])
  })

  test.each<[string, string, Partial<Heard>, number]>([
    ['an answer', 'www.a.example', { status: 200 }, 1],
    ['a redirect', 'www.a.example', { status: 302 }, 1],
    ['an error', 'www.a.example', { status: 503 }, 1],
    ['an answer of a public address', '93.184.215.14', { status: 404, remoteAddress: '93.184.215.14' }, 1],
    ['an answer of a public address by a short name', 'intranet', { status: 200, remoteAddress: '93.184.215.14' }, 1],
    ['an answer of a private address', '10.0.0.7', { status: 200, remoteAddress: '10.0.0.7' }, 0],
    ['a bad certificate', 'www.a.example', failure('tls.cert.date_invalid', 'CERT_HAS_EXPIRED'), 1],
    ['an alert', 'www.a.example', failure('tls.protocol.error'), 1],
    ['what is no HTTP', 'www.a.example', failure('http.protocol.error'), 1],
    ['a name server that knows a name to be dead', 'www.a.example', failure('dns.name_not_resolved', 'ENOTFOUND'), 1],
    ['a name that nobody was asked of', 'www.a.example', failure('dns.name_not_resolved', 'EBADNAME'), 0],
    ['a name server that fails', 'www.a.example', failure('dns.failed', 'ESERVFAIL'), 1],
    ['a name server that is silent', 'www.a.example', failure('dns.failed', 'ETIMEOUT'), 0],
    ['a refusal', 'www.a.example', failure('tcp.refused'), 1],
    ['a refusal of a public address', '93.184.215.14', failure('tcp.refused'), 1],
    ['a reset', 'www.a.example', failure('tcp.reset'), 1],
    ['silence', 'www.a.example', failure('timeout', 'connect'), 0],
    ['silence where a name server told the address', 'found.example', failure('timeout', 'connect'), 1],
    ['no way to where a name server told', 'found.example', failure('tcp.address_unreachable', 'EHOSTUNREACH'), 1],
    ['no way out at all', 'found.example', failure('tcp.address_unreachable', 'ENETUNREACH'), 0],
    ['silence after a connection', 'www.a.example', failure('timeout', 'firstByte'), 1],
    ['silence in a handshake', 'www.a.example', failure('tcp.timed_out', 'tls'), 1],
    ['a proxy', 'www.a.example', failure('proxy.failed'), 0],
    ['a fault of this machine', 'www.a.example', failure('local.EMFILE'), 0],
    ['a stop', 'www.a.example', failure('aborted'), 0],
  ])('after %s: of %s, cleared %o', (_what, host, given, times) => {
    expect(hear(host, given).offline.refutations()).toBe(times)
  })
})

test('a connection alone clears it, before anything is said on it', () => {
  const { thisMachine, offline } = createRig()
  thisMachine.reached('localhost', '127.0.0.1')
  thisMachine.reached('10.0.0.7', '10.0.0.7')
  expect(offline.refutations()).toBe(0)
  thisMachine.reached('www.a.example', '127.0.0.1')
  expect(offline.refutations()).toBe(1)
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
    expect(resigned.said).toEqual([['Acme', 'www.a.example']])
    expect(reply).toMatchObject({ kind: 'local.tls_resigned', detail: 'TLS is re-signed on the way by Acme' })
    expect(reply.hint).toContain('--ca-file')
    expect((await ask('www.a.example', { kind, code, tls }, { agree: false })).reply).toMatchObject({ kind, code })
  })

  test.each<[string, string, Partial<Reply>]>([
    [
      'a certificate of a public authority',
      'www.a.example',
      { kind, code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', tls: { ...tls, isPublic: true } },
    ],
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
    expect(resigned.said).toEqual([])
  })

  test('is over once a certificate holds, whatever the status', () => {
    const holds = { ...tls, error: null }
    expect(hear('www.a.example', { status: 404, tls: holds }).resigned.refutations()).toBe(1)
    expect(hear('localhost', { status: 200, tls: holds }).resigned.refutations()).toBe(0)
    expect(hear('www.a.example', { status: 200, tls }).resigned.refutations()).toBe(0)
  })
})

test('a clock that is wrong is told in its own words', async () => {
  const { reply } = await ask('www.a.example', { kind: 'tls.cert.date_invalid' }, { wrong: 'the clock is wrong' })
  expect(reply).toMatchObject({ kind: 'local.clock', detail: 'the clock is wrong' })
  expect(reply.hint).toContain('clock')
})
