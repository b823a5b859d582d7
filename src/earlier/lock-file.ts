// A file that belongs to one run as long as that run lives: a symbolic link `NAME.lock` whose target says who, as editors do
// it. It is made in one step, cannot be half written (a full disk has room for it) and shows in a listing whose it is. A
// run that was killed leaves it behind; who comes next sees that nobody lives there. `proper-lockfile` asks for a sign of
// life every few seconds instead: then a killed run blocks the next for that long, and one that was stopped loses its file.

import { randomUUID } from 'node:crypto'
import { lstat, lutimes, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'

/** The process that locks; `World` has both. */
export interface Process {
  readonly pid: number
  /** Whether a process with this id runs here. */
  isRunning(pid: number): boolean
}

/** One run: all its locks say the same. */
export interface LockOwner {
  readonly mark: string
  readonly self: Process
}

export interface FileLock {
  /** Gives it back, where it still is ours; never rejects. */
  release(): Promise<void>
}

/** Who holds a file, in words: `pid 4711`, `pid 7 on build-3`; null: this very run. */
export class LockedError extends Error {
  readonly holder: string | null
  constructor(holder: string | null) {
    super(`locked by ${holder ?? 'this run'}`)
    this.holder = holder
  }
}

/** Signs of life, in ms, for runs of other machines and containers, which cannot see whether our process runs. */
const BEAT_MS = 15_000
/** Four beats that did not come. */
const DEAD_MS = 60_000
/** File systems without symbolic links, and Windows without the right to make them. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EINVAL',
  'UNKNOWN',
])
const MARK = /^(\d+)\.(\d*)\.(\w+)@([^@]*)@(.+)$/

/** What the locks of a run say: its process, when that began, a word of its own, and on which machine it is. */
export async function lockOwner(self: Process): Promise<LockOwner> {
  const [started, machine] = await Promise.all([startOf(self.pid), machineOf()])
  return { mark: `${self.pid}.${started ?? ''}.${randomUUID().slice(0, 8)}@${machine}`, self }
}

/** Locks the file of this name. Rejects with a `LockedError` while another run has it, and with what the system says. */
export async function lockFile(path: string, owner: LockOwner): Promise<FileLock> {
  const lock = `${path}.lock`
  for (;;) {
    if (await make(lock, owner.mark)) break
    const holder = await read(lock)
    // Given back just now.
    if (holder === null) continue
    if (holder === owner.mark) throw new LockedError(null)
    if (await isAlive(lock, holder, owner)) throw new LockedError(nameOf(holder, lock, owner))
    await takeAway(lock, holder, owner)
  }
  const beat = setInterval(() => {
    const now = new Date()
    lutimes(lock, now, now).catch(() => {})
  }, BEAT_MS).unref()
  return {
    async release() {
      clearInterval(beat)
      if ((await read(lock).catch(() => null)) === owner.mark) await rm(lock, { force: true }).catch(() => {})
    },
  }
}

/** False where there is one. */
async function make(lock: string, mark: string): Promise<boolean> {
  try {
    await symlink(mark, lock)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (!NO_LINKS.has(code)) throw error
  }
  return writeFile(lock, mark, { flag: 'wx' }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false
      throw error
    },
  )
}

async function read(lock: string): Promise<string | null> {
  const isMissing = (error: NodeJS.ErrnoException) => error.code === 'ENOENT'
  try {
    return await readlink(lock)
  } catch (error) {
    if (isMissing(error as NodeJS.ErrnoException)) return null
  }
  // Where links cannot be made it is a file.
  return readFile(lock, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (isMissing(error)) return null
    throw error
  })
}

async function isAlive(lock: string, holder: string, owner: LockOwner): Promise<boolean> {
  const found = MARK.exec(holder)
  const own = MARK.exec(owner.mark)!
  // Not made by us: whoever made it may need it.
  if (found === null) return holder !== '' || (await silenceOf(lock, owner)) < DEAD_MS
  const [, pid, started, , machine, host] = found
  if (machine !== own[4] || host !== own[5]) return (await silenceOf(lock, owner)) < DEAD_MS
  if (!owner.self.isRunning(Number(pid))) return false
  const now = await startOf(Number(pid))
  // The id was given to another process since, or the process is dead and nobody has asked for its end yet.
  return started === '' || now === started
}

/** Ms since the last sign of life, both by the clock of the file system: another machine's may be wrong. */
async function silenceOf(lock: string, { mark }: LockOwner): Promise<number> {
  const probe = `${lock}.${mark.slice(0, mark.indexOf('@'))}`
  await make(probe, mark)
  try {
    const [now, last] = await Promise.all([lstat(probe), lstat(lock)])
    return now.ctimeMs - last.ctimeMs
  } catch {
    return 0
  } finally {
    await rm(probe, { force: true })
  }
}

/** Of two that find the same dead one, the second must not take away the lock that the first has made since. */
async function takeAway(lock: string, holder: string, { mark }: LockOwner): Promise<void> {
  const aside = `${lock}.${mark.slice(0, mark.indexOf('@'))}`
  await rename(lock, aside).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  const taken = await read(aside)
  if (taken !== null && taken !== holder) await make(lock, taken)
  await rm(aside, { force: true })
}

function nameOf(holder: string, lock: string, owner: LockOwner): string {
  const found = MARK.exec(holder)
  if (found === null) return `whoever made ${lock}`
  const [, pid, , , machine, host] = found
  const own = MARK.exec(owner.mark)!
  return machine === own[4] && host === own[5] ? `pid ${pid}` : `pid ${pid} on ${host}`
}

/** When a process began, in ticks since the machine started (proc_pid_stat(5)); null where it is dead or cannot be told. */
async function startOf(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => null)
  if (text === null) return null
  // The name of the program, in brackets, may hold anything.
  const [state, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' || state === 'X' ? null : (rest[18] ?? null)
}

/** Process ids mean something within one start of one machine, and within one container of it. */
async function machineOf(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => '')
  const space = await readlink('/proc/self/ns/pid').catch(() => '')
  return `${boot.slice(0, 8)}.${space.replace(/\D/g, '')}@${hostname()}`
}
