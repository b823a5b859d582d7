// The flags in the words of the library: settings of every URL, policies of the run, and a client. Files that flags name
// (PEM) are read here, so that a wrong one is exit 2 before the first request.

import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Client } from '../ask/client.js'
import { usesProxy } from '../ask/connection-settings.js'
import { createClient } from '../ask/create-client.js'
import { createProxyChoice } from '../http/connect/proxy-choice.js'
import type { RunOptions } from '../run/pipeline.js'
import { pickOptions } from '../settings/check-options.js'
import { UsageError, ValueError } from '../settings/errors.js'
import { DEFAULTS, type Options } from '../settings/options.js'
import { DEFAULT_ASK, DEFAULT_EXPECT } from '../settings/target.js'
import { parseBaseUrl } from '../targets/base-url.js'
import { variablesOfList } from '../targets/expand.js'
import type { LineContext } from '../targets/parse-line.js'
import { createRules, parseRule } from '../targets/rules.js'
import { applyOverride, type Override, type Settings } from '../targets/settings.js'
import type { World } from '../words/world.js'

/** What the flags say of every URL. */
export function flagSettings(options: Options): Settings {
  if (options.contains !== null && options.method === 'HEAD') {
    throw new UsageError('--contains: needs a body; not together with --method HEAD')
  }
  const base: Settings = { ask: DEFAULT_ASK, expect: DEFAULT_EXPECT, skip: null }
  const { ask, expect } = applyOverride(base, givenOf(pickOptions(options, ['ask', 'expect'])))
  return { ask: Object.freeze(ask), expect: Object.freeze(expect), skip: null }
}

/** Without what has its default: a flag that is not given says nothing, and what another one implies holds. */
function givenOf(options: Override): Override {
  const given = Object.entries(options).filter(([name, value]) => value !== DEFAULTS[name as keyof Override])
  return Object.fromEntries(given)
}

/** What every line of a list starts from. Throws `UsageError`. */
export function lineContext(options: Options, env: World['env']): LineContext {
  const { untrusted } = options
  if (untrusted && options.variables.length > 0) throw new UsageError('--env: not together with --untrusted')
  const flags = flagSettings(options)
  const rules = options.rules.map((text) => parseRule(text, env))
  return {
    ...flags,
    settingsOf: rules.length === 0 ? null : createRules(rules, flags),
    variables: variablesOfList(options.variables, env),
    untrusted,
    base: options.baseUrl === null ? null : readBaseUrl(options.baseUrl),
  }
}

function readBaseUrl(text: string): string {
  try {
    return parseBaseUrl(text)
  } catch (error) {
    throw error instanceof ValueError ? new UsageError(`--base-url: ${error.message}`) : error
  }
}

/** What a client is made with. */
export interface ClientWorld extends Pick<World, 'env' | 'now'> {
  /** PEM texts by path, in place of all files of this machine; null, the default: these are read. */
  readonly files?: Readonly<Record<string, string>> | null
}

/** Makes the client; throws `UsageError` for files and flags that make no sense. */
export async function openClient(options: Options, { env, now, files = null }: ClientWorld): Promise<Client> {
  const { proxy, caFile, certFile, keyFile } = options
  if (options.ipv4 && options.ipv6) throw new UsageError('--ipv6: not together with --ipv4')
  const family: 4 | 6 | null = options.ipv4 ? 4 : options.ipv6 ? 6 : null
  const ca = caFile === null ? [] : [await readAuthorities('--ca-file', caFile, files)]
  // What Node has read by itself is not in the copy of its store that ours is added to (Node 20).
  const extra = env.NODE_EXTRA_CA_CERTS
  if (caFile !== null && extra) ca.push(await readAuthorities('NODE_EXTRA_CA_CERTS', extra))
  const cert = certFile === null ? null : await readPem('--cert', certFile, files)
  const key = keyFile === null ? null : await readPem('--key', keyFile, files)
  if (key !== null && cert === null) throw new UsageError('--key: only together with --cert')
  const denyPrivate = options.denyPrivate || options.untrusted
  if (usesProxy(createProxyChoice({ flag: proxy, env })) && denyPrivate) {
    throw new UsageError(
      '--deny-private: not with a proxy, which looks names up by itself; add --proxy none (--untrusted implies --deny-private)',
    )
  }
  const read = { denyPrivate, family, ca, cert, key, env, now }
  try {
    return createClient({ ...pickOptions(options, ['ask', 'client']), ...read })
  } catch (error) {
    const code = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code
    if (code === undefined) throw error
    if (cert === null) throw new UsageError(`--ca-file ${caFile}: not a certificate in PEM format (${code})`)
    throw new UsageError(`--cert ${certFile}: not a certificate with its key in PEM format (${code})`)
  }
}

type Files = Readonly<Record<string, string>> | null

async function readPem(flag: string, path: string, files: Files = null): Promise<string> {
  let text: string
  try {
    text = files === null ? await readFile(path, 'latin1') : given(files, path)
  } catch (error) {
    throw new UsageError(`${flag} ${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  if (!text.includes('-----BEGIN ')) throw new UsageError(`${flag} ${path}: expected a file in PEM format`)
  return text
}

/** Of somebody else's settings no file is opened here. */
function given(files: Readonly<Record<string, string>>, path: string): string {
  if (!Object.hasOwn(files, path)) throw Object.assign(new Error(path), { code: 'ENOENT' })
  return files[path]!
}

/** The policies of the run in the words of the library. */
export function runOptions(options: Options): RunOptions {
  if (options.recheckMs !== null && options.waitMs !== null) throw new UsageError('--recheck: not together with --wait')
  const hints = {
    accept: options.accept === DEFAULTS.accept ? null : options.accept.toString(),
    sparesTimeouts: !options.retryTimeouts && options.retries > 0,
  }
  return { ...pickOptions(options, ['run']), hints }
}

/** OpenSSL takes a file that holds no certificate without a word, and then trusts nobody more than before. */
async function readAuthorities(name: string, path: string, files?: Files): Promise<string> {
  const text = await readPem(name, path, files)
  try {
    new X509Certificate(text)
  } catch {
    throw new UsageError(`${name} ${path}: not a certificate in PEM format`)
  }
  return text
}
