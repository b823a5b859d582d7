// The writing end of a named pipe. An open that waits for a reader, or a write that waits for room, holds a thread of Node's
// that nothing frees: with it the process could not end. So the open is asked again, and the kernel says when there is room.

import { constants, openSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

/** How often the pipe is asked for a reader, in ms: nobody notices, and 20 opens a second cost nothing. */
const LOOK_MS = 50

/** A stream into the pipe once somebody reads it. Rejects with the signal's reason, or with what the system says. */
export async function openPipe(path: string, signal?: AbortSignal): Promise<Writable> {
  for (;;) {
    signal?.throwIfAborted()
    try {
      const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
      return new Socket({ fd, readable: false, writable: true })
    } catch (error) {
      // open(2): no process has it open for reading.
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error
    }
    await sleep(LOOK_MS, undefined, signal === undefined ? {} : { signal }).catch(() => {})
  }
}
