// An asker whose targets are asked by whoever takes them from a queue. The run's own work is here: it reads the list, puts
// slices of whole hosts into Redis, and takes rows out. Asked at least once, reported exactly once.

import type { Asker } from '../settings/seams.js'
import { type QueueAskerOptions, QueuePass } from './queue-pass.js'

/** End it with `close`. */
export function createQueueAsker(options: QueueAskerOptions): Asker {
  const { desk } = options
  const passes: QueuePass[] = []
  options.onLost((sentence) => passes.at(-1)?.giveUp(sentence))
  return {
    ask(batches, { gently }) {
      const pass = new QueuePass(batches, { ...options, gently, adopts: passes.length === 0 })
      passes.push(pass)
      return pass
    },
    async close() {
      const left = passes.flatMap((pass) => pass.left())
      const settled = passes.flatMap((pass) => pass.settled())
      const tidy = async () => {
        if (left.length > 0) await desk.stop()
        await desk.withdraw(left)
        await desk.forget(settled)
      }
      // Without Redis there is nothing to tidy up, and what is left there is taken up by who goes on.
      await Promise.race([tidy().catch(() => {}), new Promise((resolve) => setTimeout(resolve, TIDY_MS).unref())])
      await options.leave()
    },
  }
}

/** How long a run that is over waits for Redis, ms. */
const TIDY_MS = 2000
