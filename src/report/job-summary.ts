// The summary of a GitHub job: a file that every step may write into. GitHub drops all of it beyond 1 MiB, so what is there
// already counts, and what does not fit is left out by whole tables.

import { appendFile, stat } from 'node:fs/promises'
import type { Sink } from '../words/output.js'
import { whyWritingFailed } from './why-not-written.js'

/** With the sentence that something is missing, and room for the lines of others. */
const MOST_BYTES = 900 * 1024
const LEFT_OUT = '\nThe rest is left out here: GitHub shows no summary of more than 1 MiB.\n'

/** A sink that appends at its end. */
export interface JobSummary extends Sink {
  /** Why it could not be written; nobody asked for it, so it is no error. */
  readonly notice: string | null
}

/** Each `write` is a piece that is there as a whole or not at all. */
export function createJobSummary(path: string, mostBytes = MOST_BYTES): JobSummary {
  const pieces: string[] = []
  let held = 0
  let notice: string | null = null
  return {
    name: path,
    gone: false,
    error: null,
    get notice() {
      return notice
    },
    write(text) {
      if (held <= mostBytes) pieces.push(text)
      held += Buffer.byteLength(text)
    },
    async end() {
      try {
        const there = await stat(path).then(
          ({ size }) => size,
          () => 0,
        )
        const text = fitting(pieces, mostBytes - there)
        if (text !== '') await appendFile(path, there === 0 ? text : `\n${text}`)
      } catch (error) {
        notice = `job summary: ${path}: ${whyWritingFailed(error as Error)}`
      }
    },
  }
}

function fitting(pieces: readonly string[], bytes: number): string {
  const whole = pieces.join('')
  if (Buffer.byteLength(whole) < bytes) return whole
  let left = bytes - LEFT_OUT.length - 1
  const taken: string[] = []
  for (const piece of pieces) {
    left -= Buffer.byteLength(piece)
    if (left < 0) break
    taken.push(piece)
  }
  return taken.length === 0 ? '' : `${taken.join('')}${LEFT_OUT}`
}
