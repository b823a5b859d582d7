// @ts-check
// `duckdb -c SQL` for the pages: the engine of the npm package behind the one flag of its command that they use.

import { DuckDBInstance } from '@duckdb/node-api'

const [flag, sql] = process.argv.slice(2)
if (flag !== '-c' || sql === undefined) throw new Error('duckdb -c SQL')
const connection = await (await DuckDBInstance.create()).connect()
const reader = await connection.runAndReadAll(sql)
for (const row of reader.getRowsJson()) console.log(row.join('\t'))
