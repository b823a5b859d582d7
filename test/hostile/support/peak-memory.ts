// The most memory that the command had. Not `ru_maxrss`: on Linux a child is born with its parent's, and the test's own
// process is large. Linux only.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tempFolder } from '../../cli/support/temp-folder.js'
import { preload } from './preload.js'

export interface PeakMemory {
  /** For `SpawnCliOptions`. */
  readonly nodeArgs: readonly string[]
  /** In KiB; known when the command has ended. */
  peakKb(): Promise<number>
}

export async function peakMemory(): Promise<PeakMemory> {
  const file = join(await tempFolder(), 'status')
  const nodeArgs = preload(`
    import { readFileSync, writeFileSync } from 'node:fs'
    process.on('exit', () => writeFileSync(${JSON.stringify(file)}, readFileSync('/proc/self/status')))`)
  const peakKb = async () => Number(/^VmHWM:\s+(\d+) kB$/m.exec(await readFile(file, 'utf8'))![1])
  return { nodeArgs, peakKb }
}
