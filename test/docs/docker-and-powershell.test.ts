// What docs/docker-and-powershell.md leans on is run with a shell; there is neither Docker nor PowerShell here.

import { expect, test } from 'vitest'
import { readDocPage, runDocPage } from './support/doc-page.js'

const page = await readDocPage('docker-and-powershell.md')

test('lists and reports in UTF-16, with CRLF and from a pipe are read', { timeout: 120_000 }, async () => {
  expect(page.commands.length).toBeGreaterThan(3)
  await runDocPage(page)
})
