// What only a process can show: signals, pipes whose reader leaves, full disks, stdin that somebody else reads too.
// Runs the built command: `npm run build` first.

import { execFile } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { preload } from '../hostile/support/preload.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'
import { type RunningCli, spawnCli, startCli } from '../support/spawn-cli.js'
import { expectWholeAccount } from './support/run-cli.js'
import { tempFolder } from './support/temp-folder.js'

const BIN = fileURLToPath(new URL('../../bin/scrape-status.js', import.meta.url))
const sh = (command: string, cwd: string, env: Record<string, string> = {}) =>
  promisify(execFile)('sh', ['-c', command], {
    cwd,
    env: { ...process.env, NODE: process.execPath, BIN, ...env },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  )

/** Answers `/fast…` at once and all else never. */
const halfSilent = () =>
  startHttpServer((request, response) => {
    if (request.url?.startsWith('/fast')) response.end()
  }).then(closeAfterTest)

test('the command runs: a table, exit 1, nothing on stderr', async () => {
  const server = closeAfterTest(await startHttpServer({ '/a': 200 }))
  const { code, stdout, stderr } = await spawnCli([], { input: `${server.url}/a\n${server.url}/b\n` })
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  expect(stdout).toMatch(/^✓ {2}200 .*\n✗ {2}404 .* Not Found$/m)
})

test('| head -1 ends the run at once, without a message', async () => {
  const server = closeAfterTest(await startHttpServer({ '*': 200 }))
  const folder = await tempFolder()
  await writeFile(join(folder, 'urls.txt'), `${server.url}/\n`.repeat(20_000))
  const { code, stdout, stderr } = await sh('"$NODE" "$BIN" urls.txt -r ndjson | head -1', folder)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(stdout)).toMatchObject({ status: 200 })
  expect(server.requests()).toBeLessThan(20_000)
})

test('a reader that leaves ends a run whose list never ends', async () => {
  const server = closeAfterTest(await startHttpServer({ '*': 200 }))
  const { code, stdout, stderr } = await sh(`yes ${server.url}/ | "$NODE" "$BIN" -r ndjson | head -3`, '/')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout.trimEnd().split('\n')).toHaveLength(3)
})

test('a full disk on stdout is exit 3 with a message', async () => {
  const server = closeAfterTest(await startHttpServer({ '*': 200 }))
  const { code, stderr } = await spawnCli([server.url, '-r', 'ndjson'], { stdoutTo: '/dev/full' })
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: 'scrape-status: stdout: no space left on the device (ENOSPC)\n',
  })
  expect((await spawnCli(['--help'], { stdoutTo: '/dev/full' })).code).toBe(3)
})

test('a full disk behind -o is exit 3 with a message, and stdout is whole', async () => {
  const server = closeAfterTest(await startHttpServer({ '*': 200 }))
  const { code, stdout, stderr } = await spawnCli([server.url, '-o', 'ndjson=/dev/full', '-r', 'ndjson'])
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: 'scrape-status: /dev/full: no space left on the device (ENOSPC)\n',
  })
  expect(JSON.parse(stdout)).toMatchObject({ status: 200 })
})

test('with a URL given stdin is not opened: others that hold the pipe find it as it was', async () => {
  const [O_NONBLOCK, fdinfo] = [0o4000, (pid: number) => readFileSync(`/proc/${pid}/fdinfo/0`, 'latin1')]
  let flags = Number.NaN
  const server = closeAfterTest(
    await startHttpServer((_request, response) => {
      flags = Number.parseInt(/^flags:\s+(\d+)/m.exec(fdinfo(cli.pid))![1]!, 8)
      response.end()
    }),
  )
  const cli = startCli([server.url], { input: 'open' })
  expect((await cli.finished).code).toBe(0)
  expect(flags & O_NONBLOCK).toBe(0)
})

test('where nothing can be kept between runs it runs all the same', async () => {
  const server = closeAfterTest(await startHttpServer({ '*': 200 }))
  const env = { NODE_COMPILE_CACHE: '/dev/null/cache' }
  expect(await spawnCli([server.url, '-q'], { env })).toMatchObject({ code: 0, stderr: '' })
})

test.each([
  ['where the user’s caches are', { HOME: 'home', XDG_CACHE_HOME: 'caches' }, 'caches/scrape-status'],
  ['below the user’s home', { HOME: 'home' }, 'home/.cache/scrape-status'],
  ['nowhere in CI', { HOME: 'home', XDG_CACHE_HOME: 'caches', CI: 'true' }, null],
  ['nowhere without a home', { HOME: '' }, null],
])('what was compiled is kept %s', async (_case, env, place) => {
  const cwd = await tempFolder()
  const run = (nodeArgs: readonly string[]) =>
    spawnCli(['--version'], { cwd, env: { ...env, NODE_DISABLE_COMPILE_CACHE: undefined }, nodeArgs })
  expect(await run([])).toMatchObject({ code: 0, stderr: '' })
  const made = readdirSync(cwd, { recursive: true, encoding: 'utf8' })
  expect(made.some((path) => path.startsWith(`${place}/`))).toBe(place !== null)
  if (place === null) expect(made).toEqual([])
  // The same with a Node that could, whatever this one can.
  const able = preload(`
    import { writeSync } from 'node:fs'
    import module from 'node:module'
    module.enableCompileCache = (folder) => void writeSync(2, folder)`)
  expect(await run(able)).toMatchObject({ code: 0, stderr: place ?? '' })
})

