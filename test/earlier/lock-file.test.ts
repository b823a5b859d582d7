// Who holds a file, told from what stands in its lock: this run, another one that lives, one that is dead, one elsewhere.

import { existsSync, readlinkSync } from 'node:fs'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { LockedError, lockFile, lockOwner } from '../../src/earlier/lock-file.js'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'))
  path = join(folder, 'out.ndjson')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const owner = (running: readonly number[] = [process.pid]) =>
  lockOwner({ pid: process.pid, isRunning: (pid) => running.includes(pid) })
const holderOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'nobody',
    (error: unknown) => (error instanceof LockedError ? error.holder : Promise.reject(error)),
  )

it('is held until it is given back, and by its own run is told apart', async () => {
  const own = await owner()
  const lock = await lockFile(path, own)
  expect(readlinkSync(`${path}.lock`)).toBe(own.mark)
  expect(await holderOf(lockFile(path, own))).toBeNull()
  expect(await holderOf(lockFile(path, await owner()))).toBe(`pid ${process.pid}`)
  await lock.release()
  expect(existsSync(`${path}.lock`)).toBe(false)
  expect(await holderOf(lockFile(path, await owner()))).toBe('nobody')
})

it.each<[string, (mark: string) => string, string]>([
  ['a process that is dead', (mark) => mark.replace(/^\d+/, '4194305'), 'nobody'],
  ['a process whose id another one has now', (mark) => mark.replace(/^(\d+)\.\d+/, '$1.1'), 'nobody'],
  [
    'another machine that has just been heard of',
    (mark) => mark.replace(/@.*/, '@aaaaaaaa.1@build-3'),
    'pid PID on build-3',
  ],
  ['another container of this machine', (mark) => mark.replace(/\.\d*@(?=[^@]*$)/, '.17@'), 'pid PID on HOST'],
  ['somebody who is none of us', () => 'me', 'whoever made LOCK'],
])('knows a lock of %s', async (_, change, holder) => {
  const { mark } = await owner()
  await symlink(change(mark), `${path}.lock`)
  const expected = holder
    .replace('PID', String(process.pid))
    .replace('HOST', mark.slice(mark.lastIndexOf('@') + 1))
    .replace('LOCK', `${path}.lock`)
  expect(await holderOf(lockFile(path, await owner()))).toBe(expected)
})

it('reads a lock that is a file, where links cannot be made', async () => {
  const { mark } = await owner()
  await writeFile(`${path}.lock`, mark)
  expect(await holderOf(lockFile(path, await owner()))).toBe(`pid ${process.pid}`)
  await writeFile(`${path}.lock`, mark.replace(/^\d+/, '4194305'))
  expect(await holderOf(lockFile(path, await owner()))).toBe('nobody')
})

it('leaves a lock alone that is somebody else’s by now', async () => {
  const lock = await lockFile(path, await owner())
  await rm(`${path}.lock`)
  await symlink('other', `${path}.lock`)
  await lock.release()
  expect(readlinkSync(`${path}.lock`)).toBe('other')
})
