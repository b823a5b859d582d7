// httpx of ProjectDiscovery, a prober in Go. Python's httpx installs a command of the same name, so its version is asked
// for. `-rl 0` lifts its limit of 150 a second.

import { countInFile } from '../count-in-file.mjs'
import { findProgram, firstGroup } from './find-program.mjs'

const version = firstGroup(/Current Version: (\S+)/)

export const projectDiscoveryHttpx = {
  name: 'ProjectDiscovery httpx',
  find: (places) => findProgram('httpx', { ask: ['-version', '-disable-update-check'], version, places }),
  most: { W1: 20_000, W2: 20_000, W3: 10_000 },
  not: { W4: 'it does not verify certificates' },
  command: ({ program, list, atOnce }) => ({
    args: [
      ...program,
      ...['-l', list.as('lines'), '-silent', '-status-code', '-no-color', '-no-stdin', '-disable-update-check'],
      ...['-threads', `${atOnce}`, '-rl', '0', '-timeout', '10', '-retries', '0', '-no-fallback-scheme'],
    ],
  }),
  rightAnswers: (output) => countInFile(output, '[200]'),
}
