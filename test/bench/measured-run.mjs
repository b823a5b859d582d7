// One run of one command as a whole process: wall time with its start-up, CPU time, and the most memory it had.
// Peak memory is VmHWM, looked at while it runs: `ru_maxrss` of a child begins with that of the larger process that forked.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { platform } from 'node:process'
import { fileURLToPath } from 'node:url'

const MEASURED = fileURLToPath(new URL('./measured-run.sh', import.meta.url))
const LOOK_EVERY_MS = 25
/** No run of any workload takes so long; what does hangs. */
const LONGEST_MS = 20 * 60_000

/**
 * Runs `args` in `folder`. Standard output goes to `output` (a file), or to `onOutput(chunk, ms since start)`; standard
 * error to `errors` (a file). `feeder` is a command whose output becomes the standard input through a real pipe.
 * Resolves to `{ wallMs, cpuMs, peakKb, exitCode }`; `peakKb` is null where there is no /proc.
 */
export async function measuredRun({ args, env = {}, folder, output, errors, onOutput, feeder = null }) {
  const files = [output ?? null, errors].map((path) => (path === null ? null : openSync(path, 'w')))
  const [outFile, errorFile] = files
  const measured = ['sh', MEASURED, ...args]
  const command = feeder === null ? measured : ['sh', '-c', `${feeder.map(quote).join(' ')} | "$@"`, 'sh', ...measured]
  const startedAt = performance.now()
  const child = spawn(command[0], command.slice(1), {
    cwd: folder,
    env: { ...cleanEnvironment(), ...env },
    stdio: [feeder === null ? 'ignore' : 'inherit', outFile ?? 'pipe', errorFile, 'pipe'],
  })
  for (const file of files) if (file !== null) closeSync(file)
  child.stdout?.on('data', (chunk) => onOutput(chunk, performance.now() - startedAt))

  let told = ''
  let peakKb = null
  let pid = null
  child.stdio[3].setEncoding('utf8').on('data', (text) => {
    told += text
    pid ??= told.includes('\n') ? Number.parseInt(told, 10) : null
    look()
  })
  const look = () => {
    const kb = pid === null ? null : peakMemoryKb(pid)
    if (kb !== null) peakKb = Math.max(peakKb ?? 0, kb)
  }
  const looking = setInterval(look, LOOK_EVERY_MS)
  const killNow = () => {
    if (pid !== null && child.exitCode === null) process.kill(pid, 'SIGKILL')
  }
  const killer = setTimeout(killNow, LONGEST_MS)
  process.once('exit', killNow)
  const closed = once(child, 'close')
  const [exitCode] = await once(child, 'exit')
  const wallMs = performance.now() - startedAt
  await closed
  clearInterval(looking)
  clearTimeout(killer)
  process.off('exit', killNow)
  return { wallMs, cpuMs: cpuMs(told), peakKb, exitCode }
}

/** Nothing of the user's surroundings may decide a race: proxies, Node's options, authorities. */
export function cleanEnvironment() {
  const isInfluence = (name) => /_proxy$|^(?:NODE_|SSL_CERT_|CURL_|FORCE_COLOR$)/i.test(name)
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !isInfluence(name))), NO_COLOR: '1' }
}

function peakMemoryKb(pid) {
  if (platform !== 'linux') return null
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return found === null ? null : Number(found[1])
  } catch {
    return null
  }
}

/** The second line of `times`: `0m1.23s 0m0.45s`. */
function cpuMs(told) {
  const times = told
    .trim()
    .split('\n')
    .at(-1)
    .matchAll(/(\d+)m([\d.,]+)s/g)
  return Array.from(
    times,
    ([, minutes, seconds]) => (Number(minutes) * 60 + Number(seconds.replace(',', '.'))) * 1000,
  ).reduce((sum, ms) => sum + ms, 0)
}

function quote(word) {
  return `'${word.replaceAll("'", "'\\''")}'`
}
