// Who wants a permit of a host whose owner has died.

import { expect, test } from 'vitest'
import { HostPlaces } from '../../../src/ask/threads/host-places.js'
import { createMiddle } from '../../../src/ask/threads/middle.js'
import type { Slot } from '../../../src/ask/threads/slot.js'

test('gets it of whoever has inherited the host, and is its owner where that is itself', async () => {
  const places = new HostPlaces(() => {})
  const where = { host: 'a.example', origin: 'http://a.example' } as Parameters<Slot['grant']>[0]
  places.of(where.host, () => 2)
  const near = { grant: async () => 5 } as Partial<Slot> as Slot
  const dying = {
    async grant() {
      places.inherit(2, 0)
      throw new Error('a thread ended')
    },
    giveBack() {},
  } as Partial<Slot> as Slot
  const middle = createMiddle({ slots: () => [near, near, dying], places, asker: { notify() {} } })
  expect(await middle.enter(1, where)).toEqual({ owner: 0, ticket: 5 })
  expect(places.busyHosts).toBe(1)
  middle.leave(2, where.host, 5)
  expect(places.busyHosts).toBe(0)

  places.of('b.example', () => 2)
  expect(await middle.enter(0, { ...where, host: 'b.example' })).toBeNull()
  expect(places.known('b.example')?.owner).toBe(0)
})
