// Runs one line of a shell, for what a page says that people type.

import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

export interface ShellOptions {
  readonly cwd: string
  /** A folder whose programs go before all others. */
  readonly path: string
}

/** The last command's exit code, and all that was printed. */
export async function spawnShell(line: string, { cwd, path }: ShellOptions) {
  const env = { PATH: `${path}:${process.env.PATH}`, HOME: cwd, LANG: 'C.UTF-8', NODE_DISABLE_COMPILE_CACHE: '1' }
  const child = spawn('sh', ['-c', line], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ])
  return { code, stdout, stderr }
}
