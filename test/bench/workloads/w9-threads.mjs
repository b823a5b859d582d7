// W9: the same list with one thread, with two, and with as many as the command thinks best, where every URL is a connection
// of its own and where a list is short.

import { claim } from '../claims.mjs'
import { createList, loopbackHost } from '../lists.mjs'
import { race } from '../race.mjs'
import { ourNdjson } from '../rivals/index.mjs'
import { pairedRatio } from '../statistics.mjs'
import { commandTable, count, raceTable } from '../tables.mjs'
import { entrant } from './entrants.mjs'

const AT_ONCE = 128
const HOSTS = 500

export const threads = {
  name: 'W9',
  title: 'Threads',
  async run(bench) {
    const { port, tlsPort } = bench.server
    const plain = (length, hosts) =>
      Array.from({ length }, (_, at) => `http://${loopbackHost((at * 7919) % hosts)}:${port}/${at}`)
    const tls = bench.tlsHosts.map((host) => `https://${host}:${tlsPort}/`)
    const cases = [
      { name: 'TLS hosts', urls: tls, must: 1.25 },
      { name: 'plain hosts', urls: plain(bench.size(200_000, 20_000), bench.size(200_000, 20_000)), must: 1.4 },
      { name: 'URLs of 500 hosts', urls: plain(bench.size(2000, 2000), HOSTS), must: 0.97 },
      { name: 'URLs of one host', urls: plain(bench.size(2000, 2000), 1), must: 0.97 },
    ]
    const results = []
    for (const { name, urls, must } of cases) results.push(await runCase(bench, { name, urls, must }))
    return {
      setup: `-c ${AT_ONCE}; the server shares the cores.`,
      tables: results.map(({ entries }) => raceTable(entries, '1')).concat(commandTable(results[0].entries)),
      claims: results.flatMap(({ claims }) => claims),
      raw: results.map(({ name, entries }) => ({ name, entries })),
    }
  },
}

async function runCase(bench, { name, urls, must }) {
  const list = createList(bench.folder, name.replaceAll(/\W+/g, '-'), urls)
  const contestants = ['1', '2', 'auto'].map((id) =>
    entrant(bench, ourNdjson, list, { id, label: `${name}, --threads ${id}`, flags: ['--threads', id] }),
  )
  const ca = urls[0].startsWith('https') ? bench.authority : null
  const entries = await race({ ...bench, workload: 'W9', contestants, atOnce: AT_ONCE, ca, port: bench.server.port })
  const [one, two, auto] = entries
  const speed = ({ urlsPerSecond }) => urlsPerSecond
  const times = (entry, what, bound) =>
    claim({
      what: `${what} / 1, ${count(urls.length)} ${name}`,
      value: pairedRatio(entry.runs, one.runs, speed),
      must: bound,
    })
  return { name, entries, claims: [times(auto, 'auto', must), times(two, '2', null)] }
}
