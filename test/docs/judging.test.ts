// What docs/judging.md shows is run as it stands there.

import { expect, test } from 'vitest'
import { readDocPage, runDocPage } from './support/doc-page.js'

const page = await readDocPage('judging.md')

test('every example of the page on judging does what it says', { timeout: 120_000 }, async () => {
  const printed = await runDocPage(page)
  const of = (part: string) => printed[page.commands.findIndex(({ line }) => line.includes(part))]
  expect(of('expected.txt')).toContain('1 inconclusive')
  expect(JSON.parse(of('Bienvenue')!)).toEqual([
    { check: 'contains', expected: 'Bienvenue', actual: expect.stringContaining('not in') },
  ])
})
