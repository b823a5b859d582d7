// Every flag once: its spelling, help, parser and default. `cli.ts` builds the command from this, `createClient` and
// `checkAll` take their defaults from here, and the README's table is tested against it.

import type { Method } from '../words/method.js'
import type { Show } from '../words/output.js'
import type { Pattern } from '../words/pattern.js'
import { type PinnedAddress, parseResolve, parseServer } from './addresses.js'
import { UsageError, ValueError } from './errors.js'
import type { HeaderPair, HeaderPattern } from './headers.js'
import { parseHeader, parseHeaderPattern } from './headers.js'
import { parseRegExp } from './patterns.js'
import type { StatusSet } from './status-set.js'
import { parseStatusSet, SUCCESSFUL } from './status-set.js'
import type { Ask, Expect } from './target.js'
import {
  type FailureBudget,
  parseCount,
  parseDuration,
  parseFailureBudget,
  parseMethod,
  parseNeedle,
  parseRate,
  parseShard,
  parseVariableName,
  type Shard,
} from './values.js'

/** The headings of `--help`, in this order. */
export const GROUPS = ['Judge', 'Exit', 'Request', 'Pace', 'Output', 'Input'] as const
export type Group = (typeof GROUPS)[number]

/** One flag. `parse` sees the text after the flag and what earlier uses gave; it throws `ValueError`. */
export interface OptionSpec<T> {
  /** As commander writes it: `-t, --timeout <duration>`. */
  readonly flags: string
  readonly group: Group
  /** One line without a full stop. */
  readonly help: string
  /** Shown by `-h` as well as by `--help`. */
  readonly brief: boolean
  readonly initial: T
  /** How the default reads in help; null: nothing to say. */
  readonly shown: string | null
  readonly parse: (text: string, previous: T) => T
  /** Its value is never repeated in a message. */
  readonly secret?: true
  /** `$NAME` in it comes from the environment, put in as a piece of this; without it, a dollar is a dollar. */
  readonly expands?: 'text' | 'url' | 'pattern'
}

function oneOf<T extends string>(names: readonly T[]): (text: string) => T {
  return (text) => {
    const found = names.find((name) => name === text)
    if (found === undefined) throw new ValueError(`one of ${names.join(' ')}`)
    return found
  }
}

function parseAccept(text: string): StatusSet {
  const set = parseStatusSet(text)
  if (set === null) throw new ValueError('statuses such as 200-299,301,4xx or +403')
  return set
}

const never = (): never => {
  throw new UsageError('this flag takes no value')
}

const spec = <T>(option: OptionSpec<T>): OptionSpec<T> => option

