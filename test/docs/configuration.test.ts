// What docs/configuration.md shows is run as it stands there.

import { expect, test } from 'vitest'
import { readDocPage, runDocPage } from './support/doc-page.js'

const page = await readDocPage('configuration.md')

test('every example of the page on configuration does what it says', { timeout: 120_000 }, async () => {
  const printed = await runDocPage(page)
  expect(printed.at(-1)).toContain('  timeout "5s"\n')
})
