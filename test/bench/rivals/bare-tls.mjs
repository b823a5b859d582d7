// What Node's TLS alone can do: one `tls.connect` a URL with one shared SecureContext. See bare-tls-loop.mjs.

import { readFileSync } from 'node:fs'
import { execPath, versions } from 'node:process'
import { fileURLToPath } from 'node:url'

const LOOP = fileURLToPath(new URL('./bare-tls-loop.mjs', import.meta.url))

export const bareTls = {
  name: 'bare tls.connect',
  find: () => ({ program: [execPath, LOOP], version: `openssl ${versions.openssl}` }),
  most: { W4: Infinity },
  command: ({ program, list, atOnce, ca }) => ({ args: [...program, list.as('lines'), `${atOnce}`, ca] }),
  rightAnswers: (output) => JSON.parse(readFileSync(output, 'utf8'))[200] ?? 0,
}
