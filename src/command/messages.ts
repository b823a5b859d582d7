// What the command says beside its reports: one line on stderr, or a text on stdout. What a message repeats of the
// arguments, the list or a server cannot steer the terminal, and is no secret.

import { escapeText } from '../report/escape.js'
import { createSink } from '../report/sink.js'
import { hideSecrets, shorten } from '../words/hide-secrets.js'
import type { World } from '../words/world.js'

/** Longest message; it may repeat an argument. */
const MESSAGE_MAX = 2000
/** Node writes ten; a message may have any number. */
const STACK_LINES_MAX = 30

/** One line for the user, on stderr. */
export function say({ stderr }: Pick<World, 'stderr'>, text: string): void {
  stderr.write(`scrape-status: ${safe(text)}\n`)
}

/** A whole text on stdout; resolves to the exit code. */
export async function print({ stdout }: World, text: string): Promise<number> {
  const sink = createSink(stdout, 'stdout')
  sink.write(text)
  await sink.end()
  return sink.error === null ? 0 : 3
}

/** What is said of a bug: its stack, which may repeat what a server or a list said. */
export function crashText(error: unknown): string {
  const lines = String((error as Error | null)?.stack ?? error)
    .split('\n')
    .slice(0, STACK_LINES_MAX)
  return `scrape-status: an error in this program, please report it: ${lines.map(safe).join('\n')}\n`
}

function safe(text: string): string {
  return escapeText(hideSecrets(shorten(text), 'prose'), MESSAGE_MAX)
}
