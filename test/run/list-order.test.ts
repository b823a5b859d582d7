// Rows in the order of the list: held back within a bound, whatever is slow, retried later or broken off. Nothing is lost.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { run } from '../../src/cli.js'
import { ListOrder } from '../../src/run/list-order.js'
import type { Verdict } from '../../src/words/verdict.js'
import { checkLines } from '../cli/support/run-cli.js'
import { verdict } from '../report/support/verdicts.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'
import { createTestWorld } from '../support/world.js'

const row = (index: number): Verdict => verdict({ index })

interface Played {
  readonly rows: readonly number[]
  readonly leftBehind: number
  readonly mostHeld: number
}

/**
 * A list of targets that are done in any order, some of them in a later pass only: read one by one while there is room, and
 * when there is none or the list has ended, whatever may be done next is done.
 */
function play(
  fates: readonly { readonly turn: number; readonly isLater: boolean }[],
  most: number,
  step: number,
): Played {
  const order = new ListOrder(most)
  const rows: number[] = []
  const later: number[] = []
  let open: number[] = []
  let read = 0
  let mostHeld = 0
  const finish = (at: number) => {
    open = open.filter((each) => each !== at)
    if (fates[at]!.isLater) {
      later.push(at)
      order.waits(at * step)
      rows.push(...order.arrive([]).map(({ index }) => index))
    } else rows.push(...order.arrive([row(at * step)]).map(({ index }) => index))
    mostHeld = Math.max(mostHeld, read - rows.length - later.length - open.length)
  }
  while (read < fates.length || open.length > 0) {
    if (read < fates.length && order.room() === undefined) {
      order.begins(read * step)
      open.push(read++)
    } else if (open.length === 0) throw new Error('there is no room and nothing that could make some')
    else finish(open.toSorted((a, b) => fates[a]!.turn - fates[b]!.turn)[0]!)
  }
  for (const at of later.toSorted((a, b) => fates[b]!.turn - fates[a]!.turn)) {
    rows.push(...order.arrive([row(at * step)]).map(({ index }) => index))
  }
  rows.push(...order.rest().map(({ index }) => index))
  return { rows, leftBehind: order.leftBehind, mostHeld }
}

const fates = (withLater: boolean) =>
  fc.array(fc.record({ turn: fc.nat(1000), isLater: withLater ? fc.boolean() : fc.constant(false) }), { maxLength: 80 })

test('whatever is done first, rows come in the order of the list, once, and few are held', () => {
  fc.assert(
    fc.property(fates(false), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 3 }), (all, most, step) => {
      const { rows, leftBehind, mostHeld } = play(all, most, step)
      expect(rows).toEqual(all.map((_, at) => at * step))
      expect(leftBehind).toBe(0)
      expect(mostHeld).toBeLessThanOrEqual(most)
    }),
  )
})

test('what a later pass asks again is waited for while there is room, and never stops the list', () => {
  fc.assert(
    fc.property(fates(true), fc.integer({ min: 1, max: 12 }), (all, most) => {
      const { rows, leftBehind } = play(all, most, 1)
      expect(rows.toSorted((a, b) => a - b)).toEqual(all.map((_, at) => at))
      const late = rows.filter((index, at) => rows.slice(0, at).some((before) => before > index))
      expect(late.length).toBeLessThanOrEqual(leftBehind)
      if (all.length < most) expect(leftBehind).toBe(0)
    }),
  )
})

test('what is held comes out in order where a run ends early', () => {
  const order = new ListOrder(10)
  for (const index of [0, 1, 2, 3]) order.begins(index)
  expect(order.arrive([row(3)])).toEqual([])
  expect(order.arrive([row(1)])).toEqual([])
  expect(order.rest().map(({ index }) => index)).toEqual([1, 3])
  expect(order.rest()).toEqual([])
})

test('who waits for room goes on when the run ends', async () => {
  const order = new ListOrder(1)
  order.begins(0)
  const room = order.room()
  expect(room).toBeInstanceOf(Promise)
  order.close()
  await room
  expect(order.room()).toBeUndefined()
})

describe('the command', () => {
  test('prints the rows of a slow first URL, a retried one and wrong lines in the order of the list', async () => {
    let tries = 0
    const server = closeAfterTest(
      await startHttpServer({
        '/slow': { delayMs: 300 },
        '/flaky': (_request, response) => void response.writeHead(++tries < 2 ? 503 : 200).end(),
        '*': 200,
      }),
    )
    const lines = ['/slow', '/flaky', ...Array.from({ length: 60 }, (_, at) => `/${at}`)].map(
      (path) => server.url + path,
    )
    lines.splice(5, 0, 'not a url', '# a comment', '', `${lines[0]} skip="later"`)
    const list = `${lines.join('\n')}\n`
    for (const report of ['ndjson', 'csv', 'json']) {
      tries = 0
      const world = createTestWorld({ stdin: list })
      expect(await run(['--in-order', '-r', report, '--exclude', '/7$'], world)).toBe(1)
      const text = world.stdoutText()
      const found =
        report === 'csv'
          ? [...text.matchAll(/^(\d+),/gm)].map(([, line]) => Number(line))
          : [...text.matchAll(/"line":(\d+)/g)].map(([, line]) => Number(line))
      expect(found).toHaveLength(63)
      expect(found).toEqual(found.toSorted((a, b) => a - b))
    }
  })

  test('loses nothing that was done behind a URL that is not, when it is interrupted', async () => {
    let isAsked = () => {}
    const asked = new Promise<void>((resolve) => (isAsked = resolve))
    let others = 0
    const server = closeAfterTest(
      await startHttpServer({
        '/hangs': () => {},
        '*': (_request, response) => {
          response.end()
          if (++others === 20) isAsked()
        },
      }),
    )
    const lines = ['/hangs', ...Array.from({ length: 20 }, (_, at) => `/${at}`)].map((path) => `${server.url}${path}\n`)
    const world = createTestWorld({ stdin: lines.join('') })
    const code = run(['--in-order', '-r', 'ndjson'], world)
    await asked
    expect(world.stdoutText()).toBe('')
    world.signal('SIGINT')
    expect(await code).toBe(130)
    const rows = world.stdoutText().trimEnd().split('\n')
    // The last answer may still have been on its way.
    expect(rows.length).toBeGreaterThanOrEqual(19)
    expect(world.stderrText()).toMatch(/interrupted; [12] URLs? in flight/)
    const indexes = rows.map((text) => JSON.parse(text).index)
    expect(indexes).toEqual(indexes.toSorted((a, b) => a - b))
  })

  test('holds rows back for those that --recheck asks again', async () => {
    let tries = 0
    const server = closeAfterTest(
      await startHttpServer({
        '/first': (_q, response) => void response.writeHead(++tries > 1 ? 200 : 503).end(),
        '*': 200,
      }),
    )
    const lines = ['/first', '/a', '/b'].map((path) => server.url + path)
    const { stdout } = await checkLines(lines, ['--in-order', '--retries', '0', '--recheck', '10ms', '-r', 'ndjson'])
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text))
    expect(rows.map(({ line, status }) => [line, status])).toEqual([
      [1, 200],
      [2, 200],
      [3, 200],
    ])
  })
})
