// An asker whose targets are asked by whoever takes them from a queue. The run's own work is here: it reads the list, puts
// slices of whole hosts into Redis, and takes rows out. Asked at least once, reported exactly once.

import type { Asker } from '../settings/seams.js'
import type { QueueAskerOptions } from './pass-options.js'
import { QueuePass } from './queue-pass.js'

/** End it with `close`. */
export function createQueueAsker(options: QueueAskerOptions): Asker {
  const { desk, isThere } = options
  let pass: QueuePass | null = null
  let isLost = false
  options.onLost((sentence) => {
    isLost = true
    pass?.giveUp(sentence)
  })
  return {
    ask(batches, { gently }) {
      if (pass !== null) void desk.forget(pass.settled()).catch(() => {})
      pass = new QueuePass(batches, { ...options, gently, adopts: pass === null })
      return pass
    },
    async close() {
      const left = pass?.left() ?? []
      const tidy = async () => {
        if (left.length > 0) await desk.stop()
        await desk.withdraw(left)
        await desk.forget(pass?.settled() ?? [])
      }
      // What is left is for who goes on with the run; another process that has it already is not to be disturbed.
      if (!isLost && isThere()) {
        const late = new Promise((resolve) => setTimeout(resolve, TIDY_MS).unref())
        await Promise.race([tidy().catch(() => {}), late])
      }
      await options.leave()
    },
  }
}

/** How long a run that is over waits for Redis, ms. */
const TIDY_MS = 2000
