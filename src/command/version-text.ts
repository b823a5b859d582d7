// What `--version` says: whatever a report of a bug should name.

import { createRequire } from 'node:module'
import { version as nodeVersion } from 'node:process'
import { version } from '../words/version.js'

/** The version of the record that the schema describes; it changes with the major version. */
const SCHEMA_VERSION = 1

export function versionText(): string {
  const undici = (createRequire(import.meta.url)('undici/package.json') as { version: string }).version
  return `scrape-status ${version()} (node ${nodeVersion}, undici ${undici}, schema ${SCHEMA_VERSION})\n`
}