/** All flags by the name that the code knows them by. */
export const OPTIONS = {
  accept: spec<StatusSet | null>({
    flags: '-a, --accept <statuses>',
    group: 'Judge',
    brief: true,
    help: 'statuses that are fine, such as 200-299,301,4xx; +403 adds to the default',
    initial: null,
    shown: SUCCESSFUL.toString(),
    parse: parseAccept,
  }),
  contains: spec<string | null>({
    flags: '--contains <text>',
    group: 'Judge',
    brief: false,
    help: 'the body of the final answer has to contain this text',
    initial: null,
    shown: null,
    parse: parseNeedle,
    expands: 'text',
  }),
  expectHeader: spec<readonly HeaderPattern[]>({
    flags: '--expect-header <pattern>',
    group: 'Judge',
    brief: false,
    help: "a header of the final answer has to match, such as 'content-type: ^text/html'; repeatable",
    initial: [],
    shown: null,
    parse: (text, previous) => [...previous, parseHeaderPattern(text)],
    expands: 'pattern',
  }),
  maxLatency: spec<number | null>({
    flags: '--max-latency <duration>',
    group: 'Judge',
    brief: false,
    help: 'slower answers fail',
    initial: null,
    shown: null,
    parse: parseDuration,
  }),
  certDays: spec<number | null>({
    flags: '--cert-days <days>',
    group: 'Judge',
    brief: false,
    help: 'certificates have to be valid for so many days',
    initial: null,
    shown: null,
    parse: (text) => parseCount(text, 0, 36_500),
  }),
  rule: spec<readonly string[]>({
    flags: '--rule <rule>',
    group: 'Judge',
    brief: false,
    help: "settings for a host: 'example.com accept=404 retries=0', for what is below it: '*.example.com user=$NAME'; the last match wins; repeatable",
    initial: [],
    shown: null,
    parse: (text, previous) => [...previous, text],
  }),
  maxFailures: spec<FailureBudget>({
    flags: '--max-failures <count>',
    group: 'Exit',
    brief: false,
    help: 'failures, N or N%, that still are exit code 0',
    initial: { count: 0, percent: null },
    shown: '0',
    parse: parseFailureBudget,
  }),
  bail: spec<number | null>({
    flags: '--bail <count>',
    group: 'Exit',
    brief: false,
    help: 'stop after so many failures',
    initial: null,
    shown: null,
    parse: (text) => parseCount(text, 1, 1_000_000_000),
  }),
  timeLimit: spec<number | null>({
    flags: '--time-limit <duration>',
    group: 'Exit',
    brief: false,
    help: 'stop the run after this time, with a report of what was done',
    initial: null,
    shown: null,
    parse: parseDuration,
  }),
  strict: spec<boolean>({
    flags: '--strict',
    group: 'Exit',
    brief: false,
    help: 'inconclusive URLs fail the run too',
    initial: false,
    shown: null,
    parse: never,
  }),
  allowEmpty: spec<boolean>({
    flags: '--allow-empty',
    group: 'Exit',
    brief: false,
    help: 'a list without URLs is fine',
    initial: false,
    shown: null,
    parse: never,
  }),
  baseline: spec<string | null>({
    flags: '--baseline <file>',
    group: 'Exit',
    brief: false,
    help: 'compare with an earlier ndjson report: what is new, fixed, still failing',
    initial: null,
    shown: null,
    parse: (text) => text,
  }),
  updateBaseline: spec<boolean>({
    flags: '--update-baseline',
    group: 'Exit',
    brief: false,
    help: 'write the baseline anew after the run',
    initial: false,
    shown: null,
    parse: never,
  }),
  failOn: spec<'any' | 'new'>({
    flags: '--fail-on <failures>',
    group: 'Exit',
    brief: false,
    help: 'any, or only new ones against the baseline',
    initial: 'any',
    shown: 'any',
    parse: oneOf(['any', 'new'] as const),
  }),
  timeout: spec<number>({
    flags: '-t, --timeout <duration>',
    group: 'Request',
    brief: true,
    help: 'how long one URL may take, redirects included',
    initial: 10_000,
    shown: '10s',
    parse: parseDuration,
  }),
  connectTimeout: spec<number | null>({
    flags: '--connect-timeout <duration>',
    group: 'Request',
    brief: false,
    help: 'how long making a connection may take (default: the timeout)',
    initial: null,
    shown: null,
    parse: parseDuration,
  }),
  method: spec<Method>({
    flags: '-X, --method <method>',
    group: 'Request',
    brief: true,
    help: 'GET or HEAD',
    initial: 'GET',
    shown: 'GET',
    parse: parseMethod,
  }),
  header: spec<readonly HeaderPair[]>({
    flags: '-H, --header <header>',
    group: 'Request',
    brief: true,
    help: "a header for every request, such as 'Accept-Language: en'; not sent to another origin on a redirect; repeatable",
    initial: [],
    shown: null,
    parse: (text, previous) => [...previous, parseHeader(text)],
    secret: true,
    expands: 'text',
  }),
  userAgent: spec<string | null>({
    flags: '-A, --user-agent <text>',
    group: 'Request',
    brief: false,
    help: 'the User-Agent header (default: urlstatus/VERSION)',
    initial: null,
    shown: null,
    parse: (text) => parseHeader(`User-Agent: ${text}`)[1],
    expands: 'text',
  }),
  follow: spec<boolean>({
    flags: '--no-follow',
    group: 'Request',
    brief: true,
    help: 'judge the first answer, do not follow redirects',
    initial: true,
    shown: null,
    parse: never,
  }),
  maxRedirects: spec<number>({
    flags: '--max-redirects <count>',
    group: 'Request',
    brief: false,
    help: 'redirects to follow for one URL',
    initial: 20,
    shown: '20',
    parse: (text) => parseCount(text, 0, 1000),
  }),
  insecure: spec<boolean>({
    flags: '-k, --insecure',
    group: 'Request',
    brief: false,
    help: 'report the status in spite of a bad certificate',
    initial: false,
    shown: null,
    parse: never,
  }),
  caFile: spec<string | null>({
    flags: '--ca-file <file>',
    group: 'Request',
    brief: false,
    help: 'trust the certificates in this PEM file as well',
    initial: null,
    shown: null,
    parse: (text) => text,
  }),
  cert: spec<string | null>({
    flags: '--cert <file>',
    group: 'Request',
    brief: false,
    help: 'client certificate in PEM, with its key or with --key; for the origins of the list only',
    initial: null,
    shown: null,
    parse: (text) => text,
  }),
  key: spec<string | null>({
    flags: '--key <file>',
    group: 'Request',
    brief: false,
    help: 'key of the client certificate in PEM',
    initial: null,
    shown: null,
    parse: (text) => text,
  }),
  proxy: spec<string | null>({
    flags: '--proxy <url>',
    group: 'Request',
    brief: false,
    help: 'http, https, socks4, socks4a, socks5 or socks5h proxy, or none (default: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY)',
    initial: null,
    shown: null,
    parse: (text) => text,
    expands: 'url',
  }),
  ipv4: spec<boolean>({
    flags: '-4, --ipv4',
    group: 'Request',
    brief: false,
    help: 'only IPv4 addresses',
    initial: false,
    shown: null,
    parse: never,
  }),
  ipv6: spec<boolean>({
    flags: '-6, --ipv6',
    group: 'Request',
    brief: false,
    help: 'only IPv6 addresses',
    initial: false,
    shown: null,
    parse: never,
  }),
  resolve: spec<readonly PinnedAddress[]>({
    flags: '--resolve <host:port:address>',
    group: 'Request',
    brief: false,
    help: 'connect to this address for this host (* for all) and port; repeatable',
    initial: [],
    shown: null,
    parse: (text, previous) => [...previous, parseResolve(text)],
  }),
  dnsServer: spec<readonly string[]>({
    flags: '--dns-server <address>',
    group: 'Request',
    brief: false,
    help: 'ask this DNS server instead of the system, ADDRESS or ADDRESS:PORT; repeatable',
    initial: [],
    shown: null,
    parse: (text, previous) => [...previous, parseServer(text)],
  }),
  denyPrivate: spec<boolean>({
    flags: '--deny-private',
    group: 'Request',
    brief: false,
    help: 'never connect to private, loopback and other special addresses: for lists that you did not write',
    initial: false,
    shown: null,
    parse: never,
  }),
  concurrency: spec<number>({
    flags: '-c, --concurrency <count>',
    group: 'Pace',
    brief: true,
    help: 'requests at once',
    initial: 128,
    shown: '128',
    parse: (text) => parseCount(text, 1, 100_000),
  }),
  perHost: spec<number | null>({
    flags: '--per-host <count>',
    group: 'Pace',
    brief: true,
    help: 'requests at once to one host (default: 20, for a public host 6 after its first 100 requests)',
    initial: null,
    shown: null,
    parse: (text) => parseCount(text, 1, 100_000),
  }),
  rate: spec<number | null>({
    flags: '--rate <count/s>',
    group: 'Pace',
    brief: false,
    help: 'requests a second in all, such as 50/s',
    initial: null,
    shown: null,
    parse: parseRate,
  }),
  ratePerHost: spec<number | null>({
    flags: '--rate-per-host <count/s>',
    group: 'Pace',
    brief: false,
    help: 'requests a second to one host',
    initial: null,
    shown: null,
    parse: parseRate,
  }),
  retries: spec<number>({
    flags: '--retries <count>',
    group: 'Pace',
    brief: true,
    help: 'ask again so often when a failure may pass',
    initial: 2,
    shown: '2',
    parse: (text) => parseCount(text, 0, 100),
  }),
  retryTimeouts: spec<boolean>({
    flags: '--retry-timeouts',
    group: 'Pace',
    brief: false,
    help: 'ask again after a timeout too',
    initial: false,
    shown: null,
    parse: never,
  }),
  maxWait: spec<number>({
    flags: '--max-wait <duration>',
    group: 'Pace',
    brief: false,
    help: 'waiting for retries of one URL, all in all',
    initial: 30_000,
    shown: '30s',
    parse: parseDuration,
  }),
  recheck: spec<number | null>({
    flags: '--recheck <duration>',
    group: 'Pace',
    brief: false,
    help: 'ask failures that may pass once more, gently, this long after the first pass',
    initial: null,
    shown: null,
    parse: parseDuration,
  }),
  wait: spec<number | null>({
    flags: '--wait <duration>',
    group: 'Pace',
    brief: false,
    help: 'ask what fails again every 2 s until all is fine or this time is over: for use after a deploy',
    initial: null,
    shown: null,
    parse: parseDuration,
  }),
  // Which reports there are is known above the table: `report/formats/output-request.ts` reads these two.
  output: spec<unknown>({
    flags: '-o, --output <file>',
    group: 'Output',
    brief: true,
    help: 'also write a report to FILE, format by its ending or FORMAT=FILE; repeatable',
    initial: [],
    shown: null,
    parse: (text) => text,
  }),
  report: spec<unknown>({
    flags: '-r, --report <format>',
    group: 'Output',
    brief: true,
    help: 'on stdout instead of the table',
    initial: 'table',
    shown: 'table',
    parse: (text) => text,
  }),
  writeFailed: spec<string | null>({
    flags: '--write-failed <file>',
    group: 'Output',
    brief: false,
    help: 'write the lines that failed, as a list to run again',
    initial: null,
    shown: null,
    parse: (text) => text,
  }),
  resume: spec<boolean>({
    flags: '--resume',
    group: 'Output',
    brief: false,
    help: 'go on with an interrupted -o FILE.ndjson: ask only what is missing',
    initial: false,
    shown: null,
    parse: never,
  }),
  fields: spec<readonly string[] | null>({
    flags: '--fields <names>',
    group: 'Output',
    brief: false,
    help: 'only these fields in ndjson, json and csv, in this order, such as url,status',
    initial: null,
    shown: null,
    parse: (text) => text.split(',').map((name) => name.trim()),
  }),
  show: spec<Show>({
    flags: '--show <rows>',
    group: 'Output',
    brief: false,
    help: 'rows of the table: auto (beyond 100 URLs only failures), all, failed',
    initial: 'auto',
    shown: 'auto',
    parse: oneOf<Show>(['auto', 'all', 'failed']),
  }),
  quiet: spec<boolean>({
    flags: '-q, --quiet',
    group: 'Output',
    brief: true,
    help: 'no progress and no notices',
    initial: false,
    shown: null,
    parse: never,
  }),
  progress: spec<boolean>({
    flags: '--no-progress',
    group: 'Output',
    brief: false,
    help: 'no progress on stderr',
    initial: true,
    shown: null,
    parse: never,
  }),
  color: spec<boolean | null>({
    flags: '--color',
    group: 'Output',
    brief: false,
    help: 'colour even in a pipe; --no-color for none (default: on a terminal, NO_COLOR and FORCE_COLOR obeyed)',
    initial: null,
    shown: null,
    parse: never,
  }),
  include: spec<readonly Pattern[]>({
    flags: '--include <regexp>',
    group: 'Input',
    brief: false,
    help: 'ask only URLs that match; repeatable: any of them',
    initial: [],
    shown: null,
    parse: (text, previous) => [...previous, parseRegExp(text)],
  }),
  exclude: spec<readonly Pattern[]>({
    flags: '--exclude <regexp>',
    group: 'Input',
    brief: false,
    help: 'leave out URLs that match; repeatable: none of them',
    initial: [],
    shown: null,
    parse: (text, previous) => [...previous, parseRegExp(text)],
  }),
  dedupe: spec<boolean>({
    flags: '--dedupe',
    group: 'Input',
    brief: false,
    help: 'ask every URL once; repeats are rows with outcome skipped',
    initial: false,
    shown: null,
    parse: never,
  }),
  shard: spec<Shard | null>({
    flags: '--shard <i/n>',
    group: 'Input',
    brief: false,
    help: 'only part I of N, such as 3/8: every URL is in one part, all of a host in the same',
    initial: null,
    shown: null,
    parse: parseShard,
  }),
  env: spec<readonly string[]>({
    flags: '--env <name>',
    group: 'Input',
    brief: false,
    help: '$NAME in a list is this variable of the environment; repeatable',
    initial: [],
    shown: null,
    parse: (text, previous) => [...previous, parseVariableName(text)],
    secret: true,
  }),
  untrusted: spec<boolean>({
    flags: '--untrusted',
    group: 'Input',
    brief: false,
    help: 'somebody else wrote the list: --deny-private; no header, user, insecure, expect-header and --env; timeout, max-redirects and retries of a line only lower yours',
    initial: false,
    shown: null,
    parse: never,
  }),
  baseUrl: spec<string | null>({
    flags: '--base-url <url>',
    group: 'Input',
    brief: false,
    help: 'lines that are paths, such as /healthz, are paths of this URL',
    initial: null,
    shown: null,
    parse: (text) => text,
    secret: true,
    expands: 'url',
  }),
  dryRun: spec<boolean>({
    flags: '--dry-run',
    group: 'Input',
    brief: false,
    help: 'read the list, print what would be asked, ask nothing',
    initial: false,
    shown: null,
    parse: never,
  }),
} as const

/** Every option with its value. */
export type Options = { [Name in keyof typeof OPTIONS]: (typeof OPTIONS)[Name]['initial'] }

/** Every option with its default. */
export const DEFAULTS: Options = Object.fromEntries(
  Object.entries(OPTIONS).map(([name, option]) => [name, option.initial]),
) as Options

/** What is asked how, unless somebody says otherwise. */
export const DEFAULT_ASK: Ask = Object.freeze({
  method: DEFAULTS.method,
  timeoutMs: DEFAULTS.timeout,
  connectTimeoutMs: DEFAULTS.connectTimeout,
  follow: DEFAULTS.follow,
  maxRedirects: DEFAULTS.maxRedirects,
  headers: DEFAULTS.header,
  user: null,
  insecure: DEFAULTS.insecure,
  retries: DEFAULTS.retries,
  readsUntil: null,
  readsChain: false,
})

/** What is expected, unless somebody says otherwise: any successful status. */
export const DEFAULT_EXPECT: Expect = Object.freeze({
  accept: SUCCESSFUL,
  acceptIsExplicit: false,
  location: null,
  finalUrl: null,
  contains: null,
  headers: [],
  maxLatencyMs: null,
  certDays: null,
})
