// What docs/inputs.md shows is run as it stands there, on a server of ours.

import { expect, test } from 'vitest'
import { INPUT_FORMAT_NAMES } from '../../src/settings/input-formats.js'
import { readDocPage, runDocPage } from './support/doc-page.js'

const page = await readDocPage('inputs.md')

test('every example of the page on inputs does what it says', { timeout: 120_000 }, async () => {
  expect(page.commands.length).toBeGreaterThan(12)
  await runDocPage(page)
})

test('every format has its row', () => {
  for (const name of INPUT_FORMAT_NAMES) expect(page.text).toMatch(new RegExp(`^\\|.*\`${name}\``, 'm'))
})
