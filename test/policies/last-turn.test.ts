import { describe, expect, test } from 'vitest'
import { createLastTurn } from '../../src/policies/last-turn.js'
import { createFakeClock } from '../support/fake-clock.js'

function createRig() {
  const clock = createFakeClock(0)
  const listeners = new Set<() => void>()
  const rest = { some: true, pressed: false }
  const stop = { stopped: false }
  const lastTurn = createLastTurn({
    rest: {
      hasSome: () => rest.some,
      isPressed: () => rest.pressed,
      onEnd(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    now: clock.now,
    wait: clock.wait,
    stop,
  })
  const gone: number[] = []
  const wait = (count: number, latestMs: number, isAwaited = () => false) => {
    for (let index = 0; index < count; index++) lastTurn(latestMs, isAwaited).then(() => gone.push(clock.now()))
  }
  const end = () => {
    rest.some = false
    for (const listener of listeners) listener()
  }
  return { clock, rest, stop, gone, wait, end, listeners }
}

describe('the last turn of twenty', () => {
  test('comes as late as it may while there is other work', async () => {
    const { clock, gone, wait } = createRig()
    wait(20, 10_000)
    await clock.advance(9750)
    expect(gone).toEqual([])
    await clock.advance(250)
    expect(gone).toEqual(Array(20).fill(10_000))
  })

  test('comes at once when nothing else is left, and nobody listens any more', async () => {
    const { clock, gone, wait, end, listeners } = createRig()
    wait(20, 10_000)
    await clock.advance(1100)
    end()
    await clock.advance(0)
    expect(gone).toEqual(Array(20).fill(1100))
    await clock.advance(500)
    expect(listeners.size).toBe(0)
    wait(20, 10_000)
    await clock.advance(0)
    expect(gone).toHaveLength(40)
  })

  test.each([
    [
      'the list is held up by those who wait',
      ({ rest }: ReturnType<typeof createRig>) => void Object.assign(rest, { pressed: true }),
    ],
    ['the run is stopped', ({ stop }: ReturnType<typeof createRig>) => void Object.assign(stop, { stopped: true })],
  ])('comes soon when %s', async (_name, change) => {
    const rig = createRig()
    rig.wait(20, 10_000)
    await rig.clock.advance(1000)
    change(rig)
    await rig.clock.advance(250)
    expect(rig.gone).toHaveLength(20)
  })

  test('comes soon for those whose origin others wait to hear of, and for no one else', async () => {
    const { clock, gone, wait } = createRig()
    let isAwaited = false
    wait(10, 10_000, () => isAwaited)
    wait(10, 10_000)
    await clock.advance(1000)
    isAwaited = true
    await clock.advance(250)
    expect(gone).toHaveLength(10)
  })

  test('does not wait where there is no time left', async () => {
    const { clock, gone, wait } = createRig()
    wait(20, 0)
    await clock.advance(0)
    expect(gone).toHaveLength(20)
  })
})
