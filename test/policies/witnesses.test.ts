import { describe, expect, test } from 'vitest'
import { createWitnesses } from '../../src/policies/witnesses.js'
import { createFakeClock } from '../support/fake-clock.js'

/** Three witnesses needed, two seconds held. `said` fills with answers as they come, and when. */
function createRig() {
  const clock = createFakeClock()
  const witnesses = createWitnesses({ needed: 3, holdMs: 2000, wait: (ms) => clock.wait(ms) })
  const said: [host: string, holds: boolean, atMs: number][] = []
  const say = (host: string, about = 'network') =>
    void witnesses.agree(about, host).then((holds) => said.push([host, holds, clock.now()]))
  return { clock, witnesses, said, say }
}

describe('what witnesses say', () => {
  test('holds when three unrelated hosts say it, once the hold of the first is over', async () => {
    const { clock, said, say } = createRig()
    say('a.example')
    await clock.advance(500)
    say('b.example')
    say('c.example')
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
    const { clock, said, say } = createRig()
    for (const host of ['a.example', 'b.example', 'c.example']) say(host)
    await clock.advance(2000)
    say('d.example')
    await clock.advance(0)
    expect(said.at(-1)).toEqual(['d.example', true, 2000])
  })

  test('does not hold when two say it, once the hold of each is over', async () => {
    const { clock, said, say } = createRig()
    say('a.example')
    await clock.advance(1000)
    say('b.example')
    await clock.advance(5000)
    expect(said).toEqual([
      ['a.example', false, 2000],
      ['b.example', false, 3000],
    ])
  })

  test('counts a host that came too late for the first: its own row is right', async () => {
    const { clock, said, say } = createRig()
    say('a.example')
    say('b.example')
    await clock.advance(5000)
    say('c.example')
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
  ])('of %j is %s: hosts of one domain are one witness', async (hosts, holds) => {
    const { clock, said, say } = createRig()
    for (const host of hosts) say(host)
    await clock.advance(2000)
    expect(said.map(([, each]) => each)).toEqual(hosts.map(() => holds))
  })

  test('of one thing says nothing about another', async () => {
    const { clock, said, say } = createRig()
    say('a.example', 'Root A')
    say('b.example', 'Root B')
    say('c.example', 'Root A')
    await clock.advance(2000)
    expect(said.map(([, holds]) => holds)).toEqual([false, false, false])
  })

  test('is refuted for everybody, at once and for good, when the opposite was seen', async () => {
    const { clock, said, witnesses, say } = createRig()
    for (const host of ['a.example', 'b.example', 'c.example']) say(host)
    await clock.advance(700)
    witnesses.refute()
    witnesses.refute()
    await clock.advance(0)
    expect(said.map(([, holds, atMs]) => [holds, atMs])).toEqual([
      [false, 700],
      [false, 700],
      [false, 700],
    ])
    for (const host of ['d.example', 'e.example', 'f.example']) say(host)
    await clock.advance(0)
    expect(said.slice(3).map(([, holds]) => holds)).toEqual([false, false, false])
  })
})
