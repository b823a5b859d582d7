// A list for a server that answers by the path (path-server.ts), for those that ask it in several ways and compare.

/** The hosts of the list, all of this machine. */
export const HOSTS = 40

export interface KindsOptions {
  readonly port: number
  /** The first three parts of the addresses of its hosts: one a test file. */
  readonly net: string
  /** One more path of each host. */
  readonly also?: string
}

/** A host of the list, whatever the number. */
export const hostAt = (net: string, at: number) => `${net}.${(at % HOSTS) + 1}`

/** Answers of all kinds, redirects to hosts of other parts, expectations that hold and that do not, lines that are wrong. */
export function listOfAllKinds({ port, net, also }: KindsOptions): string {
  const url = (at: number, path: string) => `http://${hostAt(net, at)}:${port}/${path}`
  const lines: string[] = ['# a list for several machines', '']
  for (let at = 0; at < HOSTS; at++) {
    lines.push(url(at, 'page'), url(at, `to/${hostAt(net, at + 7)}`))
    if (also !== undefined) lines.push(url(at, also))
    if (at % 3 === 0) lines.push(url(at, 'flaky'), `${url(at, '404')} accept=404`, url(at, '410'))
    if (at % 5 === 0) lines.push(`${url(at, 'x')} contains="about x"`, `${url(at, 'y')} contains="about z"`)
    if (at % 10 === 0) lines.push(url(at, 'reset'), 'http://', `${url(at, 'z')} skip="not now"`, url(at, 'page'))
  }
  return `${lines.join('\n')}\n`
}
