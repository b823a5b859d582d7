// The summary of a GitHub job: appended, and never so much that GitHub drops all of it.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createJobSummary } from '../../src/report/job-summary.js'
import { tempFolder } from '../cli/support/temp-folder.js'

const KIB = 1024

async function summaryOf(there: string, pieces: readonly string[]) {
  const path = join(await tempFolder(), 'summary.md')
  if (there !== '') await writeFile(path, there)
  const sink = createJobSummary(path)
  for (const piece of pieces) sink.write(piece)
  await sink.end()
  return { text: await readFile(path, 'utf8').catch(() => ''), notice: sink.notice }
}

test('goes behind what other steps wrote', async () => {
  expect((await summaryOf('# Build\n', ['## All fine\n'])).text).toBe('# Build\n\n## All fine\n')
  expect((await summaryOf('', ['## All fine\n'])).text).toBe('## All fine\n')
})

test('is cut by whole pieces where it would be more than 900 KiB with what is there', async () => {
  const table = `${'x'.repeat(100 * KIB - 1)}\n`
  const { text } = await summaryOf('y'.repeat(500 * KIB), ['## 9 failed\n', ...Array.from({ length: 20 }, () => table)])
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(900 * KIB)
  expect(text.split(table)).toHaveLength(4)
  expect(text).toMatch(/\nThe rest is left out here: GitHub shows no summary of more than 1 MiB\.\n$/)
})

test('writes nothing where others have taken all the room', async () => {
  const there = 'y'.repeat(950 * KIB)
  expect((await summaryOf(there, ['## 9 failed\n'])).text).toBe(there)
})

test('that cannot be written is a notice, because nobody asked for it', async () => {
  const sink = createJobSummary(join(await tempFolder(), 'no', 'such', 'folder.md'))
  sink.write('x')
  await sink.end()
  expect([sink.error, sink.notice]).toEqual([null, expect.stringMatching(/^job summary: .*folder\.md: /)])
})
