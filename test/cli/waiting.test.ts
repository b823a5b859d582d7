// A run that waits for somebody else (the other end of a pipe, a reader, a first byte) still ends with the first signal and
// with --time-limit. Runs the built command: `npm run build` first.

import { execFile, execFileSync } from 'node:child_process'
import { closeSync, constants, openSync, readdirSync, readFileSync, readlinkSync, writeSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { preload } from '../hostile/support/preload.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'
import { type RunningCli, type SpawnCliOptions, startCli } from '../support/spawn-cli.js'
import { tempFolder } from './support/temp-folder.js'

/** A folder with a list of URLs that answer, and an empty named pipe. */
async function place(lines = 1) {
  const server = closeAfterTest(await startHttpServer({ '*': 200 }))
  const folder = await tempFolder()
  const [list, fifo] = [join(folder, 'urls.txt'), join(folder, 'fifo')]
  await writeFile(list, `${server.url}/\n`.repeat(lines))
  execFileSync('mkfifo', [fifo])
  return { server, folder, list, fifo }
}

/** Writes a word to this descriptor when the command listens to signals. */
const saysWhenItListens = (fd: 1 | 2) =>
  preload(`
    import { writeSync } from 'node:fs'
    process.on('newListener', (name) => name === 'SIGTERM' && writeSync(${fd}, 'listens\\n'))`)

/** Resolves when it listens and has nothing to do any more. */
async function waits(cli: RunningCli): Promise<void> {
  await cli.wrote('listens')
  let before = ''
  for (let same = 0; same < 5; same++) {
    await sleep(20)
    const now = readFileSync(`/proc/${cli.pid}/stat`, 'latin1').split(' ').slice(13, 15).join(' ')
    if (now !== before) same = 0
    before = now
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(10)
}

/** Whether the process has this file open. */
const holds = (pid: number, path: string) =>
  readdirSync(`/proc/${pid}/fd`).some((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`) === path
    } catch {
      return false
    }
  })

/** A pipe whose reading end we hold and do not read. */
function unread(path: string) {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  onTestFinished(() => closeSync(fd))
}

/** As much as a pipe takes (pipe(7)). */
function fill(path: string) {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  writeSync(fd, Buffer.alloc(65_536))
  closeSync(fd)
}

interface Wait {
  readonly argv: (names: { list: string; fifo: string }) => readonly string[]
  readonly options?: (fifo: string) => SpawnCliOptions
  readonly lines?: number
  /** Whether somebody holds the reading end open, without reading. */
  readonly hasReader?: boolean
  /** Whether the pipe is full before it begins. */
  readonly isFull?: boolean
  /** Whether requests have to be seen before it waits. */
  readonly asks?: boolean
}

const WAITS: readonly (readonly [name: string, wait: Wait])[] = [
  ['a list that is a named pipe nobody writes', { argv: ({ fifo }) => [fifo] }],
  ['a second list that is one', { argv: ({ list, fifo }) => [list, fifo] }],
  ['the first byte of stdin', { argv: () => ['-'], options: () => ({ input: 'open' }) }],
  ['the first byte of stdin, in a dry run', { argv: () => ['-', '--dry-run'], options: () => ({ input: 'open' }) }],
  ['a baseline that is a named pipe', { argv: ({ list, fifo }) => [list, '--baseline', fifo] }],
  ['somebody who reads -o', { argv: ({ list, fifo }) => [list, '-o', `ndjson=${fifo}`] }],
  ['somebody who reads --write-failed', { argv: ({ list, fifo }) => [list, '--write-failed', fifo] }],
  [
    'a reader of -o that takes nothing',
    {
      argv: ({ list, fifo }) => [list, '-o', `ndjson=${fifo}`, '--per-host', '1'],
      lines: 2000,
      hasReader: true,
      asks: true,
    },
  ],
  [
    'a reader of stdout that takes nothing',
    {
      argv: ({ list }) => [list, '-r', 'ndjson'],
      options: (fifo) => ({ stdoutTo: fifo }),
      lines: 2000,
      hasReader: true,
      asks: true,
    },
  ],
  [
    'a reader of stderr that takes nothing',
    {
      argv: () => ['-', '--no-progress'],
      options: (fifo) => ({ input: 'open', stderrTo: fifo }),
      hasReader: true,
      isFull: true,
    },
  ],
]

describe.each(WAITS)('a run that waits for %s', (_name, { argv, options, lines, hasReader, isFull, asks }) => {
  const start = async (flags: readonly string[]) => {
    const { server, list, fifo } = await place(lines)
    if (hasReader) unread(fifo)
    if (isFull) fill(fifo)
    const given = options?.(fifo) ?? {}
    const nodeArgs = saysWhenItListens(given.stderrTo === undefined ? 2 : 1)
    const cli = startCli([...argv({ list, fifo }), ...flags], { ...given, nodeArgs })
    return { cli, server }
  }

  test('ends with the first signal', async () => {
    const { cli, server } = await start([])
    if (asks) await until(() => server.requests() > 100)
    await waits(cli)
    cli.kill('SIGTERM')
    expect(await cli.finished).toMatchObject({ code: 143, signal: null })
  })

  test('ends with --time-limit', async () => {
    const { cli } = await start(['--time-limit', asks ? '2s' : '500ms'])
    expect(await cli.finished).toMatchObject({ code: 4, signal: null })
  })
})

test('a named pipe is read when somebody writes, and a list in two pieces is one', async () => {
  const { server, fifo } = await place()
  const cli = startCli([fifo, '-r', 'csv', '--fields', 'status,line'])
  await until(() => holds(cli.pid, fifo))
  const writer = openSync(fifo, 'w')
  execFileSync('sh', ['-c', `printf '%s' "$0/a" >&3`, server.url], { stdio: ['ignore', 'ignore', 'ignore', writer] })
  execFileSync('sh', ['-c', `printf 'b\\n%s\\n' "$0/c" >&3`, server.url], {
    stdio: ['ignore', 'ignore', 'ignore', writer],
  })
  closeSync(writer)
  const { code, stdout } = await cli.finished
  expect(code).toBe(0)
  expect(stdout.match(/200/g)).toHaveLength(2)
})

test('a named pipe behind -o gets every row once somebody reads it', async () => {
  const { list, fifo } = await place(3000)
  const cli = startCli([list, '-r', 'summary', '-o', `csv=${fifo}`])
  const { stdout } = await promisify(execFile)('cat', [fifo], { maxBuffer: 1e8 })
  expect((await cli.finished).code).toBe(0)
  expect(stdout.trimEnd().split('\n')).toHaveLength(3001)
})

test('a signal before the first row leaves a report that can be parsed', async () => {
  const { fifo } = await place()
  const cli = startCli([fifo, '-r', 'json'], { nodeArgs: saysWhenItListens(2) })
  await waits(cli)
  cli.kill('SIGINT')
  const { code, stdout, stderr } = await cli.finished
  expect(code).toBe(130)
  expect(JSON.parse(stdout)).toMatchObject({ verdicts: [], summary: { unfinished: 'interrupted', exitCode: 130 } })
  expect(stderr).toBe('listens\nscrape-status: interrupted; 0 URLs read and not asked\n')
})
