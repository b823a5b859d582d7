// An address that swallows connection attempts: SYNs are dropped, as behind a firewall. Needs no privileges, Linux only.
// A child listens with the smallest backlog and never accepts; once its queue is full the kernel drops what comes.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Closable } from './close-after-test.js'

export interface BlackHole extends Closable {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string
  readonly host: string
  readonly port: number
}

// The synchronous read keeps the event loop from accepting, and ends when our end of the pipe closes: also when this
// process is killed. (A child stopped with SIGSTOP would stay behind.)
const NEVER_ACCEPTS = `
  const fs = require('node:fs')
  const server = require('node:net').createServer()
  server.on('error', (error) => fs.writeSync(1, error.code))
  server.listen({ port: 0, host: process.argv[1], backlog: 1 }, () => {
    fs.writeSync(1, String(server.address().port))
    try { fs.readSync(0, Buffer.alloc(1)) } finally { process.exit() }
  })`

/** Starts a black hole and resolves when a connection to it has been seen to hang. */
export async function startBlackHole(host = '127.0.0.1'): Promise<BlackHole> {
  const child = spawn(process.execPath, ['-e', NEVER_ACCEPTS, host], { stdio: ['pipe', 'pipe', 'inherit'] })
  const fillers: Socket[] = []
  const close = async () => {
    for (const socket of fillers) socket.destroy()
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  try {
    const [said] = await once(child.stdout, 'data')
    const port = Number(said)
    if (!(port > 0)) throw new Error(`cannot listen on ${host}: ${said}`)
    await fill(port, host, fillers)
    return { url: `http://${host}:${port}`, host, port, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Connects until a connection hangs. Linux queues backlog + 1, so the third should. */
async function fill(port: number, host: string, fillers: Socket[]): Promise<void> {
  while (fillers.length < 8) {
    const socket = connect(port, host)
    socket.on('error', () => {})
    fillers.push(socket)
    const connected = await Promise.race([once(socket, 'connect').then(() => true), sleep(250, false)])
    if (!connected) return
  }
  throw new Error('this kernel accepts connections beyond the backlog; no black hole here')
}
