// The workloads in their order.

import { oneHost } from './w1-one-host.mjs'
import { fiveHundredHosts } from './w2-five-hundred-hosts.mjs'
import { manyHosts } from './w3-many-hosts.mjs'
import { manyTlsHosts } from './w4-many-tls-hosts.mjs'
import { internet } from './w5-internet.mjs'
import { millions } from './w6-millions.mjs'
import { startUp } from './w7-start-up.mjs'
import { reports } from './w8-reports.mjs'
import { threads } from './w9-threads.mjs'
import { shortLists } from './w10-short-lists.mjs'
import { queue } from './w11-queue.mjs'

/**
 * What every workload gets. `size(full, quick)` is a count for this run.
 * @typedef {object} Bench
 * @property {boolean} quick
 * @property {number} runs of each contestant
 * @property {number} toolRuns of each tool that is not on every machine
 * @property {number} share of the URLs that a slow tool gets at most
 * @property {(full: number, quick: number) => number} size
 * @property {{ what: string, port: number, tlsPort: number }} server
 * @property {string | null} authority its PEM file, where W4 is among the workloads
 * @property {string[]} tlsHosts
 * @property {string} folder for lists and outputs
 * @property {string[]} places where rivals may be, beside PATH
 * @property {string[]} nodes for W7
 * @property {(line: string) => void} say progress
 */

/**
 * A workload; its `run` resolves to texts for the report, and to the `raw` figures.
 * @typedef {object} Workload
 * @property {string} name
 * @property {string} title
 * @property {(bench: Bench) => Promise<{ setup: string, tables: object[], claims: object[], raw: unknown }>} run
 */

export const workloads = [
  ...[oneHost, fiveHundredHosts, manyHosts, manyTlsHosts, internet, millions, startUp, reports],
  ...[threads, shortLists, queue],
]
