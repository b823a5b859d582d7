// The dot that ends a fully qualified name: it stands for the root of DNS (RFC 1034 §3.1), and for most purposes the
// name with it and the one without are the same host.

/** A host name without its trailing dot; only one is taken. */
export function withoutTrailingDot(hostname: string): string {
  return hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
}
