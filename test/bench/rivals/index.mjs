// All contestants of the races, in the order in which they stand in the tables.

import { bareTls } from './bare-tls.mjs'
import { curl } from './curl.mjs'
import { floor20, floorDefault, floorUnpipelined } from './floor.mjs'
import { linkinator } from './linkinator.mjs'
import { lychee } from './lychee.mjs'
import { muffet } from './muffet.mjs'
import { ourNdjson, ourTable } from './ours.mjs'
import { projectDiscoveryHttpx } from './projectdiscovery-httpx.mjs'
import { pythonHttpx } from './python-httpx.mjs'

/**
 * A race that a contestant is in. `list.as(form)` writes the list in a form and gives its path; `pageOf(list)` is the
 * URL of a page that links to all of it, for crawlers; `ca` is the authority's PEM file, null where nothing is TLS.
 * @typedef {{ program: string[], list: object, atOnce: number, ca: string | null, timeoutS: number, flags?: string[],
 *   pageOf: (list: object) => string }} Task
 */

/**
 * A contestant: one small file.
 * @typedef {object} Rival
 * @property {string} name
 * @property {(places: string[]) => { program: string[], version: string } | { missing: string }} find
 * @property {Record<string, number>} most by workload: how many URLs it gets at most, so that a slow one takes no hour;
 *   in a workload that is not named it does not run
 * @property {Record<string, string>} [not] by workload: why it cannot take part
 * @property {(task: Task) => { args: string[], env?: Record<string, string> }} command
 * @property {(output: string) => number} rightAnswers how many URLs its output says answered 200
 */

export { bareTls, curl, floor20, floorDefault, floorUnpipelined, ourNdjson, ourTable, pythonHttpx }

/** Tools that a user may pick instead, and that are not on every machine. */
export const tools = [curl, pythonHttpx, lychee, projectDiscoveryHttpx, muffet, linkinator]
