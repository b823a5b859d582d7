// The same as nginx.mjs where nginx is not installed, by Node in a process of its own: slower, and so is then all that
// is measured against it.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Starts it; resolves to `{ what, port, tlsPort, stop() }`. */
export async function startNode(folder, certificates) {
  const child = fork(fileURLToPath(new URL('./node-process.mjs', import.meta.url)), { cwd: folder })
  child.send(certificates)
  const [{ port, tlsPort }] = await once(child, 'message')
  const stop = () => void child.kill('SIGKILL')
  process.once('exit', stop)
  return { what: `Node ${process.versions.node} (nginx is not installed)`, port, tlsPort, stop }
}
