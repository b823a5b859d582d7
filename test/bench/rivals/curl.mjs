// `curl --parallel`: what a shell script would use. It has no rate limit to lift; 300 at once is its highest.
// Its time grows with the square of the number of hosts, so in W3 a part of the list would flatter it.

import { countInFile } from '../count-in-file.mjs'
import { findProgram, firstGroup } from './find-program.mjs'

export const curl = {
  name: 'curl --parallel',
  find: (places) => findProgram('curl', { ask: ['--version'], version: firstGroup(/^curl (\S+)/), places }),
  most: { W1: Infinity, W2: Infinity, W3: Infinity, W4: Infinity, W5: Infinity, W10: Infinity },
  command: ({ program, list, atOnce, ca, timeoutS }) => ({
    args: [
      ...program,
      ...[
        '-q',
        '-s',
        '--parallel',
        '--parallel-immediate',
        '--parallel-max',
        `${atOnce}`,
        '-L',
        '--max-time',
        `${timeoutS}`,
      ],
      ...['-w', '%{http_code} %{url}\\n', ...(ca === null ? [] : ['--cacert', ca]), '-K', list.as('curl')],
    ],
  }),
  rightAnswers: (output) => countInFile(output, '200 http'),
}
