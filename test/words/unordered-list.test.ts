import fc from 'fast-check'
import { expect, test } from 'vitest'
import { takeOut } from '../../src/words/unordered-list.js'

test.each([
  ['the first of three', ['a', 'b', 'c'], 0, 'c', ['c', 'b']],
  ['the one in the middle', ['a', 'b', 'c'], 1, 'c', ['a', 'c']],
  ['the last of three', ['a', 'b', 'c'], 2, null, ['a', 'b']],
  ['the only one', ['a'], 0, null, []],
] as const)('takes out %s and says who stands there now', (_case, before, place, moved, after) => {
  const members: string[] = [...before]
  expect(takeOut(members, place)).toBe(moved)
  expect(members).toEqual(after)
})

test('whatever comes and goes, the bag holds what a set would, and each member knows its place', () => {
  const steps = fc.array(fc.record({ comes: fc.boolean(), pick: fc.nat(1000) }), { maxLength: 200, size: 'max' })
  fc.assert(
    fc.property(steps, (all) => {
      const members: { place: number }[] = []
      const model = new Set<{ place: number }>()
      for (const { comes, pick } of all) {
        if (comes) {
          const member = { place: members.length }
          members.push(member)
          model.add(member)
        } else if (members.length > 0) {
          const gone = members[pick % members.length]!
          const moved = takeOut(members, gone.place)
          if (moved !== null) moved.place = gone.place
          model.delete(gone)
        }
        expect(new Set(members)).toEqual(model)
        expect(members.map(({ place }) => place)).toEqual([...members.keys()])
      }
    }),
    { numRuns: 100 },
  )
})
