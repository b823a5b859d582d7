// A file gets its name only when it is whole: against real files, links and devices.

import { chmod, lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Fate, openPartFile } from '../../src/earlier/part-file.js'
import { UsageError } from '../../src/settings/errors.js'

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

it('moves what an earlier run left aside, where it gives way only to more', async () => {
  const begin = async (text: string | null) => {
    if (text !== null) await writeFile(`${path}.part`, text)
    const file = await openPartFile(path, { flag, fate: 'grows' })
    await file.end(WHOLE)
    return file.aside
  }
  const [old, second] = [`${path}.part.old`, `${path}.part.old.2`]
  expect(await begin(null)).toBeNull()
  expect(await begin('')).toBeNull()
  expect(await begin('1\n2\n')).toEqual({ path: old, lines: 2 })
  expect(await begin('a\nb\n')).toEqual({ path: second, lines: 2 })
  expect(await begin('1\n2\n3\ntorn')).toEqual({ path: old, lines: 3 })
  expect(await begin('x\n')).toEqual({ path: `${path}.part.old.3`, lines: 1 })
  expect([await textOf(old), await textOf(second)]).toEqual(['1\n2\n3\ntorn', 'a\nb\n'])
  expect(await textOf(path)).toBe('')
})

it('puts back what it moved aside when nothing was asked for', async () => {
  await writeFile(`${path}.part`, 'one\n')
  const file = await openPartFile(path, { flag, fate: 'grows' })
  await file.discard()
  expect([await textOf(`${path}.part`), await textOf(`${path}.part.old`)]).toEqual(['one\n', null])
})

it.each<Fate>(['grows', 'document', 'replaces'])('writes a part that somebody removed once more (%s)', async (fate) => {
  const file = await openPartFile(path, { flag, fate })
  await file.write('one\n')
  await rm(`${path}.part`)
  await file.write('two\n')
  await file.end(WHOLE)
  expect([await textOf(path), file.error]).toEqual(['one\ntwo\n', null])
  expect(file.notice).toBe(`${path}.part was removed while it was written; it is whole again`)
})

it.each<Fate>(['grows', 'document', 'replaces'])('leaves a part that is somebody else’s now (%s)', async (fate) => {
  await writeFile(path, 'good\n')
  const file = await openPartFile(path, { flag, fate })
  await file.write('ours\n')
  await rm(`${path}.part`)
  await writeFile(`${path}.part`, 'theirs\n')
  await file.end(WHOLE)
  const places = [path, `${path}.part`, `${path}.part.old`]
  expect(await Promise.all(places.map(textOf))).toEqual(['good\n', 'theirs\n', 'ours\n'])
  expect(file.error?.message).toBe(
    `${path}.part is another file now, which is left as it is; the rows are in ${path}.part.old`,
  )
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
