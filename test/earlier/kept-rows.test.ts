// Rows of an interrupted run: kept to the last whole one, whatever byte it ended at.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { whyChanged } from '../../src/earlier/changed-list.js'
import { readKeptRows } from '../../src/earlier/kept-rows.js'
import { openRows } from '../../src/earlier/open-rows.js'
import { createVerdictJson } from '../../src/report/verdict-json.js'
import { UsageError } from '../../src/settings/errors.js'
import { VERDICTS, verdict } from '../report/support/verdicts.js'

const verdictJson = createVerdictJson()

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resume-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const bytesOf = (path: string) => openRows(path, '--resume')
const keptIn = (path: string) => readKeptRows(path, () => bytesOf(path))

async function fileWith(text: string | Uint8Array): Promise<string> {
  const path = join(folder, 'rows.ndjson.part')
  await writeFile(path, text)
  return path
}
const row = (index: number) => verdict({ index, line: index + 1, url: `https://example.com/${index}/ä` })

it('keeps whole rows and cuts a torn one, at any byte', async () => {
  const lines = [3, 0, 7].map((index) => Buffer.from(`${verdictJson(row(index))}\n`))
  const whole = Buffer.concat(lines)
  for (let bytes = 0; bytes <= whole.length; bytes += 7) {
    const ends = lines.map((_, at) => Buffer.concat(lines.slice(0, at + 1)).length)
    const kept = await keptIn(await fileWith(whole.subarray(0, bytes)))
    const count = ends.filter((end) => end <= bytes).length
    expect([kept.count, kept.bytes]).toEqual([count, ends[count - 1] ?? 0])
    expect([3, 0, 7].map(kept.has)).toEqual([count > 0, count > 1, count > 2])
  }
})

it('gives the rows back as they were, also those at the seams of its pieces', async () => {
  const rows = Array.from({ length: 4000 }, (_, at) => row((at * 7) % 4000))
  const kept = await keptIn(await fileWith(rows.map((each) => `${verdictJson(each)}\n`).join('')))
  const read = []
  for await (const batch of kept.rows()) read.push(...batch)
  expect(read).toEqual(rows)
  expect(await kept.find(({ index }) => index === 3993)).toEqual(row(3993))
  expect(await kept.find(() => false)).toBeNull()
})

it('knows a line that is another one now', async () => {
  const kept = await keptIn(await fileWith(VERDICTS.map((each) => `${verdictJson(each)}\n`).join('')))
  for (const each of VERDICTS.filter(({ outcome }) => outcome !== 'inconclusive')) {
    expect(kept.matches(each)).toBe(true)
    expect(kept.matches({ ...each, input: `${each.input}/` })).toBe(false)
    expect(kept.matches({ ...each, line: 1000 })).toBe(false)
    expect(kept.matches({ ...each, source: 'other.txt' })).toBe(false)
    expect(kept.matches({ ...each, key: '0123456789abcdef' })).toBe(false)
  }
  expect(kept.matches({ ...VERDICTS[0]!, index: 999, input: 'https://new.example/' })).toBe(true)
})

it('takes 4 bytes a row, wherever the rows are', async () => {
  const rows = Array.from({ length: 5000 }, (_, at) => row(at === 0 ? 9_000_000 : at))
  const kept = await keptIn(await fileWith(rows.map((each) => `${verdictJson(each)}\n`).join('')))
  expect(kept.count).toBe(5000)
  expect(kept.memoryBytes()).toBe(2 * 65_536 * 4)
})

it.each([
  ['not JSON', `${verdictJson(row(0))}\nnot a row\n`, 'line 2: not a row of an ndjson report'],
  ['another JSON', '7\n', 'line 1: not a row of an ndjson report'],
  ['--fields', '{"url":"https://a.example/","status":200}\n', 'line 1: no index; was it written with --fields?'],
  ['a row twice', `${verdictJson(row(5))}\n${verdictJson(row(5))}\n`, 'line 2: a second row with index 5'],
])('refuses %s', async (_, text, message) => {
  const path = await fileWith(text)
  await expect(keptIn(path)).rejects.toEqual(new UsageError(`--resume: ${path}, ${message}`))
})

it('says what changed', () => {
  const first = row(0)
  expect(whyChanged(first, { source: 'urls.txt' })).toBe(`urls.txt changed: line 1 was ${first.input}`)
  expect(whyChanged(first, null)).toBe(`urls.txt changed: it ends before line 1, which was ${first.input}`)
  expect(whyChanged(first, { source: 'b.txt' })).toBe(`the list changed: number 1 was ${first.input} (urls.txt:1)`)
  expect(whyChanged({ ...first, line: null, source: 'argv' }, { source: 'argv' })).toBe(
    `the arguments changed: number 1 was ${first.input}`,
  )
})
