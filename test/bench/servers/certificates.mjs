// An authority and certificates for many hosts by IP address, made on the spot with openssl: ECDSA P-256, fifty hosts a
// certificate, one key for all of them.

import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const HOSTS_PER_CERTIFICATE = 50
const P256 = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

/** Resolves to `{ ca, certificates }`: the authority's file, and `{ hosts, cert, key }` each, files too. */
export function makeCertificates(folder, hosts) {
  mkdirSync(folder, { recursive: true })
  const file = (name) => join(folder, name)
  const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  writeFileSync(file('ca.cnf'), '[req]\ndistinguished_name=dn\n[dn]\n[ca]\nbasicConstraints=critical,CA:TRUE\n')
  const authority = ['-x509', '-days', '30', '-subj', '/CN=Bench', '-config', file('ca.cnf'), '-extensions', 'ca']
  openssl('req', ...P256, ...authority, '-keyout', file('ca.key'), '-out', file('ca.pem'))
  openssl('req', ...P256, '-subj', '/CN=hosts', '-keyout', file('hosts.key'), '-out', file('hosts.csr'))

  const certificates = []
  for (let from = 0; from < hosts.length; from += HOSTS_PER_CERTIFICATE) {
    const some = hosts.slice(from, from + HOSTS_PER_CERTIFICATE)
    const [names, cert] = [file(`${from}.cnf`), file(`${from}.pem`)]
    writeFileSync(names, `subjectAltName=${some.map((host) => `IP:${host}`).join(',')}\nextendedKeyUsage=serverAuth\n`)
    const signer = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-set_serial', `${from + 1}`]
    openssl('x509', '-req', '-in', file('hosts.csr'), ...signer, '-days', '30', '-extfile', names, '-out', cert)
    certificates.push({ hosts: some, cert, key: file('hosts.key') })
  }
  return { ca: file('ca.pem'), certificates }
}
