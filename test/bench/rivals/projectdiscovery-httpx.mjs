// httpx of ProjectDiscovery, a prober in Go. Python's httpx installs a command of the same name, so its version is asked
// for. `-rl 0` lifts its limit of 150 a second.

import { countInFile } from '../count-in-file.mjs'
import { findProgram, firstGroup } from './find-program.mjs'

const version = firstGroup(/Current Version: (\S+)/)

export const projectDiscoveryHttpx = {
  name: 'ProjectDiscovery httpx',
  find: (places) => findProgram('httpx', { ask: ['-version', '-disable-update-check'], version, places }),
  most: { W1: 20_000, W2: 20_000, W3: 10_000, W5: 20_000, W10: 2000 },
  not: { W4: 'it does not verify certificates' },
  command: ({ program, list, atOnce, timeoutS }) => ({
    args: [
      ...program,
      ...['-l', list.as('lines'), '-silent', '-status-code', '-no-color', '-no-stdin', '-disable-update-check'],
      ...[
        '-threads',
        `${atOnce}`,
        '-rl',
        '0',
        '-timeout',
        `${timeoutS}`,
        '-retries',
        '0',
        '-no-fallback-scheme',
        '-follow-redirects',
      ],
    ],
  }),
  // Behind redirects all statuses are in the brackets: `[302,200]`.
  rightAnswers: (output) => countInFile(output, '200]'),
}
