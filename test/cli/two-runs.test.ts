// Two runs and one file, and a run after one that was killed: no row is lost, whoever forgets what. Runs the built command:
// `npm run build` first.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'
import { spawnCli, startCli } from '../support/spawn-cli.js'
import { rowsOf } from './support/memory-run.js'
import { tempFolder } from './support/temp-folder.js'

/** Answers all but what ends in `/hold`, which waits until it is let go, and the failing `/404…`. */
async function place() {
  const held: (() => void)[] = []
  let holds = true
  const server = closeAfterTest(
    await startHttpServer((request, response) => {
      if (request.url!.includes('/404')) response.statusCode = 404
      if (request.url!.endsWith('/hold') && holds) held.push(() => response.end())
      else response.end()
    }),
  )
  const folder = await tempFolder()
  const path = (name: string) => join(folder, name)
  const list = async (name: string, paths: readonly string[]) =>
    writeFile(path(name), paths.map((each) => `${server.url}/${each}\n`).join(''))
  await list('first.txt', ['a', 'b', '404', 'hold'])
  await list('second.txt', ['c', 'd'])
  const text = (name: string) => readFileSync(path(name), 'utf8')
  const start = (argv: readonly string[]) => startCli([...argv, '-r', 'ndjson', '--retries', '0'], { cwd: folder })
  /** Three rows are done, the fourth URL is waited for. */
  const halfWay = async (argv: readonly string[]) => {
    const cli = start(['first.txt', ...argv])
    for (const done of ['/404"', '/a"', '/b"']) await cli.wrote(done)
    // What is on stdout need not be in a file yet.
    const parts = () => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /part$/.test(name))
    while (!parts().every((name) => text(name).includes('/404')))
      await new Promise((resolve) => setTimeout(resolve, 10))
    return cli
  }
  const letGo = () => {
    holds = false
    for (const answer of held) answer()
  }
  return { server, folder, path, list, text, start, halfWay, letGo, rows: (name: string) => rowsOf(text(name)) }
}

type Place = Awaited<ReturnType<typeof place>>

test.each<[string, string[], string[], string, ((place: Place) => Promise<unknown>)?]>([
  ['-o', ['-o', 'out.ndjson'], ['-o', 'out.ndjson'], '--output out.ndjson'],
  ['-o with --resume', ['-o', 'out.ndjson'], ['-o', 'out.ndjson', '--resume'], '--output out.ndjson'],
  ['another spelling', ['-o', 'out.ndjson'], ['-o', '../X/./out.ndjson'], '--output ../X/./out.ndjson'],
  [
    'a link to the file',
    ['-o', 'out.ndjson'],
    ['-o', 'link.ndjson'],
    '--output link.ndjson',
    async ({ path }) => {
      await writeFile(path('out.ndjson'), 'yesterday\n')
      await symlink('out.ndjson', path('link.ndjson'))
    },
  ],
  [
    'a link to a file that is not there yet',
    ['-o', 'link.ndjson'],
    ['-o', 'out.ndjson'],
    '--output out.ndjson',
    async ({ path }) => symlink('out.ndjson', path('link.ndjson')),
  ],
  [
    'a link to the folder',
    ['-o', 'sub/out.csv'],
    ['-o', 'same/out.csv'],
    '--output same/out.csv',
    async ({ path }) => {
      await mkdir(path('sub'))
      await symlink('sub', path('same'))
    },
  ],
  ['the baseline', ['--baseline', 'b.ndjson', '--update-baseline'], ['-o', 'b.ndjson'], '--output b.ndjson'],
  ['the list of failures', ['--write-failed', 'f.txt'], ['--write-failed', 'f.txt'], '--write-failed f.txt'],
  ['a list of failures as a report', ['--write-failed', 'f.txt'], ['-o', 'f.txt'], '--output f.txt'],
])('a file belongs to one run: %s', async (_name, first, second, what, prepare) => {
  const here = await place()
  await prepare?.(here)
  const running = await here.halfWay(first)
  const asked = here.server.requests()
  const name = here.folder.slice(here.folder.lastIndexOf('/') + 1)
  const argv = second.map((each) => each.replace('X', name))
  expect(await here.start(['second.txt', ...argv]).finished).toMatchObject({
    code: 2,
    stdout: '',
    stderr: `scrape-status: ${what.replace('X', name)}: another run is writing it (pid ${running.pid})\n`,
  })
  expect(here.server.requests()).toBe(asked)
  // A look at what would be asked writes nothing.
  expect((await spawnCli(['second.txt', ...argv, '--dry-run'], { cwd: here.folder })).code).toBe(0)
  here.letGo()
  expect((await running.finished).code).toBe(1)
  expect(readdirSync(here.folder).filter((each) => /part|lock/.test(each))).toEqual([])
  // It is free again.
  if (!argv.includes('--resume')) expect((await here.start(['second.txt', ...argv]).finished).code).toBe(0)
})

