// The server of the races: nginx where it is installed, else the bundled one.

import { findNginx, startNginx } from './nginx.mjs'
import { startNode } from './node.mjs'

/** Resolves to `{ what, port, tlsPort, stop() }`. */
export async function startServer(folder, certificates) {
  const nginx = findNginx()
  return nginx === null ? await startNode(folder, certificates) : await startNginx(nginx, folder, certificates)
}
