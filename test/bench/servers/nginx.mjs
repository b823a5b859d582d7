// nginx as the server of the races: 200 without a body on every address of 127/8, pages for crawlers from `www/pages`,
// and TLS with a certificate for each host and no resumption.

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.mjs'

// Debian puts it where an ordinary user's PATH does not reach.
const CANDIDATES = ['nginx', '/usr/sbin/nginx']

/** The command, or null. */
export function findNginx() {
  return CANDIDATES.find((path) => spawnSync(path, ['-v']).error === undefined) ?? null
}

/** Starts it; resolves to `{ what, port, tlsPort, stop() }`. */
export async function startNginx(nginx, folder, certificates) {
  const [port, tlsPort] = [await freePort(), await freePort()]
  const config = join(folder, 'nginx.conf')
  const errorLog = join(folder, 'nginx-error.log')
  writeFileSync(config, configuration(port, tlsPort, certificates))
  const child = spawn(nginx, ['-p', folder, '-e', errorLog, '-c', config], { stdio: 'ignore' })
  const stop = () => void child.kill('SIGKILL')
  process.once('exit', stop)
  while (child.exitCode === null && !(await accepts(port))) await sleep(20)
  if (child.exitCode !== null) throw new Error(`nginx did not start, see ${errorLog}`)
  const what = `nginx ${/nginx\/(\S+)/.exec(spawnSync(nginx, ['-v'], { encoding: 'utf8' }).stderr)?.[1]}`
  return { what, port, tlsPort, stop }
}

/**
 * One process without a master. The addresses of the TLS servers stand beside a wildcard, so nginx binds only that and
 * chooses the certificate by the address that was connected to.
 */
function configuration(port, tlsPort, certificates) {
  const files = Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' })) || 65_536
  const tlsServer = ({ hosts, cert, key }, index) => `
  server {
    ${index === 0 ? `listen ${tlsPort} ssl backlog=4096;` : ''}
    ${hosts.map((host) => `listen ${host}:${tlsPort} ssl;`).join(' ')}
    ssl_certificate ${cert}; ssl_certificate_key ${key};
    location / { return 200; }
  }`
  return `
daemon off;
master_process off;
worker_processes 1;
pid nginx.pid;
error_log stderr emerg;
events { worker_connections ${Math.min(files - 64, 65_536)}; }
http {
  access_log off;
  default_type text/plain;
  client_body_temp_path temp-body; proxy_temp_path temp-proxy; fastcgi_temp_path temp-fastcgi;
  uwsgi_temp_path temp-uwsgi; scgi_temp_path temp-scgi;
  keepalive_requests 1000000000;
  ssl_session_tickets off;
  ssl_session_cache off;
  server {
    listen ${port} backlog=4096;
    location / { return 200; }
    location /pages/ { root www; types { text/html html; } }
  }
  ${certificates.map(tlsServer).join('')}
}
`
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket
      .once('error', () => resolve(false))
      .once('connect', () => {
        socket.destroy()
        resolve(true)
      })
  })
}
