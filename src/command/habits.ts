// What people type who come from curl, lychee, linkinator, muffet and ProjectDiscovery's httpx, and the way that leads there
// here. An answer and not a guess: nothing of it is taken for a flag of ours.

const LIST = 'the list is named without a flag: scrape-status urls.txt; what it is: csv=FILE, json=FILE, sitemap=FILE'
const URL = 'a URL is named without a flag: scrape-status https://example.com'
const FORMAT = 'on stdout: -r json, -r csv, -r ndjson and others; into a file: -o report.csv'
const FOLLOWED = 'redirects are followed already (--no-follow turns it off)'
const QUIET = 'for no progress: -q'
const ATTEMPT = 'for the time that one URL may take: -t'
const EXIT = 'the exit code is 1 already when a URL fails'
const ALL = 'for everything that is known: -r ndjson'
const AUTH = "for a host: --rule 'HOST user=$NAME'; for one URL: user=… behind it in the list"
const COLUMN = 'for one column: -r csv --fields url,status'
const LEAVE_OUT = 'to leave URLs out: --exclude REGEXP'
const CRAWL =
  'pages are not searched for links; what is asked is the list, such as sitemap=https://example.com/sitemap.xml'
const RETRIES = 'to ask again: --retries N'
const PACE = 'for fewer requests a second: --rate N, for one host --rate-per-host N'
const AT_ONCE = 'requests at once: -c N; to one host: --per-host N'
const PROXY = 'for a proxy: --proxy URL'
const ACCEPT = 'statuses that are fine: -a 200-299,403'
const COOKIE = "for a header of every request: -H 'Cookie: NAME=VALUE'"
const SAVED = 'to keep a report: -o report.ndjson'

/** By the flag as it is typed. */
export const HABITS: Readonly<Record<string, string>> = {
  '-L': FOLLOWED,
  '--location': FOLLOWED,
  '-fr': FOLLOWED,
  '--follow-redirects': FOLLOWED,
  '-I': 'for HEAD requests: -X HEAD',
  '--head': 'for HEAD requests: -X HEAD',
  '-m': ATTEMPT,
  '--max-time': ATTEMPT,
  '-s': QUIET,
  '--silent': QUIET,
  '-silent': QUIET,
  '-f': `${EXIT}; ${LIST}`,
  '--fail': EXIT,
  '-u': AUTH,
  '--user': AUTH,
  '--basic-auth': AUTH,
  '-w': COLUMN,
  '--write-out': COLUMN,
  '-v': ALL,
  '--verbose': ALL,
  '--verbosity': QUIET,
  '-i': LIST,
  '-l': LIST,
  '--list': LIST,
  '-list': LIST,
  '--file': LIST,
  '--files': LIST,
  '--files-from': LIST,
  '--input': LIST,
  '--input-file': LIST,
  '--urls': LIST,
  '--url': URL,
  '--stdin': 'the list may come from a pipe: cat urls.txt | scrape-status',
  '--format': FORMAT,
  '--output-format': FORMAT,
  '--reporter': FORMAT,
  '--json': 'for JSON: -r json',
  '-json': 'for JSON: -r ndjson',
  '--ndjson': 'for NDJSON: -r ndjson, or -o report.ndjson',
  '--csv': 'for CSV: -r csv, or -o report.csv; a list that is a table: csv=FILE',
  '-csv': 'for CSV: -r csv, or -o report.csv',
  '--html': 'for a page: -o report.html',
  '--junit': 'for JUnit: -o report.xml, or -r junit',
  '--xml': 'for JUnit: -o report.xml, or -r junit',
  '--markdown': 'for Markdown: -o report.md, or -r markdown',
  '--output-file': SAVED,
  '--retry': RETRIES,
  '--max-retries': RETRIES,
  '--retry-errors': RETRIES,
  '--retry-wait-time': 'waits grow by themselves and end with --max-wait',
  '--retry-delay': 'waits grow by themselves and end with --max-wait',
  '--delay': PACE,
  '-rl': PACE,
  '--rate-limit': PACE,
  '--max-concurrency': AT_ONCE,
  '--max-connections': AT_ONCE,
  '--max-connections-per-host': AT_ONCE,
  '--parallel': `URLs are asked at once already; ${AT_ONCE}`,
  '--parallel-max': AT_ONCE,
  '-Z': `URLs are asked at once already; ${AT_ONCE}`,
  '-j': AT_ONCE,
  '-threads': AT_ONCE,
  '--workers': AT_ONCE,
  '-x': PROXY,
  '-e': LEAVE_OUT,
  '--skip': LEAVE_OUT,
  '--ignore': LEAVE_OUT,
  '--exclude-mail': 'mailto: and other schemes are skipped already',
  '--exclude-all-private': 'to refuse private addresses: --deny-private',
  '--exclude-private': 'to refuse private addresses: --deny-private',
  '--recurse': CRAWL,
  '--recursive': CRAWL,
  '-b': COOKIE,
  '--cookie': COOKIE,
  '--cookie-jar': 'cookies live for the redirects of one URL',
  '-sc': 'the status is shown already; for programs: -r csv --fields url,status',
  '-status-code': 'the status is shown already; for programs: -r csv --fields url,status',
  '-mc': ACCEPT,
  '-fc': 'statuses that fail: all that -a does not name',
  '--accept-status': ACCEPT,
  '--status-code': ACCEPT,
  '-title': 'only the status is looked at; for a text in the page: --contains TEXT',
  '--base': 'for lines that are paths: --base-url URL',
  '--cacert': 'certificates to trust as well: --ca-file FILE',
  '--cache': 'what is done is not asked again with --resume; what is new is told by --baseline FILE',
  '--compressed': 'a body is asked for packed where it is read',
  '--connect-to': 'for another address: --resolve HOST:PORT:ADDRESS',
  '--no-progress-bar': 'no progress: --no-progress',
  '--one-page-only': CRAWL,
  '--buffer-size': 'answers may have any size; of a body 64 KiB are read at most',
}
