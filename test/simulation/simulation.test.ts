// Random internets in virtual time, as FoundationDB and TigerBeetle test themselves: the real schedule, limiter, policies,
// later passes and judge on a clock and a network that are made from a seed, held against what really happened.
//
// SIMULATIONS=100000 SIMULATION_SEED=7 npx vitest run test/simulation    more of them, from that seed on

import { expect, test } from 'vitest'
import { play } from './play.js'

const { SIMULATIONS = '2000', SIMULATION_SEED = '1' } = process.env
/** Internets a test: a failure names its seeds soon. */
const BATCH = 500

const first = Number(SIMULATION_SEED)
const batches = Math.ceil(Number(SIMULATIONS) / BATCH)

test.each(Array.from({ length: batches }, (_, batch) => first + batch * BATCH))(
  'internets %i and on hold what is promised',
  async (from) => {
    const found: string[] = []
    const count = Math.min(BATCH, first + Number(SIMULATIONS) - from)
    for (let seed = from; seed < from + count && found.length < 10; seed++) {
      const { faults } = await play(seed)
      found.push(...faults.slice(0, 3).map((fault) => `seed ${seed}: ${fault}`))
      // Lets the reporter breathe.
      if (seed % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(found).toEqual([])
  },
  600_000,
)

test.each([2, 3, 5])(
  '%i that ask parts of a list hold what one does',
  async (slots) => {
    const found: string[] = []
    for (let seed = first; seed < first + Number(SIMULATIONS) / 5 && found.length < 10; seed++) {
      const { faults } = await play(seed, slots)
      found.push(...faults.slice(0, 3).map((fault) => `seed ${seed}: ${fault}`))
      if (seed % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(found).toEqual([])
  },
  600_000,
)

test('a seed plays the same run again', async () => {
  const runs = [await play(42), await play(42)]
  expect(runs[0]).toEqual(runs[1])
})
