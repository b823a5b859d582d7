// What docs/reports.md shows is run as it stands there.

import { expect, test } from 'vitest'
import { FORMAT_NAMES, FORMATS } from '../../src/report/formats/index.js'
import { readDocPage, runDocPage } from './support/doc-page.js'

const page = await readDocPage('reports.md')

test('every example of the page on reports does what it says', { timeout: 120_000 }, async () => {
  const printed = await runDocPage(page)
  const of = (part: string) => printed[page.commands.findIndex(({ line }) => line.includes(part))]!
  expect(of('--in-order').match(/(?<="input":")[^"]+/g)).toEqual(
    ['', 'about', 'old', 'gone', 'teapot'].map((path) => `https://shop.example/${path}`),
  )
  expect(of('-r markdown')).toMatch(/^## 2 of 5 URLs failed\n/)
})

test('every format has its row, with its endings', () => {
  for (const name of FORMAT_NAMES) {
    const endings = FORMATS[name].endings.map((ending) => `\`${ending}\``).join(' ')
    expect(page.text).toContain(`\n| \`${name}\` | ${endings}${endings === '' ? '' : ' '}| `)
  }
})
