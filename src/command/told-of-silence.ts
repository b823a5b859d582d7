// A list that does not come: on a terminal somebody sits and does not know what is waited for.

import { say } from './messages.js'
import type { Session } from './session.js'

/** Long enough for what comes out of another program, short enough for somebody who forgot to name a file. */
const SILENT_MS = 3000

/** Waits for the inputs to be opened; says what is waited for when that is stdin and it takes long. */
export async function toldOfSilence<T>(opening: Promise<T>, { requests, screen, world, options }: Session): Promise<T> {
  const readsStdin = requests.some(({ name }) => name === '-')
  if (!readsStdin || options.quiet || world.stderr.isTTY !== true || !screen.isLive) return opening
  const text = world.stdin.isTTY
    ? 'reading the list from the keyboard: one URL a line, Ctrl-D ends it'
    : 'waiting for the list on stdin; a file is named as an argument: scrape-status urls.txt'
  const timer = setTimeout(() => say(world, text), SILENT_MS).unref()
  try {
    return await opening
  } finally {
    clearTimeout(timer)
  }
}
