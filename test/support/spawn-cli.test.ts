import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { spawnCli, startCli } from './spawn-cli.js'

// A stand-in for the command, so that this shows the support and not the command.
const script = join(tmpdir(), `scrape-status-stand-in-${process.pid}.cjs`)

afterAll(() => rm(script))

beforeAll(() =>
  writeFile(
    script,
    `
    const [what, value] = process.argv.slice(2)
    if (what === 'echo') process.stdin.on('data', (chunk) => process.stdout.write(chunk))
    if (what === 'env') console.log(JSON.stringify(process.env))
    if (what === 'exit') { console.error('bad'); process.exitCode = Number(value) }
    if (what === 'memory') Buffer.alloc(Number(value), 1)
    if (what === 'hang') { console.log('ready'); setInterval(() => {}, 1000) }
    if (what === 'files') { const fs = require('node:fs'); try { for (;;) fs.openSync('/dev/null') } catch (e) { console.log(e.code) } }
    if (what === 'print') { process.stdout.on('error', (e) => { console.error(e.code); process.exit(7) }); setInterval(() => console.log('x'.repeat(1000)), 1) }
    `,
  ),
)

test('gives the exit code and both outputs, and feeds stdin', async () => {
  expect(await spawnCli(['exit', '4'], { script })).toMatchObject({
    code: 4,
    signal: null,
    stdout: '',
    stderr: 'bad\n',
  })
  const echoed = await spawnCli(['echo'], { script, input: 'one\ntwo\n' })
  expect(echoed).toMatchObject({ code: 0, stdout: 'one\ntwo\n', peakRssKb: null })
  expect(echoed.durationMs + echoed.waitedMs).toBeGreaterThan(1)
})

test('has a bare environment and what the test adds', async () => {
  const { stdout } = await spawnCli(['env'], { script, env: { COLUMNS: '60' } })
  const env = JSON.parse(stdout)
  expect(env).toMatchObject({ COLUMNS: '60', LANG: 'C.UTF-8' })
  expect(Object.keys(env).filter((name) => /^(CI|VITEST|NODE_|npm_)/.test(name))).toEqual([
    'NODE_DISABLE_COMPILE_CACHE',
  ])
})

test('measures the peak of memory', async () => {
  const { peakRssKb } = await spawnCli(['memory', String(200e6)], { script, measureMemory: true })
  expect(peakRssKb).toBeGreaterThan(200e6 / 1024)
  expect(peakRssKb).toBeLessThan(400e6 / 1024)
})

test('can be signalled when it is ready, and does not outlive its time', async () => {
  const running = startCli(['hang'], { script })
  await running.wrote('ready')
  running.kill('SIGTERM')
  expect(await running.finished).toMatchObject({ code: null, signal: 'SIGTERM', stdout: 'ready\n' })
  expect(await spawnCli(['hang'], { script, killAfterMs: 300 })).toMatchObject({ signal: 'SIGKILL' })
  await expect(startCli(['exit', '3'], { script }).wrote('ready')).rejects.toThrow('ended with code 3')
})

test.runIf(process.platform === 'linux')(
  'can be short of descriptors, have a full disk, and lose its reader',
  async () => {
    expect(await spawnCli(['files'], { script, maxOpenFiles: 64 })).toMatchObject({ code: 0, stdout: 'EMFILE\n' })
    expect(await spawnCli(['print'], { script, stdoutTo: '/dev/full' })).toMatchObject({ code: 7, stderr: 'ENOSPC\n' })
    const running = startCli(['print'], { script })
    await running.wrote('xxx')
    running.leaveStdout()
    expect(await running.finished).toMatchObject({ code: 7, stderr: 'EPIPE\n' })
  },
)
