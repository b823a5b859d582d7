// The server of the made internet, in a process of its own: it does what the path of each request says.
// See made-internet.mjs.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Starts it; resolves to `{ port, stop() }`. */
export async function startInternet() {
  const child = fork(fileURLToPath(new URL('./internet-process.mjs', import.meta.url)))
  const [port] = await once(child, 'message')
  const stop = () => void child.kill('SIGKILL')
  process.once('exit', stop)
  return { port, stop }
}
