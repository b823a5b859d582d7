// The recipes for a list on several machines, played with processes: what a CI matrix and an indexed Job would start, one
// of them killed and started again, and the parts put together. The rows are those of one process.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { tempFolder } from '../cli/support/temp-folder.js'
import { mixedList } from '../support/mixed-list.js'
import { rowsIn, startPathServer } from '../support/path-server.js'
import { spawnShell } from '../support/spawn-shell.js'
import { readDocPage, writeCommands } from './support/doc-page.js'

const page = await readDocPage('recipes.md')
const blocks = page.blocks.filter(({ language }) => language === 'yaml').map(({ text }) => parse(text))
const job = blocks.find(({ kind }) => kind === 'Job')
const matrix = blocks.find(({ jobs }) => jobs?.links?.strategy)?.jobs.links

/** `held` is never answered while the server holds. */
async function serve() {
  const state = { holds: false, onHeld: () => {} }
  const takes = (word: string) => {
    const isHeld = word === 'held' && state.holds
    if (isHeld) state.onHeld()
    return isHeld
  }
  return { server: await startPathServer({ takes }), state }
}

const rowsOf = async (path: string) => rowsIn(await readFile(path, 'utf8'))

const FAST = '--retries 1 -q -r summary'

test('parts of a CI matrix and of an indexed Job, put together, are the rows of one process and of threads', {
  timeout: 240_000,
}, async () => {
  const { server, state } = await serve()
  const cwd = await tempFolder()
  await writeCommands(cwd)
  await writeFile(join(cwd, 'links.txt'), mixedList({ port: server.port, net: 7 }))
  const sh = (line: string) => spawnShell(line, { cwd, path: cwd })

  const plain = await sh(`scrape-status links.txt -o plain.ndjson --threads 1 ${FAST}`)
  expect([plain.code, plain.stderr]).toEqual([1, ''])
  const rows = await rowsOf(join(cwd, 'plain.ndjson'))
  expect(rows.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['ok', 'http.error', 'tcp.closed', 'url.invalid']),
  )
  expect(rows.filter(({ attempts }) => attempts === 2).length).toBeGreaterThan(10)

  server.forget()
  expect((await sh(`scrape-status links.txt -o threads.ndjson --threads 2 ${FAST}`)).code).toBe(1)
  expect(await rowsOf(join(cwd, 'threads.ndjson'))).toEqual(rows)

  server.forget()
  const [, { run: install }, { run: ofMatrix }] = matrix.steps
  expect(install).toBe('npm install --global ./tools/scrape-status.tgz')
  for (const shard of matrix.strategy.matrix.shard) {
    const line = `${ofMatrix.replaceAll('${' + '{ matrix.shard }}', shard)} ${FAST}`
    expect([0, 1]).toContain((await sh(line)).code)
  }
  await expectJoined(cwd, rows, plain.stdout)

  server.forget()
  await sh('rm part-*.ndjson')
  const [ofJob] = job.spec.template.spec.containers[0].args
  const pod = (index: number) =>
    `export JOB_COMPLETION_INDEX=${index}; ${ofJob.replace('--resume', '--resume --retries 1')}`
  await killInTheMiddle(pod(0), cwd, state)
  state.holds = false
  // What it asked last is read before it counts as never asked: the answers of those are lost with it.
  for (let turn = 0; turn < 100; turn++) await setImmediate()
  server.forget()
  for (let index = 0; index < job.spec.completions; index++) {
    const { code, stderr } = await sh(pod(index))
    expect({ index, code, stderr }).toEqual({ index, code: 0, stderr: '' })
  }
  await expectJoined(cwd, rows, plain.stdout)
})

/** A pod that is evicted: nobody asks it to end. */
async function killInTheMiddle(line: string, cwd: string, state: { holds: boolean; onHeld: () => void }) {
  state.holds = true
  const isHeld = new Promise<void>((resolve) => {
    state.onHeld = resolve
  })
  const env = { PATH: `${cwd}:${process.env.PATH}`, HOME: cwd }
  const child = spawn('sh', ['-c', line], { cwd, env, stdio: 'ignore', detached: true })
  const ended = once(child, 'exit')
  await isHeld
  process.kill(-child.pid!, 'SIGKILL')
  await ended
}

async function expectJoined(cwd: string, rows: readonly object[], summary: string) {
  const joined = await spawnShell('scrape-status report part-*.ndjson -o all.ndjson -q -r summary', { cwd, path: cwd })
  expect([joined.code, joined.stderr]).toEqual([1, ''])
  expect(await rowsOf(join(cwd, 'all.ndjson'))).toEqual(rows)
  const { verdicts, ok, failed, inconclusive, skipped, statuses, kinds } = JSON.parse(summary)
  expect(JSON.parse(joined.stdout)).toMatchObject({ verdicts, ok, failed, inconclusive, skipped, statuses, kinds })
}
