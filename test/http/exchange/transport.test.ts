// Which connections are kept, for how many, and which one goes. What undici and a server do on them: exchange.test.ts.

import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { Connector } from '../../../src/http/connect/connector.js'
import { type Connection, createTransport } from '../../../src/http/exchange/transport.js'
import type { Origin } from '../../../src/http/wire/origin.js'

/** As a socket, it says that it is closed later than it is. */
class FakeSocket extends EventEmitter {
  destroyed = false
  readableEnded = false
  destroy() {
    if (this.destroyed) return
    this.destroyed = true
    queueMicrotask(() => this.emit('close'))
  }
}

const originOf = (name: string): Origin => ({
  href: `http://${name}.example`,
  secure: false,
  hostname: `${name}.example`,
  port: 80,
  insecure: false,
})

/** A transport that never connects, and the maps that it keeps. */
function createRig(maxIdle = 3) {
  const maps: Map<unknown, unknown>[] = []
  vi.stubGlobal(
    'Map',
    class<Key, Value> extends Map<Key, Value> {
      constructor() {
        super()
        maps.push(this)
      }
    },
  )
  const transport = createTransport({} as Connector, maxIdle)
  vi.unstubAllGlobals()
  const open = (name: string) => {
    const socket = new FakeSocket() as unknown as Socket
    return transport.adopt(originOf(name), { socket, remoteAddress: '', dnsMs: 0, connectMs: 0, tlsMs: 0, tls: null })
  }
  const idle = (...names: readonly string[]) => {
    const connections = names.map(open)
    for (const connection of connections) transport.give(connection, true)
    return connections
  }
  return {
    transport,
    open,
    idle,
    take: (name: string) => transport.take(originOf(name)),
    lines: () => maps.reduce((sum, { size }) => sum + size, 0),
  }
}

const isOpen = ({ socket }: Connection) => !socket.destroyed
const fake = ({ socket }: Connection) => socket as unknown as FakeSocket
const laterOn = () => new Promise((resolve) => setImmediate(resolve))

describe('an idle connection', () => {
  test('is taken once, the most recently used one of its origin first', () => {
    const { idle, take } = createRig()
    const [older, newer] = idle('a', 'a', 'b')
    expect([take('a'), take('a'), take('a')]).toEqual([newer, older, null])
  })

  test('goes when there are too many, the one that is idle longest, whoever’s it is', () => {
    const { idle, take, transport, open } = createRig(3)
    const [a, b, c] = idle('a', 'b', 'c')
    // `a` is used once more, so `b` is now the oldest.
    transport.give(take('a')!, true)
    transport.give(open('d'), true)
    expect([a, b, c].map((each) => isOpen(each!))).toEqual([true, false, true])
    expect([take('b'), take('c'), take('a')]).toEqual([null, c, a])
  })

  test.each<[string, (connection: Connection) => void]>([
    ['is closed', (connection) => connection.socket.destroy()],
    ['is ended by its peer', (connection) => Object.assign(fake(connection), { readableEnded: true })],
  ])('that %s is never taken, not even in the moment before that is said', async (_case, end) => {
    const { idle, take } = createRig()
    const [older, newer] = idle('a', 'a')
    end(newer!)
    expect(take('a')).toBe(older)
    await laterOn()
    expect(take('a')).toBeNull()
  })

  test('is none where nobody wants it or its peer is done with it: it is closed', () => {
    const { transport, open, take } = createRig()
    const [unwanted, ended] = [open('a'), open('a')]
    fake(ended).readableEnded = true
    transport.give(unwanted, false)
    transport.give(ended, true)
    expect([isOpen(unwanted), isOpen(ended), take('a')]).toEqual([false, false, null])
  })
})

test('an origin is forgotten with its last connection, idle or busy, however it ends', async () => {
  const { idle, take, transport, open, lines } = createRig(3)
  idle('closed')[0]!.socket.destroy()
  idle('closed-while-busy')
  take('closed-while-busy')!.socket.destroy()
  idle('unwanted')
  transport.give(take('unwanted')!, false)
  const [first, last] = idle('two', 'two')
  first!.socket.destroy()
  await laterOn()
  expect(lines()).toBe(1)
  last!.socket.destroy()
  await laterOn()
  expect(lines()).toBe(0)
  for (let index = 0; index < 100; index++) transport.give(open(`${index}`), true)
  await laterOn()
  expect(lines()).toBe(3)
})

test('close leaves nothing open and nothing to take; what is busy is its user’s', async () => {
  const { idle, take, transport, open, lines } = createRig(10)
  const connections = idle('a', 'a', 'b', 'c')
  take('c')
  const busy = open('d')
  transport.close()
  expect(connections.map(isOpen)).toEqual([false, false, false, true])
  expect([isOpen(busy), take('a'), lines()]).toEqual([true, null, 0])
  await laterOn()
  transport.close()
})

test('whatever comes and goes, it is as a list in order of age would have it', async () => {
  const step = fc.record({
    do: fc.constantFrom('open', 'give', 'drop', 'take', 'die', 'end', 'turn'),
    name: fc.constantFrom('a', 'b'),
    pick: fc.nat(100),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
      const { transport, open, take, lines } = createRig(3)
      const all: Connection[] = []
      const busy: Connection[] = []
      /** Oldest first. */
      let kept: Connection[] = []
      const isUsable = (each: Connection) => isOpen(each) && !each.socket.readableEnded
      for (const { do: what, name, pick } of steps) {
        if (what === 'open') busy.push(all[all.push(open(name)) - 1]!)
        else if (what === 'take') {
          const line = kept.filter(({ origin }) => origin.href === originOf(name).href)
          const usable = line.findLastIndex(isUsable)
          const found = line[usable] ?? null
          expect(take(name)).toBe(found)
          kept = kept.filter((each) => !line.slice(Math.max(0, usable)).includes(each))
          if (found !== null) busy.push(found)
        } else if (what === 'turn') {
          await laterOn()
          kept = kept.filter(isOpen)
        } else if (what === 'die' || what === 'end') {
          const one = all[pick % all.length]
          if (one === undefined) continue
          if (what === 'die') one.socket.destroy()
          else fake(one).readableEnded = true
        } else if (busy.length > 0) {
          const [one] = busy.splice(pick % busy.length, 1) as [Connection]
          const wasUsable = isUsable(one)
          transport.give(one, what === 'give')
          if (what === 'give' && wasUsable) {
            kept.push(one)
            if (kept.length > 3) expect(isOpen(kept.shift()!)).toBe(false)
          } else expect(isOpen(one)).toBe(false)
        }
      }
      transport.close()
      expect(kept.filter(isOpen)).toEqual([])
      for (const each of busy) each.socket.destroy()
      await laterOn()
      expect(lines()).toBe(0)
    }),
    { numRuns: 100 },
  )
})
