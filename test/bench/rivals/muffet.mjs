// muffet, a link checker in Go. It is a crawler, so it gets a page that links to all URLs of the list.

import { countInFile } from '../count-in-file.mjs'
import { findProgram, firstGroup } from './find-program.mjs'

export const muffet = {
  name: 'muffet',
  find: (places) => findProgram('muffet', { ask: ['--version'], version: firstGroup(/^v?(\d+\.\S+)/), places }),
  most: { W1: Infinity, W2: Infinity, W3: Infinity, W4: Infinity, W5: Infinity, W10: Infinity },
  command: ({ program, list, atOnce, ca, pageOf, timeoutS }) => ({
    args: [
      ...program,
      ...['--one-page-only', '--verbose', '--color', 'never', '--timeout', `${timeoutS}`],
      ...['--max-connections', `${atOnce}`, '--max-connections-per-host', `${atOnce}`, pageOf(list)],
    ],
    env: ca === null ? {} : { SSL_CERT_FILE: ca },
  }),
  rightAnswers: (output) => countInFile(output, '\t200\thttp'),
}
