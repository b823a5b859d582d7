// W11: what the queue itself costs a URL, with a worker that asks nothing. See ../queue.mjs, which runs alone as well.

import { claim } from '../claims.mjs'
import { measureQueue } from '../queue.mjs'
import { count } from '../tables.mjs'

export const queue = {
  name: 'W11',
  title: 'The cost of the queue',
  async run(bench) {
    const urls = bench.size(1_000_000, 100_000)
    const found = await measureQueue(urls)
    if (found.missing !== undefined) return { setup: found.missing, tables: [], claims: [], raw: [] }
    const { cpuUs, runUs, redisUs, packUs, seconds, runMb, redisMb } = found
    const us = (value) => `${value.toFixed(1)} µs`
    return {
      setup: `${count(urls)} URLs on 20,000 hosts, one worker that leaves rows and asks nothing.`,
      tables: [
        {
          columns: ['CPU a URL', 'the run', 'Redis', 'compression', 'wall s', 'peak of the run', 'peak of Redis'],
          rows: [[us(cpuUs), us(runUs), us(redisUs), us(packUs), seconds.toFixed(1), `${runMb} MB`, `${redisMb} MB`]],
        },
      ],
      claims: [
        claim({ what: 'CPU a URL', value: cpuUs, must: 25, atMost: true, unit: ' µs', digits: 1 }),
        claim({ what: 'peak of the run', value: runMb, must: 200, atMost: true, unit: ' MB', digits: 0 }),
        claim({ what: 'peak of Redis', value: redisMb, must: 50, atMost: true, unit: ' MB', digits: 0 }),
      ],
      raw: [found],
    }
  },
}
