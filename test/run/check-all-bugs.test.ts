// What goes wrong around a run, in the caller's own code or ours, costs what it touches and nothing else.

import { expect, test } from 'vitest'
import { type CheckAllOptions, checkAll } from '../../src/run/check-all.js'
import type { TargetInput } from '../../src/run/target-of.js'
import type { Verdict } from '../../src/words/verdict.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'

async function check(targets: Iterable<TargetInput> | AsyncIterable<TargetInput>, options: CheckAllOptions = {}) {
  const verdicts: Verdict[] = []
  const checking = checkAll(targets, options)
  const error = await (async () => {
    for await (const verdict of checking) verdicts.push(verdict)
  })().then(
    () => null,
    (thrown: Error) => thrown,
  )
  return { verdicts, error, summary: checking.summary }
}

test('rows that wait for a later pass are told when the list breaks', async () => {
  const server = closeAfterTest(await startHttpServer({ '*': 503 }))
  async function* breaking() {
    for (let index = 0; index < 20; index++) yield `${server.url}/${index}`
    // Not before they have their answers.
    while (server.requests() < 20) await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setTimeout(resolve, 100))
    throw new Error('the list broke')
  }
  const { verdicts, error } = await check(breaking(), { recheckMs: 60_000, retries: 0 })
  expect(error?.message).toBe('the list broke')
  expect(verdicts.map(({ status }) => status)).toEqual(Array(20).fill(503))
})

test('a notify that throws costs no row', async () => {
  const server = closeAfterTest(await startHttpServer({ '*': { status: 429, headers: { 'retry-after': '6' } } }))
  const told: string[] = []
  const notify = (text: string) => {
    told.push(text)
    throw new Error('a bug of the caller')
  }
  const urls = Array.from({ length: 25 }, (_, index) => `${server.url}/${index}`)
  const { verdicts, error, summary } = await check(urls, { notify, timeLimitMs: 3000 })
  expect([error, told.length]).toEqual([null, 1])
  expect(verdicts.length + summary.lines.notAsked).toBe(25)
})

test.each([
  ['connectTimeoutMs', Number.NaN],
  ['connectTimeoutMs', 0],
  ['connectTimeoutMs', 2 ** 31],
  ['timeoutMs', Number.NaN],
])('%s: %d is the caller’s mistake, at once', (name, value) => {
  expect(() => checkAll(['http://127.0.0.1/'], { [name]: value })).toThrow(TypeError)
})
