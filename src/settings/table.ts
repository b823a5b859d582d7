// Every setting once: its names, its value, its default, its help, and what else the program has to know of it. From these
// rows follow the flags and the help, the keys of lists and rules, the options of the library and their check, what
// `--untrusted` refuses, what makes two targets the same, and what `--resume` compares. Nothing here is said a second time.

import type { Show } from '../words/output.js'
import type { SignalLike } from '../words/web-types.js'
import { nameServer, pinnedAddress } from './addresses.js'
import { fieldValue, headerPatterns, headers } from './headers.js'
import { INPUT_FORMAT_NAMES } from './input-formats.js'
import { kindSet } from './kind-set.js'
import { pattern } from './patterns.js'
import { SUCCESSFUL, statuses } from './status-set.js'
import { listOf, ofLibrary, type ValueType } from './value-type.js'
import * as value from './values.js'

/** The headings of `--help`, in this order. */
export const GROUPS = ['Judge', 'Exit', 'Request', 'Pace', 'Output', 'Input', 'Queue'] as const
export type Group = (typeof GROUPS)[number]

/** Who has the setting: a request (`ask`), what is expected of its answer, a line, a client, a run; `command`, `worker`: no library. */
export type Part = 'ask' | 'expect' | 'line' | 'client' | 'run' | 'command' | 'worker'

/** One row. Its name is the library's. */
export interface Setting {
  readonly of: Part
  readonly type: ValueType<unknown, never>
  /** The default. Null: none, and the library may say so. */
  readonly initial: unknown
  /** How the default reads in help; left out: nothing to say. */
  readonly shown?: string
  /** As commander writes it: `-t, --timeout <duration>`. Left out: no flag. The long name is the key of a configuration. */
  readonly flag?: string
  readonly group?: Group
  /** One line without a full stop. */
  readonly help?: string
  /** Shown by `-h` as well as by `--help`. */
  readonly brief?: true
  /** The name in lists, in rules and as a column. Left out: none. */
  readonly key?: string
  /** The key may stand alone and means this then. */
  readonly bare?: string
  /** Its value is never repeated in a message, and a `$NAME` in it was meant. */
  readonly secret?: true
  /** `$NAME` in a flag is put in as a piece of this; left out: a dollar is a dollar. Keys are `text` then. */
  readonly expands?: 'text' | 'url' | 'pattern'
  /** Another answer is asked for, or the same one means something else. What is expected does so anyhow. */
  readonly judges?: true
  /** What a list that somebody else wrote may say (`--untrusted`): nothing, or only less than the flags; left out: anything. */
  readonly stranger?: 'never' | 'less'
  /** What it makes of a request where nothing else is said. */
  readonly implies?: (value: never) => Implied
  /** Why what it implies must hold; left out: it need not. */
  readonly needs?: string
  /** The meaning of the kind `check.KEY`: there is a rule for it in `judge/checks.ts`. */
  readonly fault?: string
}

/** What an expectation makes of a request. */
export interface Implied {
  readonly method?: 'GET'
  readonly follow?: boolean
  readonly readsUntil?: string
  readonly readsChain?: true
}

const isFunction = (given: unknown) => typeof given === 'function'
const isObject = (given: unknown) => typeof given === 'object' && given !== null
const isSignal = (given: unknown) =>
  isObject(given) && 'aborted' in (given as object) && 'addEventListener' in (given as object)
const isFamily = (given: unknown) => given === 4 || given === 6

