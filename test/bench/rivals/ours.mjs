// scrape-status itself, as a user runs it: one report on standard output, nothing else changed.

import { readFileSync } from 'node:fs'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { countInFile } from '../count-in-file.mjs'

const ROOT = new URL('../../../', import.meta.url)
const COMMAND = fileURLToPath(new URL('bin/scrape-status.js', ROOT))

export const ourVersion = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')).version

/** The command with these flags. */
export function ourCommand(...flags) {
  return [execPath, COMMAND, ...flags]
}

const all = Object.fromEntries(['W1', 'W2', 'W3', 'W4', 'W5', 'W9', 'W10'].map((name) => [name, Infinity]))
const find = () => ({ program: ourCommand(), version: ourVersion })

function command(report) {
  return ({ program, list, atOnce, ca, flags = [] }) => ({
    args: [
      ...[...program, list.as('lines'), ...report, '-q', '-c', `${atOnce}`],
      ...(ca === null ? [] : ['--ca-file', ca]),
      ...flags,
    ],
  })
}

export const ourNdjson = {
  name: 'scrape-status -r ndjson',
  find,
  most: all,
  command: command(['-r', 'ndjson']),
  rightAnswers: (output) => countInFile(output, '"outcome":"ok"'),
}

export const ourTable = {
  name: 'scrape-status table',
  find,
  most: all,
  command: command([]),
  /** From the sums at its end, which it keeps by construction. */
  rightAnswers: (output) => Number(/ 200 ×([\d,]+)/.exec(readFileSync(output, 'utf8'))?.[1].replaceAll(',', '') ?? 0),
}
