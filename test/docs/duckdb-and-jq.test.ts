// The SQL and jq of docs/duckdb-and-jq.md, run by DuckDB's engine, SQLite and jq on a report of a real run.

import { expect, test } from 'vitest'
import { readDocPage, runDocPage } from './support/doc-page.js'

const page = await readDocPage('duckdb-and-jq.md')

test('every example of the page on DuckDB and jq runs, and the first ones find what failed', {
  timeout: 120_000,
}, async () => {
  const printed = await runDocPage(page)
  const of = (start: string) => printed[page.commands.findIndex(({ line }) => line.startsWith(start))]
  const failed = [
    '410\thttps://shop.example/gone\t410 Gone',
    '418\thttps://shop.example/teapot',
    '0\thttp://no-such-shop.invalid/\tno such host',
  ]
  for (const row of failed) {
    expect(of('duckdb -c "SELECT status, url, reason')).toContain(row)
  }
  expect(of('sqlite3')).toContain('410|https://shop.example/gone|410 Gone')
  const byJq = of("jq -r 'select(.ok | not)")!.trimEnd().split('\n')
  expect(byJq.toSorted()).toEqual([
    '0\tdns.name_not_resolved\thttp://no-such-shop.invalid/',
    '410\thttp.error\thttps://shop.example/gone',
    '418\thttp.error\thttps://shop.example/teapot',
  ])
  expect(printed.at(-1)!.trimEnd().split('\n').toSorted()).toEqual(['shop\t410', 'web\t200'])
})