/** All settings, in the order of the help, of the keys and of judging. */
// biome-ignore format: a table is read by its rows
export const SETTINGS = {
  /** Statuses that are fine, as in `--accept`: `200-299,301,4xx`, `+403`. Default `200-299`. */
  accept: { of: 'expect', flag: '-a, --accept <statuses>', group: 'Judge', brief: true, key: 'accept', type: statuses, initial: SUCCESSFUL, shown: SUCCESSFUL.toString(),
    help: 'statuses that are fine, such as 200-299,301,4xx; +403 adds to the default' },
  /** Where the first answer redirects to: a URL, or a path on the same host. Then redirects are not followed. */
  location: { of: 'expect', key: 'location', type: value.place, initial: null, expands: 'url', fault: 'the Location header is another one',
    implies: (): Implied => ({ follow: false }) },
  /** Where the redirects end. */
  finalUrl: { of: 'expect', key: 'final-url', type: value.place, initial: null, expands: 'url', fault: 'the final URL is another one',
    implies: (): Implied => ({ follow: true }), needs: 'redirects to be followed' },
  /** Text in the body of the final answer, within its first 1 MiB. */
  contains: { of: 'expect', flag: '--contains <text>', group: 'Judge', key: 'contains', type: value.needle, initial: null, expands: 'text', fault: 'the body does not contain the text',
    help: 'the body of the final answer has to contain this text',
    implies: (readsUntil: string): Implied => ({ method: 'GET', readsUntil }), needs: 'a body, and HEAD has none' },
  /** Headers of the final answer by name: a regular expression, or its source. Replaces those of the same name. */
  expectHeaders: { of: 'expect', flag: '--expect-header <pattern>', group: 'Judge', key: 'expect-header', type: headerPatterns, initial: [], expands: 'pattern', stranger: 'never', fault: 'a header is not as expected',
    help: "a header of the final answer has to match, such as 'content-type: ^text/html'; repeatable" },
  /** The longest time until the head of the final answer, ms. */
  maxLatencyMs: { of: 'expect', flag: '--max-latency <duration>', group: 'Judge', key: 'max-latency', type: value.duration, initial: null, fault: 'slower than allowed',
    help: 'slower answers fail' },
  /** Days that the certificate still has to be valid. URLs without TLS are not concerned. */
  certDays: { of: 'expect', flag: '--cert-days <days>', group: 'Judge', key: 'cert-days', type: value.count(0, 36_500), initial: null, fault: 'the certificate expires soon',
    help: 'certificates have to be valid for so many days', implies: (): Implied => ({ readsChain: true }) },
  /** Statuses and kinds that are inconclusive instead of failed, as in `--inconclusive`: `timeout,403,5xx,tcp.*`; `+403` adds. */
  inconclusive: { of: 'expect', flag: '--inconclusive <set>', group: 'Judge', key: 'inconclusive', type: kindSet(checkKinds), initial: null,
    help: 'statuses and kinds that are inconclusive instead of failed, such as timeout,403,5xx,tcp.*' },
  /** Settings for hosts, as in `--rule`: `*.example.com accept=404 user=$NAME`, names from `env`, where each must be set. */
  rules: { of: 'run', flag: '--rule <rule>', group: 'Judge', type: listOf(value.text), initial: [], judges: true,
    help: "settings for a host: 'example.com accept=404 retries=0', for what is below it: '*.example.com user=$NAME'; the last match wins; repeatable" },

  /** How many failures are still exit code 0. Default: none. */
  maxFailures: { of: 'run', flag: '--max-failures <count>', group: 'Exit', type: value.failureBudget, initial: { count: 0, percent: null }, shown: '0',
    help: 'failures, N or N%, that still are exit code 0' },
  /** Stop after so many failures. Default: never. */
  bail: { of: 'run', flag: '--bail <count>', group: 'Exit', type: value.count(1, 1_000_000_000), initial: null, help: 'stop after so many failures' },
  /** Stop after this time, ms. Default: never. */
  timeLimitMs: { of: 'run', flag: '--time-limit <duration>', group: 'Exit', type: value.duration, initial: null,
    help: 'stop the run after this time, with a report of what was done' },
  /** Inconclusive URLs fail the run too, in `summary.exitCode`. Default false. */
  strict: { of: 'run', flag: '--strict', group: 'Exit', type: value.yes, initial: false, help: 'inconclusive URLs fail the run too' },
  allowEmpty: { of: 'command', flag: '--allow-empty', group: 'Exit', type: value.yes, initial: false, help: 'a list without URLs is fine' },
  baseline: { of: 'command', flag: '--baseline <file>', group: 'Exit', type: value.text, initial: null,
    help: 'compare with an earlier ndjson report: what is new, fixed, still failing' },
  updateBaseline: { of: 'command', flag: '--update-baseline', group: 'Exit', type: value.yes, initial: false, help: 'write the baseline anew after the run' },
  failOn: { of: 'command', flag: '--fail-on <failures>', group: 'Exit', type: value.oneOf<'any' | 'new'>(['any', 'new']), initial: 'any', shown: 'any',
    help: 'any, or only new ones against the baseline' },

  /** The budget of one attempt in ms, redirects included, waiting in our own queue excluded. Default 10,000. */
  timeoutMs: { of: 'ask', flag: '-t, --timeout <duration>', group: 'Request', brief: true, key: 'timeout', type: value.duration, initial: 10_000, shown: '10s', stranger: 'less',
    help: 'how long one URL may take, redirects included' },
  /** A smaller bound for making a connection, ms. Default: none. */
  connectTimeoutMs: { of: 'ask', flag: '--connect-timeout <duration>', group: 'Request', type: value.duration, initial: null,
    help: 'how long making a connection may take (default: the timeout)' },
  /** `GET` (default) or `HEAD`. */
  method: { of: 'ask', flag: '-X, --method <method>', group: 'Request', brief: true, key: 'method', type: value.method, initial: 'GET', shown: 'GET', judges: true, help: 'GET or HEAD' },
  /** Sent to the URL's own origin only, apart from `Accept`, `Accept-Language` and `User-Agent`. Behind those of the client. */
  headers: { of: 'ask', flag: '-H, --header <header>', group: 'Request', brief: true, key: 'header', type: headers, initial: [], judges: true, secret: true, expands: 'text', stranger: 'never',
    help: "a header for every request, such as 'Accept-Language: en'; not sent to another origin on a redirect; repeatable" },
  /** `name:password` for HTTP Basic (RFC 7617). Default: the URL's userinfo. */
  user: { of: 'ask', key: 'user', type: value.user, initial: null, judges: true, secret: true, stranger: 'never' },
  /** Default `urlstatus/VERSION`. */
  userAgent: { of: 'client', flag: '-A, --user-agent <text>', group: 'Request', type: fieldValue('User-Agent'), initial: null, expands: 'text',
    help: 'the User-Agent header (default: urlstatus/VERSION)' },
  /** Follow redirects. Default true. */
  follow: { of: 'ask', flag: '--no-follow', group: 'Request', brief: true, key: 'follow', bare: 'yes', type: value.yes, initial: true, judges: true, stranger: 'less',
    help: 'judge the first answer, do not follow redirects' },
  /** Default 20. */
  maxRedirects: { of: 'ask', flag: '--max-redirects <count>', group: 'Request', key: 'max-redirects', type: value.count(0, 1000), initial: 20, shown: '20', judges: true, stranger: 'less',
    help: 'redirects to follow for one URL' },
  /** Report the status in spite of a bad certificate; the fault stays in `tls.error`. Default false. */
  insecure: { of: 'ask', flag: '-k, --insecure', group: 'Request', key: 'insecure', bare: 'yes', type: value.yes, initial: false, judges: true, stranger: 'never',
    help: 'report the status in spite of a bad certificate' },
  /** PEM texts of certificates to trust beside what Node trusts: authorities of any rank, servers' own. Default: none. */
  ca: { of: 'client', type: listOf(value.text), initial: [] },
  caFile: { of: 'command', flag: '--ca-file <file>', group: 'Request', type: value.text, initial: null, help: 'trust the certificates in this PEM file as well' },
  /** PEM text of a client certificate, with its key or with `key`; shown to the URL's own origin only. */
  cert: { of: 'client', type: value.text, initial: null, secret: true },
  certFile: { of: 'command', flag: '--cert <file>', group: 'Request', type: value.text, initial: null,
    help: 'client certificate in PEM, with its key or with --key; for the origins of the list only' },
  /** PEM text of the key of the client certificate. */
  key: { of: 'client', type: value.text, initial: null, secret: true },
  keyFile: { of: 'command', flag: '--key <file>', group: 'Request', type: value.text, initial: null, help: 'key of the client certificate in PEM' },
  /** `http://`, `https://`, `socks4://`, `socks4a://`, `socks5://` or `socks5h://` proxy for all requests. Default: none. */
  proxy: { of: 'client', flag: '--proxy <url>', group: 'Request', type: value.url, initial: null, expands: 'url',
    help: 'http, https, socks4, socks4a, socks5 or socks5h proxy, or none (default: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY)' },
  /** Only addresses of this family. Default: both. */
  family: { of: 'client', type: ofLibrary<4 | 6>('4 or 6', isFamily), initial: null },
  ipv4: { of: 'command', flag: '-4, --ipv4', group: 'Request', type: value.yes, initial: false, help: 'only IPv4 addresses' },
  ipv6: { of: 'command', flag: '-6, --ipv6', group: 'Request', type: value.yes, initial: false, help: 'only IPv6 addresses' },
  /** Addresses for a host and port, instead of asking DNS. */
  resolve: { of: 'client', flag: '--resolve <host:port:address>', group: 'Request', type: listOf(pinnedAddress), initial: [],
    help: 'connect to this address for this host (* for all) and port; repeatable' },
  /** DNS servers to ask instead of the system: `ADDRESS` or `ADDRESS:PORT`. */
  dnsServers: { of: 'client', flag: '--dns-server <address>', group: 'Request', type: listOf(nameServer), initial: [],
    help: 'ask this DNS server instead of the system, ADDRESS or ADDRESS:PORT; repeatable' },
  /** Never connect to private, loopback and other special addresses. Default false. */
  denyPrivate: { of: 'client', flag: '--deny-private', group: 'Request', type: value.yes, initial: false,
    help: 'never connect to private, loopback and other special addresses: for lists that you did not write' },

  /** Requests on the wire at once. Default 128. */
  concurrency: { of: 'client', flag: '-c, --concurrency <count>', group: 'Pace', brief: true, type: value.count(1, 100_000), initial: 128, shown: '128', help: 'requests at once' },
  /** Requests on the wire at once to one host. Default 20; for a public host 6 after its first 100 requests. */
  perHost: { of: 'client', flag: '--per-host <count>', group: 'Pace', brief: true, type: value.count(1, 100_000), initial: null,
    help: 'requests at once to one host (default: 20, for a public host 6 after its first 100 requests)' },
  /** Threads that ask, the one of the run included; `auto`: one more for as long as one is the bottleneck. Default 1; of the command `auto`. */
  threads: { of: 'run', flag: '--threads <count>', group: 'Pace', type: value.threads, initial: 'auto', shown: 'auto',
    help: 'threads that ask, N or auto: another one for as long as one is the bottleneck and there is a core' },
  /** Requests a second in all. Default: as many as there is room for. */
  rate: { of: 'client', flag: '--rate <count/s>', group: 'Pace', type: value.rate, initial: null, help: 'requests a second in all, such as 50/s' },
  /** Requests a second to one host. Default: as many as there is room for. */
  ratePerHost: { of: 'client', flag: '--rate-per-host <count/s>', group: 'Pace', type: value.rate, initial: null, help: 'requests a second to one host' },
  /** How often `checkAll` asks a failure again that may pass; `fetchStatus` makes one attempt always. Default 2. */
  retries: { of: 'ask', flag: '--retries <count>', group: 'Pace', brief: true, key: 'retries', type: value.count(0, 100), initial: 2, shown: '2', stranger: 'less',
    help: 'ask again so often when a failure may pass' },
  /** Ask again after a timeout too. Default false. */
  retryTimeouts: { of: 'run', flag: '--retry-timeouts', group: 'Pace', type: value.yes, initial: false, help: 'ask again after a timeout too' },
  /** All waits for retries of one URL, ms. Default 30,000. */
  maxWaitMs: { of: 'run', flag: '--max-wait <duration>', group: 'Pace', type: value.duration, initial: 30_000, shown: '30s', help: 'waiting for retries of one URL, all in all' },
  /** Ask failures that may pass once more, gently, this long after the first pass, ms. Default: not. */
  recheckMs: { of: 'run', flag: '--recheck <duration>', group: 'Pace', type: value.duration, initial: null,
    help: 'ask failures that may pass once more, gently, this long after the first pass' },
  /** Ask failures again every 2 s until all is fine or this time is over, ms. Default: not. */
  waitMs: { of: 'run', flag: '--wait <duration>', group: 'Pace', type: value.duration, initial: null,
    help: 'ask what fails again every 2 s until all is fine or this time is over: for use after a deploy' },

  // Which reports there are is known above the table: `report/formats/output-request.ts` reads these two.
  output: { of: 'command', flag: '-o, --output <file>', group: 'Output', brief: true, type: value.elsewhere, initial: [],
    help: 'also write a report to FILE, format by its ending or FORMAT=FILE; repeatable' },
  report: { of: 'command', flag: '-r, --report <format>', group: 'Output', brief: true, type: value.elsewhere, initial: 'table', shown: 'table', help: 'on stdout instead of the table' },
  writeFailed: { of: 'command', flag: '--write-failed <file>', group: 'Output', type: value.text, initial: null, help: 'write the lines that failed, as a list to run again' },
  resume: { of: 'command', flag: '--resume', group: 'Output', type: value.yes, initial: false, help: 'go on with an interrupted -o FILE.ndjson: ask only what is missing' },
  /** Verdicts in the order of the list; what is done is held back within a bound. Default false: as they are done. */
  inOrder: { of: 'run', flag: '--in-order', group: 'Output', type: value.yes, initial: false, help: 'rows in the order of the list, not as they are done' },
  fields: { of: 'command', flag: '--fields <names>', group: 'Output', type: value.names, initial: null,
    help: 'only these fields in ndjson, json and csv, in this order, such as url,status' },
  show: { of: 'command', flag: '--show <rows>', group: 'Output', type: value.oneOf<Show>(['auto', 'all', 'failed']), initial: 'auto', shown: 'auto',
    help: 'rows of the table: auto (beyond 100 URLs only failures), all, failed' },
  quiet: { of: 'command', flag: '-q, --quiet', group: 'Output', brief: true, type: value.yes, initial: false, help: 'no progress and no notices' },
  progress: { of: 'command', flag: '--no-progress', group: 'Output', type: value.yes, initial: true, help: 'no progress on stderr' },
  color: { of: 'command', flag: '--color', group: 'Output', type: value.yes, initial: null,
    help: 'colour even in a pipe; --no-color for none (default: on a terminal, NO_COLOR and FORCE_COLOR obeyed)' },
  github: { of: 'command', flag: '--no-github', group: 'Output', type: value.yes, initial: true, help: 'in GitHub Actions no annotations and no job summary' },

  /** Ask only URLs that match one of these. Default: all. What cannot run in time linear in the text (look-around, back references) is a `TypeError`. */
  include: { of: 'run', flag: '--include <regexp>', group: 'Input', type: listOf(pattern), initial: [], help: 'ask only URLs that match; repeatable: any of them' },
  /** Leave out URLs that match one of these. */
  exclude: { of: 'run', flag: '--exclude <regexp>', group: 'Input', type: listOf(pattern), initial: [], help: 'leave out URLs that match; repeatable: none of them' },
  /** Ask every URL once; repeats are verdicts with the outcome `skipped`. Default false. */
  dedupe: { of: 'run', flag: '--dedupe', group: 'Input', type: value.yes, initial: false, help: 'ask every URL once; repeats are rows with outcome skipped' },
  /** Ask only what is in this part of the list, by `shardOf`; `{ index: 3, count: 8 }` as `--shard 3/8`. Default: all. */
  shard: { of: 'run', flag: '--shard <i/n>', group: 'Input', type: value.shard, initial: null,
    help: 'only part I of N, such as 3/8: every URL is in one part, all of a host in the same' },
  variables: { of: 'command', flag: '--env <name>', group: 'Input', type: listOf(value.variableName), initial: [], secret: true,
    help: '$NAME in a list is this variable of the environment; repeatable' },
  untrusted: { of: 'command', flag: '--untrusted', group: 'Input', type: value.yes, initial: false,
    help: 'somebody else wrote the list: --deny-private; no header, user, insecure, expect-header and --env; timeout, max-redirects and retries of a line only lower yours' },
  /** What targets that are paths (`/healthz`) are paths of: an http or https URL. Default: such a target is invalid. */
  baseUrl: { of: 'run', flag: '--base-url <url>', group: 'Input', type: value.url, initial: null, secret: true, expands: 'url',
    help: 'lines that are paths, such as /healthz, are paths of this URL' },
  inputFormat: { of: 'command', flag: '--input-format <name>', group: 'Input', type: value.oneOf(INPUT_FORMAT_NAMES), initial: null,
    help: `what all inputs are, where their endings and content do not tell: ${INPUT_FORMAT_NAMES.join(' ')}; for one of them NAME=FILE, for a list behind a URL NAME=URL` },
  column: { of: 'command', flag: '--column <key=name>', group: 'Input', type: listOf(value.column), initial: [], judges: true,
    help: 'which column of a table, or member of a JSON object, is the url or a setting, such as location="New URL"; repeatable' },
  config: { of: 'command', flag: '--config <file>', group: 'Input', type: value.text, initial: null,
    help: 'settings from this file, or none (default: scrape-status.config.json in this folder, if there is one)' },
  dryRun: { of: 'command', flag: '--dry-run', group: 'Input', type: value.yes, initial: false, help: 'ask nothing: print how many URLs and hosts would be asked and with what settings; every URL with -r ndjson, json or csv' },

  queue: { of: 'command', flag: '--queue <url>', group: 'Queue', type: value.redisUrl, initial: null, expands: 'url', secret: true,
    help: 'ask with the workers at this Redis or Valkey, redis://HOST:PORT; name and password may come from SCRAPE_STATUS_QUEUE' },
  queueRun: { of: 'command', flag: '--queue-run <name>', group: 'Queue', type: value.runName, initial: null,
    help: 'what the run is called there, to be taken up again by it (default: made of machine, folder and outputs)' },
  queueSecrets: { of: 'command', flag: '--queue-secrets', group: 'Queue', type: value.yes, initial: false,
    help: 'headers, passwords and client keys as they are written may be stored there' },
  queueLock: { of: 'worker', flag: '--queue-lock <duration>', group: 'Queue', type: value.duration, initial: 60_000, shown: '60s',
    help: 'of a worker: when it was not heard of for so long, others ask what it had' },
  grace: { of: 'worker', flag: '--grace <duration>', group: 'Queue', type: value.duration, initial: 10_000, shown: '10s',
    help: 'of a worker: how long its requests may still take when it has to end' },
  metricsPort: { of: 'worker', flag: '--metrics-port <port>', group: 'Queue', type: value.count(0, 65_535), initial: null,
    help: 'of a worker: serve /healthz, /readyz and /metrics there' },
  /** Why it is not asked. */
  skip: { of: 'line', key: 'skip', bare: 'skipped', type: value.reason, initial: null },
  /** Where `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY` and the names of `rules` are looked for. Default: nowhere. */
  env: { of: 'client', type: ofLibrary<Readonly<Record<string, string | undefined>>>('an object of names and values', isObject), initial: {} },
  /**
   * How far the list is read ahead: targets that were read and have no verdict yet, to within an eighth. Default: 32,768,
   * enough for a list that is sorted by host, and 4,096 while everything there is room for is being asked.
   */
  window: { of: 'run', type: value.count(1, 1_000_000), initial: undefined },
  /** Told in a sentence when a server asks for a long wait or this machine ran into a limit. Default: nobody. */
  notify: { of: 'run', type: ofLibrary<(text: string) => void>('a function', isFunction), initial: () => {} },
  /** Aborting begins nothing any more and ends what is on the wire; those targets have no verdict. */
  signal: { of: 'run', type: ofLibrary<SignalLike>('an AbortSignal', isSignal), initial: undefined },
  /** Monotonic ms; for tests. Default `performance.now`. */
  now: { of: 'client', type: ofLibrary<() => number>('a function', isFunction), initial: () => performance.now() },
} as const satisfies Readonly<Record<string, Setting>>

/** The kinds of expectations: what has a rule. */
function checkKinds(): readonly string[] {
  const rows: readonly Setting[] = Object.values(SETTINGS)
  return rows.flatMap(({ fault, key }) => (fault === undefined ? [] : [`check.${key}`]))
}