/** Before 22.8 Node cannot do it itself. */
const unable = preload("import module from 'node:module'; delete module.enableCompileCache")

test('where Node keeps nothing that it compiled we do, and what is damaged is made anew', async () => {
  const cwd = await tempFolder()
  const start = async (env = {}) => {
    const own = { XDG_CACHE_HOME: cwd, NODE_DISABLE_COMPILE_CACHE: undefined, ...env }
    const { code, stdout, stderr } = await spawnCli(['--version'], { cwd, env: own, nodeArgs: unable })
    return { code, stdout, stderr }
  }
  const kept = () =>
    readdirSync(cwd, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .toSorted()
  const first = await start({ NODE_DISABLE_COMPILE_CACHE: '1' })
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(kept()).toEqual([])
  expect(await start()).toEqual(first)
  const made = kept()
  expect(made.length).toBeGreaterThan(1)
  const [file] = made as [string]
  const whole = readFileSync(file)
  const times = made.map((path) => statSync(path).mtimeMs)
  expect(await start()).toEqual(first)
  expect(kept().map((path) => statSync(path).mtimeMs)).toEqual(times)
  for (const bytes of [
    whole.subarray(0, 1000),
    Buffer.from(whole.map((byte, at) => (at === whole.length >> 1 ? ~byte : byte))),
    Buffer.alloc(0),
  ]) {
    writeFileSync(file, bytes)
    expect(await start()).toEqual(first)
    // V8 need not make the same twice.
    expect(readFileSync(file).length).toBeGreaterThan(1000)
    expect(kept()).toEqual(made)
  }
})

test('in a while-read loop stdin is left to the loop', async () => {
  const server = closeAfterTest(await startHttpServer({ '*': 200 }))
  const loop = 'printf "1\\n2\\n3\\n" | while read -r n; do "$NODE" "$BIN" -q -r csv --fields url "$URL/$n"; done'
  const { stdout } = await sh(loop, '/', { URL: server.url })
  expect([...stdout.matchAll(/\/(\d)"?\r?$/gm)].map(([, n]) => n)).toEqual(['1', '2', '3'])
})

/** Starts a run of which two URLs answer and thirty do not, and waits until both have. */
async function interrupted(extra: readonly string[] = []) {
  const server = await halfSilent()
  const folder = await tempFolder()
  const lines = [
    ...[1, 2].map((n) => `${server.url}/fast/${n}`),
    ...Array.from({ length: 30 }, (_, n) => `${server.url}/${n}`),
  ]
  await writeFile(join(folder, 'urls.txt'), `# list\n${lines.join('\n')}\n`)
  const cli = startCli(['urls.txt', '-r', 'ndjson', '-o', 'summary=summary.json', ...extra], { cwd: folder })
  await twoRows(cli)
  return { cli, folder, asked: () => server.requests() }
}

async function twoRows(cli: RunningCli): Promise<void> {
  await cli.wrote('/fast/1')
  await cli.wrote('/fast/2')
}

test.each([
  ['SIGINT', 130, 'interrupted'],
  ['SIGTERM', 143, 'stopped by SIGTERM'],
] as const)('%s gives the partial report, %i and how many were not asked', async (signal, exitCode, why) => {
  const { cli, folder } = await interrupted()
  cli.kill(signal)
  const { code, stdout, stderr } = await cli.finished
  expect(code).toBe(exitCode)
  expect(stderr).toBe(`scrape-status: ${why}; 20 URLs in flight, 10 read and not asked\n`)
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row))
  expect(rows.map(({ kind }) => kind)).toEqual(['ok', 'ok'])
  const summary = JSON.parse((await sh('cat summary.json', folder)).stdout)
  expectWholeAccount(summary, 33, 2)
  expect(summary).toMatchObject({ exitCode, unfinished: 'interrupted', lines: { notAsked: 30, blank: 1 } })
})

test('a signal while stdin is slow ends the run, with what came', async () => {
  const server = await halfSilent()
  const cli = startCli(['-r', 'ndjson', `${server.url}/fast/1`, `${server.url}/fast/2`, '-'], { input: 'open' })
  // `-` is looked at before anything is asked, and nothing comes: the run has not begun.
  setTimeout(() => cli.kill('SIGINT'), 500)
  const { code, signal, stderr } = await cli.finished
  expect(signal ?? code).toSatisfy((end) => end === 'SIGINT' || end === 130)
  expect(stderr).not.toMatch(/ at /)
})

test('a second signal ends at once, whatever is pending', async () => {
  const server = await halfSilent()
  const folder = await tempFolder()
  await writeFile(join(folder, 'urls.txt'), `${server.url}/never\n${'no url\n'.repeat(5000)}`)
  await sh('mkfifo stuck', folder)
  // Held open by us and never read: once the pipe is full, its report can never be finished.
  const fifo = openSync(join(folder, 'stuck'), 'r+')
  onTestFinished(() => closeSync(fifo))
  const cli = startCli(['urls.txt', '-r', 'ndjson', '-o', 'ndjson=stuck'], { cwd: folder })
  await cli.wrote('"line":2,')
  cli.kill('SIGINT')
  const pending = await Promise.race([cli.finished, sleep(500, 'pending')])
  expect(pending).toBe('pending')
  cli.kill('SIGINT')
  expect(await cli.finished).toMatchObject({ code: null, signal: 'SIGINT' })
})
