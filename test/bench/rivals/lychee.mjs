// lychee, a link checker in Rust. It waits 50 ms between two requests to a host and allows ten at once there, unless told
// otherwise; flags that an older version does not know are left out.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { findProgram, firstGroup } from './find-program.mjs'

export const lychee = {
  name: 'lychee',
  find: (places) => findProgram('lychee', { ask: ['--version'], version: firstGroup(/^lychee (\S+)/), places }),
  most: { W1: 20_000, W2: 20_000, W3: 10_000, W4: 5000, W5: 20_000, W10: 2000 },
  command({ program, list, atOnce, ca, timeoutS }) {
    const help = spawnSync(program[0], ['--help'], { encoding: 'utf8' }).stdout
    const perHost = help.includes('--host-request-interval')
      ? ['--host-concurrency', `${atOnce}`, '--host-request-interval', '0ms']
      : []
    const limits = ['--max-concurrency', `${atOnce}`, ...perHost, '--max-retries', '0', '--timeout', `${timeoutS}`]
    return {
      args: [...program, '--no-progress', '--format', 'json', ...limits, list.as('lines')],
      env: ca === null ? {} : { SSL_CERT_FILE: ca },
    }
  },
  rightAnswers: (output) => JSON.parse(readFileSync(output, 'utf8')).successful,
}
