// Real proxies on loopback, from Debian: tinyproxy for HTTP and CONNECT, microsocks for SOCKS5.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Closable } from './close-after-test.js'

/** Name and password that the proxy asks for; no characters that its configuration would misread. */
export interface ProxyAuth {
  readonly username: string
  readonly password: string
}

export interface RunningProxy extends Closable {
  readonly port: number
  /** `http://127.0.0.1:PORT` or `socks5h://127.0.0.1:PORT`, with name and password where it asks for them. */
  readonly url: string
  /** What it has written of its connections, in its own words. */
  log(): string
}

/** Starts tinyproxy. CONNECT goes to the ports given, to any when none are; plain http to any. */
export async function startTinyproxy(
  options: { readonly allowConnectPorts?: readonly number[]; readonly auth?: ProxyAuth } = {},
): Promise<RunningProxy> {
  const port = await freePort()
  const folder = await mkdtemp(join(tmpdir(), 'scrape-status-tinyproxy-'))
  const configuration = join(folder, 'tinyproxy.conf')
  const lines = [
    `Port ${port}`,
    'Listen 127.0.0.1',
    'Timeout 60',
    'MaxClients 1000',
    'LogLevel Connect',
    ...(options.allowConnectPorts ?? []).map((allowed) => `ConnectPort ${allowed}`),
    ...(options.auth ? [`BasicAuth ${options.auth.username} ${options.auth.password}`] : []),
  ]
  await writeFile(configuration, `${lines.join('\n')}\n`)
  const proxy = await startProxy(['tinyproxy', '-d', '-c', configuration], port, 'http', options.auth)
  const close = async () => {
    await proxy.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { ...proxy, close }
}

/** Starts microsocks. */
export async function startMicrosocks(options: { readonly auth?: ProxyAuth } = {}): Promise<RunningProxy> {
  const port = await freePort()
  const auth = options.auth ? ['-u', options.auth.username, '-P', options.auth.password] : []
  return startProxy(['microsocks', '-i', '127.0.0.1', '-p', String(port), ...auth], port, 'socks5h', options.auth)
}

async function startProxy(
  [command, ...args]: readonly string[],
  port: number,
  scheme: string,
  auth: ProxyAuth | undefined,
): Promise<RunningProxy> {
  // Debian puts some of them where an ordinary user's PATH does not reach.
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }
  const child = spawn(command!, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk
    })
  }
  let problem: string | null = null
  child.once('error', () => {
    problem = `${command} is not installed: apt-get install ${command}`
  })
  child.once('exit', () => {
    problem ??= `${command} did not start: ${said.trim()}`
  })
  const killNow = () => void child.kill('SIGKILL')
  process.once('exit', killNow)
  const close = async () => {
    process.off('exit', killNow)
    if (problem !== null) return
    const exited = once(child, 'exit')
    killNow()
    await exited
  }
  while (!(await accepts(port))) {
    if (problem !== null) throw new Error(problem)
    await sleep(20)
  }
  const userinfo = auth ? `${auth.username}:${auth.password}@` : ''
  return { port, url: `${scheme}://${userinfo}127.0.0.1:${port}`, log: () => said, close }
}

/** A port that was free a moment ago: these programs cannot say which one they were given. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
