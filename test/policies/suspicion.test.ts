import { describe, expect, test } from 'vitest'
import { createSuspicion } from '../../src/policies/suspicion.js'
import { createFakeClock } from '../support/fake-clock.js'

/** Three witnesses needed, two seconds held. `said` fills with answers as they come, and when. */
function createRig() {
  const clock = createFakeClock()
  const suspicion = createSuspicion({ needed: 3, holdMs: 2000, wait: (ms) => clock.wait(ms) })
  const said: [host: string, guilty: boolean, atMs: number][] = []
  const weigh = (host: string, about = 'network') =>
    void suspicion.weigh(about, host).then((guilty) => said.push([host, guilty, clock.now()]))
  return { clock, suspicion, said, weigh }
}

describe('a suspicion', () => {
  test('of three unrelated hosts is a verdict, when the hold of the first is over', async () => {
    const { clock, said, weigh } = createRig()
    weigh('a.example')
    await clock.advance(500)
    weigh('b.example')
    weigh('c.example')
    await clock.advance(1499)
    expect(said).toEqual([])
    await clock.advance(1)
    expect(said).toEqual([
      ['a.example', true, 2000],
      ['b.example', true, 2000],
      ['c.example', true, 2000],
    ])
  })

  test('once proved is answered at once', async () => {
    const { clock, said, weigh } = createRig()
    for (const host of ['a.example', 'b.example', 'c.example']) weigh(host)
    await clock.advance(2000)
    weigh('d.example')
    await clock.advance(0)
    expect(said.at(-1)).toEqual(['d.example', true, 2000])
  })

  test('of two is none, when the hold of each is over', async () => {
    const { clock, said, weigh } = createRig()
    weigh('a.example')
    await clock.advance(1000)
    weigh('b.example')
    await clock.advance(5000)
    expect(said).toEqual([
      ['a.example', false, 2000],
      ['b.example', false, 3000],
    ])
  })

  test('counts a host that came too late for the first: its own row is right', async () => {
    const { clock, said, weigh } = createRig()
    weigh('a.example')
    weigh('b.example')
    await clock.advance(5000)
    weigh('c.example')
    await clock.advance(2000)
    expect(said).toEqual([
      ['a.example', false, 2000],
      ['b.example', false, 2000],
      ['c.example', true, 7000],
    ])
  })

  test.each([
    [['a.example', 'b.a.example', 'www.a.example'], false],
    [['a.ibm.com', 'b.ibm.com', 'c.ibm.com'], false],
    [['a.bbc.de', 'b.bbc.de', 'c.bbc.de'], false],
    [['a.co.uk', 'b.co.uk', 'c.co.uk'], true],
    [['a.com', 'b.com', 'c.com'], true],
    [['www.a.co.uk', 'b.a.co.uk', 'a.co.uk'], false],
    [['a.example', 'a.example', 'a.example'], false],
  ])('of %j is %s: hosts of one domain are one witness', async (hosts, guilty) => {
    const { clock, said, weigh } = createRig()
    for (const host of hosts) weigh(host)
    await clock.advance(2000)
    expect(said.map(([, each]) => each)).toEqual(hosts.map(() => guilty))
  })

  test('of one thing says nothing about another', async () => {
    const { clock, said, weigh } = createRig()
    weigh('a.example', 'Root A')
    weigh('b.example', 'Root B')
    weigh('c.example', 'Root A')
    await clock.advance(2000)
    expect(said.map(([, guilty]) => guilty)).toEqual([false, false, false])
  })

  test('is over for everybody, at once and for good, when the opposite was seen', async () => {
    const { clock, said, suspicion, weigh } = createRig()
    for (const host of ['a.example', 'b.example', 'c.example']) weigh(host)
    await clock.advance(700)
    suspicion.clear()
    suspicion.clear()
    await clock.advance(0)
    expect(said.map(([, guilty, atMs]) => [guilty, atMs])).toEqual([
      [false, 700],
      [false, 700],
      [false, 700],
    ])
    for (const host of ['d.example', 'e.example', 'f.example']) weigh(host)
    await clock.advance(0)
    expect(said.slice(3).map(([, guilty]) => guilty)).toEqual([false, false, false])
  })
})
