// A program that we did not write reads what we wrote.

import { spawnSync } from 'node:child_process'

/** What it says on stdout. Throws with its own words where it fails, and with the package to install where it is not there. */
export function program(
  name: string,
  args: readonly string[],
  options: { stdin?: string; package?: string } = {},
): string {
  const { stdin = '', package: debian = name } = options
  const { error, status, stdout, stderr } = spawnSync(name, args, {
    input: stdin,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    throw new Error(`${name} is not installed: apt-get install ${debian}`)
  }
  if (error) throw error
  if (status !== 0) throw new Error(`${name} ${args.join(' ')}: exit code ${status}\n${stderr}`)
  return stdout
}
