// Where a redirect leads, in words; the report page shows it too, in a browser, so it needs nothing else.

/** Where redirects led, as short as it is clear: the path alone on the same origin. */
export function shortTarget(from: string, to: string): string {
  try {
    const target = new URL(to)
    if (target.origin === new URL(from).origin) return `${target.pathname}${target.search}${target.hash}`
  } catch {
    // Not a URL: as it is.
  }
  return to
}
