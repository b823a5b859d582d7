// What is left of a thread that died.

import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { FactsBoard } from '../../../src/ask/threads/facts-board.js'
import type { ServeOptions } from '../../../src/ask/threads/serve.js'
import type { Middle } from '../../../src/ask/threads/slot.js'
import { openThreadSlot } from '../../../src/ask/threads/thread-slot.js'
import { DEFAULT_ASK, DEFAULT_EXPECT, type Target } from '../../../src/settings/target.js'
import { parseLine } from '../../../src/targets/parse-line.js'

const program = fileURLToPath(new URL('support/permit-holder.cjs', import.meta.url))
vi.mock('../../../src/ask/threads/thread-file.js', () => ({ threadFile: () => program }))

test('gives its permits back, answers nothing any more, and has a row for all that it is still given', async () => {
  const told: string[] = []
  const middle = {
    enter: async () => ({ owner: 0, ticket: 7 }),
    leave: (owner, host, ticket) => void told.push(`leave ${owner} ${host} ${ticket}`),
    notify: (text) => void told.push(text),
  } as Partial<Middle> as Middle
  const portion = { concurrency: 1, rate: null, among: 2 }
  const serve = { portion } as ServeOptions
  let died = () => {}
  const dead = new Promise<void>((resolve) => (died = resolve))
  const board = new FactsBoard(() => {})
  const onDeath = () => {
    told.push('died')
    died()
  }
  const slot = await openThreadSlot({ id: 1, serve, middle, board, died: onDeath })
  const context = { ask: DEFAULT_ASK, expect: DEFAULT_EXPECT, skip: null, settingsOf: null }
  const late = ['http://b.example/', 'http://c.example/'].map(
    (line, index) => ({ ...parseLine(line, context as never)!, index, line: index + 1, source: 'urls.txt' }) as Target,
  )
  async function* batches() {
    yield late.slice(0, 1)
    await dead
    await new Promise((resolve) => setImmediate(resolve))
    yield late.slice(1)
  }
  const rows = []
  for await (const batch of slot.asker.ask(batches(), { gently: false }).results) rows.push(...batch)
  expect(rows.map(({ url, kind, code }) => [url, kind, code])).toEqual([
    ['http://b.example/', 'internal', 'RangeError'],
    ['http://c.example/', 'internal', 'Error'],
  ])
  expect(told).toEqual(['ticket 7', 'died', 'leave 0 a.example 7'])
  expect(slot.isGone).toBe(true)
  await expect(slot.resize(portion)).rejects.toThrow('a bug of ours')
  const where = { host: 'b.example', origin: 'http://b.example' } as Parameters<typeof slot.grant>[0]
  await expect(slot.grant(where)).rejects.toThrow('a bug of ours')
})
