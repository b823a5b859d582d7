// The floor: what undici alone can do on this machine, with no feature at all. See floor-loop.mjs.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'

const LOOP = fileURLToPath(new URL('./floor-loop.mjs', import.meta.url))
const { version } = createRequire(import.meta.url)('undici/package.json')

function floor(name, options, workloads) {
  return {
    name,
    find: () => ({ program: [execPath, LOOP], version: `undici ${version}` }),
    most: Object.fromEntries(workloads.map((workload) => [workload, Infinity])),
    command: ({ program, list, atOnce, ca }) => ({
      args: [...program, list.as('lines'), `${atOnce}`, JSON.stringify(options), ...(ca === null ? [] : [ca])],
    }),
    rightAnswers: (output) => JSON.parse(readFileSync(output, 'utf8'))[200] ?? 0,
  }
}

export const floor20 = floor('floor', { connections: 20, pipelining: 1 }, ['W1', 'W2', 'W4'])
export const floorDefault = floor('floor (default)', {}, ['W3'])
export const floorUnpipelined = floor('floor (pipelining: 0)', { pipelining: 0 }, ['W3'])
