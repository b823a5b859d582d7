// The real nginx on loopback, plain and TLS, in a temporary folder: a server that we did not write.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Certificate } from './certificates.js'
import type { Closable } from './close-after-test.js'

export interface NginxOptions {
  /** What each location says, in nginx's words: `{ '/': "return 200 'ok'", '= /old': 'return 301 /' }`. */
  readonly locations: Readonly<Record<string, string>>
  /** Files under the root, by path: `{ 'index.html': '…' }`. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>
  /** Serves HTTPS as well. */
  readonly tls?: Pick<Certificate, 'cert' | 'key'>
  /** More lines for the server block: `keepalive_requests 10;`. */
  readonly server?: string
  /** More lines for the http block, such as `limit_req_zone …;`. */
  readonly http?: string
  /** Default `127.0.0.1`; `0.0.0.0` answers on every 127.a.b.c. */
  readonly host?: string
}

export interface Nginx extends Closable {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** `https://127.0.0.1:PORT`; null without `tls`. */
  readonly tlsUrl: string | null
  readonly tlsPort: number | null
  /** The temporary folder, with `nginx.conf` and `www/`. */
  readonly folder: string
}

// Debian puts it where an ordinary user's PATH does not reach.
const CANDIDATES = ['nginx', '/usr/sbin/nginx']

/** Starts nginx and resolves when it accepts connections. Throws with nginx's own words when it does not come up. */
export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const nginx = findNginx()
  if (nginx === null) throw new Error('nginx is not installed: apt-get install nginx-light (or brew install nginx)')
  const host = options.host ?? '127.0.0.1'
  const [port, tlsPort] = await freePorts(host)
  const folder = await mkdtemp(join(tmpdir(), 'scrape-status-nginx-'))
  for (const [name, content] of Object.entries({ ...options.files, '.keep': '' })) {
    const path = join(folder, 'www', name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
  }
  if (options.tls) {
    await writeFile(join(folder, 'cert.pem'), options.tls.cert)
    await writeFile(join(folder, 'key.pem'), options.tls.key)
  }
  await writeFile(join(folder, 'nginx.conf'), configuration(options, host, port, tlsPort))

  const errorLog = join(folder, 'error.log')
  const child = spawn(nginx, ['-p', folder, '-e', errorLog, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaint = ''
  child.stderr.on('data', (chunk) => {
    complaint += chunk
  })
  const running = () => child.exitCode === null && child.signalCode === null
  const killNow = () => void child.kill('SIGKILL')
  process.once('exit', killNow)
  const close = async () => {
    process.off('exit', killNow)
    if (running()) {
      const exited = once(child, 'exit')
      killNow()
      await exited
    }
    await rm(folder, { recursive: true, force: true })
  }
  while (running() && !(await accepts(port))) await sleep(20)
  if (!running()) {
    await close()
    throw new Error(`nginx did not start: ${complaint.trim()}`)
  }
  const shown = host === '0.0.0.0' ? '127.0.0.1' : host
  return {
    url: `http://${shown}:${port}`,
    port,
    tlsUrl: options.tls ? `https://${shown}:${tlsPort}` : null,
    tlsPort: options.tls ? tlsPort : null,
    folder,
    close,
  }
}

function findNginx(): string | null {
  return CANDIDATES.find((path) => spawnSync(path, ['-v']).error === undefined) ?? null
}

// One process without a master: killing it leaves nothing behind, and it stays the user that started it.
function configuration(options: NginxOptions, host: string, port: number, tlsPort: number): string {
  const locations = Object.entries(options.locations).map(
    ([path, says]) => `location ${path} { ${/[;}]\s*$/.test(says) ? says : `${says};`} }`,
  )
  const tls = `listen ${host}:${tlsPort} ssl; ssl_certificate cert.pem; ssl_certificate_key key.pem;`
  return `
daemon off;
master_process off;
pid nginx.pid;
error_log stderr warn;
events { worker_connections 8192; }
http {
  access_log off;
  default_type text/html;
  client_body_temp_path temp-body; proxy_temp_path temp-proxy; fastcgi_temp_path temp-fastcgi;
  uwsgi_temp_path temp-uwsgi; scgi_temp_path temp-scgi;
  keepalive_requests 1000000;
  ${options.http ?? ''}
  server {
    listen ${host}:${port} backlog=4096;
    ${options.tls ? tls : ''}
    root www;
    ${options.server ?? ''}
    ${locations.join('\n    ')}
  }
}
`
}

/** Two ports that were free a moment ago: nginx cannot say which one it was given. */
async function freePorts(host: string): Promise<[number, number]> {
  const servers = [createServer(), createServer()]
  const ports: number[] = []
  for (const server of servers) {
    server.listen(0, host)
    await once(server, 'listening')
    ports.push((server.address() as AddressInfo).port)
  }
  for (const server of servers) {
    server.close()
    await once(server, 'close')
  }
  return [ports[0]!, ports[1]!]
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
