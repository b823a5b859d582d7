// A file gets its name only when it is whole: against real files, links and devices.

import { chmod, lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Fate, openPartFile } from '../../src/output/part-file.js'
import { UsageError } from '../../src/parse.js'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'part-file-'))
  path = join(folder, 'out.ndjson')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const WHOLE = { unfinished: null, exitCode: 0 } as const
const CUT = { unfinished: 'interrupted', exitCode: 130 } as const
const UNJUDGED = { unfinished: null, exitCode: 4 } as const
const flag = '--output'
const textOf = (name: string) => readFile(name, 'utf8').catch(() => null)

describe('what becomes of the file at the end', () => {
  it.each<[Fate, 'whole' | 'cut' | 'unjudged', name: string, part: string | null]>([
    ['grows', 'whole', 'new\n', null],
    ['grows', 'cut', 'good\n', 'new\n'],
    ['grows', 'unjudged', 'new\n', null],
    ['document', 'whole', 'new\n', null],
    ['document', 'cut', 'new\n', null],
    ['replaces', 'whole', 'new\n', null],
    ['replaces', 'cut', 'good\n', null],
    ['replaces', 'unjudged', 'good\n', null],
  ])('%s, %s', async (fate, how, name, part) => {
    await writeFile(path, 'good\n')
    const file = await openPartFile(path, { flag, fate })
    await file.write('new\n')
    expect(await textOf(path)).toBe('good\n')
    await file.end({ whole: WHOLE, cut: CUT, unjudged: UNJUDGED }[how])
    expect([await textOf(path), await textOf(`${path}.part`)]).toEqual([name, part])
    expect(file.error).toBeNull()
  })
})

it('begins anew, and says so where rows of an earlier run were there', async () => {
  const first = await openPartFile(path, { flag, fate: 'grows' })
  expect(first.beganAnew).toBe(false)
  await first.end(WHOLE)
  await writeFile(`${path}.part`, 'old\n')
  const file = await openPartFile(path, { flag, fate: 'grows' })
  expect(file.beganAnew).toBe(true)
  await file.end(WHOLE)
  expect(await textOf(path)).toBe('')
})

it('goes on behind the bytes that are kept', async () => {
  await writeFile(`${path}.part`, 'one\ntwo\nthr')
  const file = await openPartFile(path, { flag, fate: 'grows', keptBytes: 8 })
  await file.write('three\n')
  await file.end(WHOLE)
  expect(await textOf(path)).toBe('one\ntwo\nthree\n')
})

it('gives up a fresh file without a trace, and leaves one that goes on', async () => {
  const fresh = await openPartFile(path, { flag, fate: 'grows' })
  await fresh.discard()
  expect(await textOf(`${path}.part`)).toBeNull()
  await writeFile(`${path}.part`, 'one\n')
  const kept = await openPartFile(path, { flag, fate: 'grows', keptBytes: 4 })
  await kept.discard()
  expect(await textOf(`${path}.part`)).toBe('one\n')
  expect(await textOf(path)).toBeNull()
})

it('keeps the permissions of the file that it replaces, and a link to it', async () => {
  const real = join(folder, 'real.ndjson')
  await writeFile(real, 'good\n')
  await chmod(real, 0o640)
  await symlink(real, path)
  const file = await openPartFile(path, { flag, fate: 'grows' })
  await file.write('new\n')
  await file.end(WHOLE)
  expect((await lstat(path)).isSymbolicLink()).toBe(true)
  expect([await textOf(real), (await stat(real)).mode & 0o777]).toEqual(['new\n', 0o640])
})

it('is private from its first byte where it is asked to be, whoever put a file in its place', async () => {
  const trap = join(folder, 'trap')
  await writeFile(trap, '')
  await symlink(trap, `${path}.part`)
  await writeFile(path, 'good\n')
  await chmod(path, 0o644)
  const file = await openPartFile(path, { flag, fate: 'grows', mode: 0o600 })
  expect((await stat(`${path}.part`)).mode & 0o777).toBe(0o600)
  await file.write('secret\n')
  await file.end(WHOLE)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await textOf(trap)).toBe('')
})

it('writes into a device directly', async () => {
  const file = await openPartFile('/dev/full', { flag, fate: 'grows' })
  expect(file.partPath).toBeNull()
  await file.write('x')
  await file.end(WHOLE)
  expect(file.error).toMatchObject({ code: 'ENOSPC' })
})

it('says why it cannot be opened, with the flag', async () => {
  const missing = join(folder, 'no', 'out.ndjson')
  await expect(openPartFile(missing, { flag, fate: 'grows' })).rejects.toEqual(
    new UsageError(`--output ${missing}: no folder ${join(folder, 'no')}`),
  )
  await expect(openPartFile(folder, { flag: '--write-failed', fate: 'grows' })).rejects.toThrow(
    `--write-failed ${folder}: is a folder`,
  )
  await mkdir(`${path}.part`)
  await expect(openPartFile(path, { flag, fate: 'grows' })).rejects.toThrow(UsageError)
})
