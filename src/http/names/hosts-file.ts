// The hosts file (hosts(5)): names that this machine knows without asking. DNS knows nothing of it.

import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { platform } from 'node:os'
import type { Address } from './address.js'

/** Where the system keeps it. */
export const HOSTS_FILE = platform() === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts'

/** The file's names in lower case with their addresses; empty when there is no such file. Read synchronously: do it once. */
export function readHosts(path: string): ReadonlyMap<string, readonly Address[]> {
  try {
    return parseHosts(readFileSync(path, 'utf8'))
  } catch {
    return new Map()
  }
}

/**
 * `address name [name …] [# comment]` a line; several lines of a name add up, as in glibc. Lines that are no such thing are skipped,
 * addresses with a zone (`fe80::1%lo0`) too. Block lists put 200,000 names on one address, so an address is one object.
 */
export function parseHosts(text: string): ReadonlyMap<string, readonly Address[]> {
  const hosts = new Map<string, readonly Address[]>()
  const addresses = new Map<string, readonly Address[]>()
  for (const line of text.split(/\r\n|\n|\r/)) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    const family = isIP(address!)
    if ((family !== 4 && family !== 6) || address!.includes('%')) continue
    const alone = addresses.get(address!) ?? [{ address: address!, family }]
    addresses.set(address!, alone)
    for (const name of names.map((written) => written.toLowerCase())) {
      const known = hosts.get(name)
      if (!known) hosts.set(name, alone)
      else if (!known.some((other) => other.address === address)) hosts.set(name, [...known, ...alone])
    }
  }
  return hosts
}
