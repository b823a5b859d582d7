// Every way a URL can end, by name, but for the expectations that do not hold. Names follow W3C Network Error Logging (§5) where it has one.
// A kind is only added within a major version; nothing here may depend on a message text.

/** What one kind looks like to people: the word in the table's STATUS column and a plain sentence. */
export interface KindFacts {
  /** Shown instead of a status when no HTTP answer came; at most six letters, never a number. */
  readonly label: string
  /** The reason when nothing more exact is known, without a full stop. */
  readonly meaning: string
  /** What to do about it; null where the reason says it all. */
  readonly hint: string | null
}

const kind = (label: string, meaning: string, hint: string | null = null): KindFacts => ({ label, meaning, hint })

/** All kinds with a name of their own; those of expectations are in the table of settings. */
export const NAMED_KINDS = {
  ok: kind('ok', 'as expected'),
  'http.error': kind('HTTP', 'the status is not an accepted one'),
  'blocked.cloudflare': kind('BLOCK', 'Cloudflare challenge', 'Open it in a browser to be sure'),
  'blocked.aws-waf': kind('BLOCK', 'AWS WAF challenge', 'Open it in a browser to be sure'),
  'blocked.rate-limit': kind('BLOCK', 'the server limits the rate of requests', 'Ask more slowly: --per-host 1'),
  'blocked.status-999': kind('BLOCK', 'the server refuses checkers (999)', 'Open it in a browser to be sure'),
  'blocked.private_address': kind('BLOCK', 'the address is a private one'),
  'url.invalid': kind('URL', 'not a URL that can be asked'),
  'line.invalid': kind('LINE', 'the line cannot be read'),
  'dns.name_not_resolved': kind('DNS', 'no such host'),
  'dns.failed': kind('DNS', 'DNS did not answer', 'The name server failed, not the site. Try again later'),
  'tcp.refused': kind('TCP', 'connection refused', 'Nothing listens on that port'),
  'tcp.reset': kind('TCP', 'connection reset'),
  'tcp.closed': kind('TCP', 'closed without an answer'),
  'tcp.timed_out': kind('TCP', 'no connection in time'),
  'tcp.address_unreachable': kind('TCP', 'address unreachable'),
  'tls.cert.date_invalid': kind('TLS', 'certificate expired'),
  'tls.cert.name_invalid': kind('TLS', 'certificate is for another name'),
  'tls.cert.authority_invalid': kind('TLS', 'certificate issuer not trusted'),
  'tls.cert.invalid': kind('TLS', 'certificate not valid'),
  'tls.protocol.error': kind('TLS', 'TLS handshake failed'),
  'http.protocol.error': kind('HTTP', 'the answer is not HTTP'),
  'http.response.redirect_loop': kind('LOOP', 'redirect loop'),
  'http.response.too_many_redirects': kind('REDIR', 'too many redirects', 'Raise it with --max-redirects'),
  'http.response.invalid_redirect': kind('REDIR', 'redirect to something that is not a web address'),
  timeout: kind('LATE', 'no answer in time'),
  'proxy.failed': kind('PROXY', 'the proxy failed'),
  duplicate: kind('SAME', 'a repeat of an earlier URL'),
  skipped: kind('SKIP', 'skipped'),
  aborted: kind('STOP', 'stopped before it was done'),
  internal: kind('BUG', 'an error in this program', 'Please report it'),
} as const satisfies Record<string, KindFacts>

/** A kind with a name of its own. */
export type NamedKind = keyof typeof NAMED_KINDS

/**
 * What came of a URL: `ok` or what is wrong. `check.<key>` is an expectation that does not hold, `local.<code>` a fault of
 * this machine, never of the URL.
 */
export type Kind = NamedKind | `check.${string}` | `local.${string}`

const LOCAL: KindFacts = kind('LOCAL', 'this machine ran into a limit', 'This machine, not the URL, is the problem')

const LOCALS: Readonly<Record<string, KindFacts>> = {
  // What to do about it concerns the whole run, and is said once.
  'local.dns': kind('LOCAL', 'DNS here knows no public name'),
  'local.no_ipv4': kind(
    'LOCAL',
    'this machine has no IPv4',
    'There is no other address to reach it at: check it from a machine that has IPv4',
  ),
  'local.no_ipv6': kind(
    'LOCAL',
    'this machine has no IPv6',
    'There is no other address to reach it at: check it from a machine that has IPv6',
  ),
  'local.captive_portal': kind(
    'LOCAL',
    'this network asks for a login',
    'Log in to this network (open any web page in a browser here), then run it again',
  ),
}

/** The facts of a fault of this machine. */
export function localFacts(kind: Kind): KindFacts {
  return LOCALS[kind] ?? LOCAL
}

/** Whether a kind is this machine's fault, which is never held against a URL. */
export function isLocal(kind: Kind): boolean {
  return kind.startsWith('local.')
}
