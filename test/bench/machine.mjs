// Where figures come from: the machine and the versions that do not belong to a contestant.

import { createRequire } from 'node:module'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { ourVersion } from './rivals/ours.mjs'

export function machine() {
  return {
    processor: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores`,
    system: `${type()} ${release()}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    load: loadavg()[0].toFixed(1),
  }
}

export function versions(server) {
  const { version: undici } = createRequire(import.meta.url)('undici/package.json')
  return { 'scrape-status': ourVersion, node: process.versions.node, undici, openssl: process.versions.openssl, server }
}
