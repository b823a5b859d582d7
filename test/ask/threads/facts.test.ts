// What concerns the machine is counted over all threads: here over ports within one.

import { MessageChannel } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import type { ToMain, ToThread } from '../../../src/ask/threads/calls.js'
import { FactsBoard } from '../../../src/ask/threads/facts-board.js'
import { createTalk, type Talk } from '../../../src/ask/threads/talk.js'
import { createToldFacts, type ToldFacts } from '../../../src/ask/threads/told-facts.js'
import { createFakeClock } from '../../support/fake-clock.js'

function createRig(threads: number) {
  const clock = createFakeClock()
  const told: Talk<ToThread>[] = []
  const board = new FactsBoard((known) => {
    for (const thread of told) thread.tell('facts', known)
  })
  const near = board.begin((ms) => clock.wait(ms))
  const others: ToldFacts[] = []
  for (let index = 0; index < threads; index++) {
    const { port1, port2 } = new MessageChannel()
    onTestFinished(() => port1.close())
    const calls = {
      agree: (...given: Parameters<FactsBoard['agree']>) => board.agree(...given),
      refute: (suspicion: Parameters<FactsBoard['refute']>[0]) => board.refute(suspicion),
      sees: () => board.sees(),
      ahead: (ms: number) => board.ahead(ms),
    }
    told.push(createTalk<ToThread>(port1, calls))
    const main: Talk<ToMain> = createTalk<ToMain>(port2, { facts: (known: never) => facts.hear(known) })
    const facts = createToldFacts(main, board.known())
    others.push(facts)
  }
  return { clock, near, others, board }
}

/** Until all messages that are on their way have come. */
const arrive = () => new Promise((resolve) => setTimeout(resolve, 50))

test('three hosts of three threads are offline together', async () => {
  const { clock, near, others } = createRig(2)
  const said = [
    near.witnesses.offline.agree('network', 'a.example'),
    others[0]!.witnesses.offline.agree('network', 'b.example.org'),
    others[1]!.witnesses.offline.agree('network', 'c.example.net'),
  ]
  await arrive()
  await clock.advance(2000)
  expect(await Promise.all(said)).toEqual([true, true, true])
})

test('an answer in one thread refutes it in all', async () => {
  const { near, others } = createRig(2)
  const said = near.witnesses.offline.agree('network', 'a.example')
  others[1]!.witnesses.offline.refute()
  expect(await said).toBe(false)
  await arrive()
  expect(others[0]!.witnesses.offline.isRefuted()).toBe(true)
  expect(near.witnesses.offline.isRefuted()).toBe(true)
  expect(near.witnesses.resigned.isRefuted()).toBe(false)
})

test('the time that others say and what the resolver has found are known to all', async () => {
  const { near, others, board } = createRig(2)
  others[0]!.ahead.note(90_000_000)
  near.ahead.note(-80_000_000)
  others[1]!.sees.prove()
  await arrive()
  expect(others.map(({ ahead }) => ahead.ms())).toEqual([-80_000_000, -80_000_000])
  expect(near.sees.isProven()).toBe(true)
  expect(others[0]!.sees.isProven()).toBe(true)
  expect(board.known()).toEqual({ refuted: [], sees: true, aheadMs: -80_000_000 })
})
