// Why an input could not be opened, in one line that says what was probably meant.

import { readdir } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { INPUT_FORMAT_NAMES } from '../settings/input-formats.js'
import { hideSecrets } from '../words/hide-secrets.js'
import { nearest } from '../words/nearest.js'

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  ELOOP: 'a circle of links',
  EISDIR: 'a directory',
  EIO: 'input/output error',
  Z_DATA_ERROR: 'damaged gzip data',
  Z_BUF_ERROR: 'the gzip data ends in the middle',
}

/** What the system says of `written`, and what may have been meant. */
export async function whyNotOpened(written: string, error: NodeJS.ErrnoException): Promise<string> {
  // What was meant as a URL may hold a password.
  const name = written.includes(':') ? hideSecrets(written, 'invalid') : written
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') {
    const code = error.code ?? error.message
    return `cannot read ${name}: ${REASONS[code] ? `${REASONS[code]} (${code})` : code}`
  }
  const named = /^([a-z]{2,12})=/i.exec(name)?.[1]
  if (named !== undefined) {
    const near = nearest(named.toLowerCase(), INPUT_FORMAT_NAMES)
    return `no file ${name}; a format in front is one of ${INPUT_FORMAT_NAMES.join(' ')}${near === null ? '' : `; did you mean ${near}=?`}`
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name)) return `no file ${name}; only http:// and https:// can be asked`
  if (looksLikeHost(name))
    return `no file ${name}; for the web: ${/^localhost\b/i.test(name) ? 'http' : 'https'}://${name}`
  const near = nearest(basename(name), await readdir(dirname(name)).catch(() => []))
  return `no file ${name}${near === null ? '' : `; did you mean ${name.slice(0, name.length - basename(name).length)}${near}?`}`
}

const LIST_ENDING = /\.(?:te?xt?|[ct]sv|jsonl?|ndjson|li?st|log|urls?|links?|x?html?|xml|ya?ml|gz|zip)$/i

function looksLikeHost(name: string): boolean {
  if (/^localhost(?::\d+)?(?:\/|$)/i.test(name)) return true
  return /^(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#]|$)/i.test(name) && !LIST_ENDING.test(name)
}
