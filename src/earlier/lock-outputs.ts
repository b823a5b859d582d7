// The files that a run writes, taken for it before anything of them is read.

import type { CommandOptions } from '../report/formats/output-request.js'
import { lockOutput } from './find-output.js'
import { type FileLock, lockOwner, type Process } from './lock-file.js'

/** Takes all or none; the result gives them back. A `UsageError` names the run that has one of them. */
export async function lockOutputs(options: CommandOptions, process: Process): Promise<() => Promise<void>> {
  const locks: FileLock[] = []
  const release = async () => {
    for (const lock of locks) await lock.release()
  }
  try {
    const owner = await lockOwner(process)
    for (const { path, flag } of filesOf(options)) {
      const lock = await lockOutput(path, flag, owner)
      if (lock !== null) locks.push(lock)
    }
    return release
  } catch (error) {
    await release()
    throw error
  }
}

/** Whatever is written to. */
function filesOf({ output, baseline, updateBaseline, writeFailed }: CommandOptions) {
  return [
    ...output.map(({ path }) => ({ path, flag: '--output' })),
    ...(updateBaseline && baseline !== null ? [{ path: baseline, flag: '--baseline' }] : []),
    ...(writeFailed === null ? [] : [{ path: writeFailed, flag: '--write-failed' }]),
  ]
}