test('ten runs with one file that begin at once: one of them has it', async () => {
  const { start, halfWay, letGo, rows } = await place()
  // What a run leaves that was killed is found by all of them.
  const killed = await halfWay(['-o', 'out.ndjson'])
  killed.kill('SIGKILL')
  await killed.finished
  const runs = Array.from({ length: 10 }, () => start(['first.txt', '-o', 'out.ndjson']))
  const ended: number[] = []
  for (const run of runs) void run.finished.then(({ code }) => ended.push(code!))
  while (ended.length < 9) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(ended).toEqual(Array(9).fill(2))
  letGo()
  await Promise.all(runs.map((run) => run.finished))
  expect(ended.at(-1)).toBe(1)
  expect(rows('out.ndjson').map(({ line }) => line)).toEqual([1, 2, 3, 4])
}, 60_000)

test('one run with two names of one file is told so', async () => {
  const { path, start } = await place()
  await symlink('out.ndjson', path('link.csv'))
  expect(await start(['second.txt', '-o', 'out.ndjson', '-o', 'link.csv']).finished).toMatchObject({
    code: 2,
    stderr: 'scrape-status: --output link.csv: two reports into one file\n',
  })
  expect(await start(['second.txt', '-o', 'ndjson=out.ndjson.part']).finished).toMatchObject({ code: 2 })
})

test.each(['SIGKILL', 'SIGTERM'] as const)('after %s the file is free', async (signal) => {
  const { halfWay, letGo, start, rows, folder } = await place()
  const running = await halfWay(['-o', 'out.ndjson'])
  running.kill(signal)
  await running.finished
  letGo()
  expect((await start(['first.txt', '-o', 'out.ndjson', '--resume']).finished).code).toBe(1)
  expect(rows('out.ndjson')).toHaveLength(4)
  expect(readdirSync(folder).sort()).toEqual(['first.txt', 'out.ndjson', 'second.txt'])
})

test('a run that is killed and begun anew without --resume loses no row, and says where they are, with -q too', async () => {
  const { halfWay, start, letGo, rows, text } = await place()
  const argv = ['-o', 'out.ndjson', '-o', 'out.csv', '--write-failed', 'failed.txt', '-q']
  const kill = async () => {
    const running = await halfWay(argv)
    running.kill('SIGKILL')
    return running.finished
  }
  expect((await kill()).stderr).toBe('')
  const before = text('out.ndjson.part')
  const { stderr } = await kill()
  const lines = ['out.ndjson', 'out.csv', 'failed.txt'].map((name, at) => {
    const count = ['3 lines', '4 lines', '1 line'][at]
    const hint = at === 0 ? '; with --resume this run would have gone on with it' : ''
    return `scrape-status: ${name}.part, left by a run that was cut short (${count}), is now ${name}.part.old${hint}\n`
  })
  expect(stderr).toBe(lines.join(''))
  expect(rows('out.ndjson.part.old').map(({ line }) => line)).toEqual([1, 2, 3])
  letGo()
  // Nobody forgets now: what this run goes on with is not moved, and what lies aside stays.
  await start(['first.txt', ...argv, '--resume']).finished
  expect(rows('out.ndjson')).toHaveLength(4)
  expect(text('out.ndjson.part.old')).toBe(before)
})

test('rows stay where a mistake shows before anything is asked', async () => {
  const { halfWay, path, start, text } = await place()
  const running = await halfWay(['-o', 'out.ndjson'])
  running.kill('SIGKILL')
  await running.finished
  const before = text('out.ndjson.part')
  await writeFile(path('empty.txt'), '# nothing\n')
  expect((await start(['empty.txt', '-o', 'out.ndjson']).finished).code).toBe(2)
  expect((await start(['first.txt', '-o', 'out.ndjson', '-o', 'no/where.csv']).finished).code).toBe(2)
  expect(text('out.ndjson.part')).toBe(before)
  expect(existsSync(path('out.ndjson.part.old'))).toBe(false)
})

test('somebody who replaces the part does not get our rows under the name, nor we theirs', async () => {
  const { halfWay, letGo, path, rows, text } = await place()
  await writeFile(path('out.ndjson'), 'yesterday\n')
  const running = await halfWay(['-o', 'out.ndjson'])
  await copyFile(path('second.txt'), path('other'))
  await rename(path('other'), path('out.ndjson.part'))
  letGo()
  const { code, stderr } = await running.finished
  expect(code).toBe(3)
  expect(stderr).toContain('out.ndjson.part is another file now, which is left as it is; the rows are in ')
  expect(rows('out.ndjson.part.old')).toHaveLength(4)
  expect(text('out.ndjson')).toBe('yesterday\n')
  expect(text('out.ndjson.part')).toBe(text('second.txt'))
})
