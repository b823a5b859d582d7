// linkinator, a link checker for Node. It is a crawler, so it gets a page that links to all URLs of the list; those it
// asks with HEAD.

import { countInFile } from '../count-in-file.mjs'
import { findProgram, firstGroup } from './find-program.mjs'

export const linkinator = {
  name: 'linkinator',
  find: (places) => findProgram('linkinator', { ask: ['--version'], version: firstGroup(/^(\d+\.\S+)/), places }),
  most: { W1: 10_000, W2: 10_000, W3: 5000, W4: 2000 },
  command: ({ program, list, atOnce, ca, pageOf }) => ({
    args: [...program, pageOf(list), '--concurrency', `${atOnce}`, '--timeout', '10000', '--format', 'json'],
    env: ca === null ? {} : { NODE_EXTRA_CA_CERTS: ca },
  }),
  /** The page itself is in the list too. */
  rightAnswers: (output) => countInFile(output, '"state": "OK"') - 1,
}
