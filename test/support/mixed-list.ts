// A list for path-server.ts in which lines of all kinds stand beside each other: what has to come out the same, however many
// processes, threads or machines share it.

export interface MixedListOptions {
  readonly port: number
  /** Its first host is `127.0.NET.1`; each net has 250 of them. */
  readonly net: number
  /** Default 40, and each of them has about six lines. */
  readonly hosts?: number
}

/**
 * Answers of all kinds, redirects to hosts of other parts, expectations that hold and that do not, lines that are wrong, that
 * are skipped, and that are there twice.
 */
export function mixedList({ port, net, hosts = 40 }: MixedListOptions): string {
  const hostOf = (at: number) => {
    const host = at % hosts
    return `127.0.${net + Math.floor(host / 250)}.${(host % 250) + 1}`
  }
  const url = (at: number, path: string) => `http://${hostOf(at)}:${port}/${path}`
  const lines: string[] = ['# a list for several machines', '']
  for (let at = 0; at < hosts; at++) {
    lines.push(url(at, 'page'), url(at, `to/${hostOf(at + 7)}`), url(at, 'held'))
    if (at % 3 === 0) lines.push(url(at, 'flaky'), `${url(at, '404')} accept=404`, url(at, '410'))
    if (at % 5 === 0) lines.push(`${url(at, 'x')} contains="about x"`, `${url(at, 'y')} contains="about z"`)
    if (at % 10 === 0) lines.push(url(at, 'reset'), 'http://', `${url(at, 'z')} skip="not now"`, url(at, 'page'))
  }
  return `${lines.join('\n')}\n`
}
