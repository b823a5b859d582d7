// The page on the queue: its Compose file and its manifest are read, and their commands play a run against a real Redis.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { tempFolder } from '../cli/support/temp-folder.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { startPathServer } from '../support/path-server.js'
import { startRedis } from '../support/redis.js'
import { spawnCli, startCli } from '../support/spawn-cli.js'
import { readDocPage } from './support/doc-page.js'

const page = await readDocPage('queue.md')
const [compose, deployment] = page.blocks
  .filter(({ language }) => language === 'yaml')
  .map(({ text }) => parse(text, { version: '1.2' }))

test('the commands of the Compose file and of the manifest are a run and its workers', {
  timeout: 60_000,
}, async () => {
  const redis = closeAfterTest(await startRedis())
  const server = await startPathServer()
  const folder = await tempFolder()
  await writeFile(join(folder, 'urls.txt'), `${server.urlOf('127.0.8.1', '/a')}\n${server.urlOf('127.0.8.2', '/b')}\n`)
  // The host of the page, and a port that may be taken here.
  const played = (args: readonly string[]) =>
    args.map((arg) => (arg === 'redis://redis:6379' ? redis.url : arg === '9090' ? '0' : arg))
  const { worker, run } = compose.services
  const [container] = deployment.spec.template.spec.containers
  const workers = [
    startCli(played(worker.command), { cwd: folder }),
    startCli(played(container.args), { cwd: folder, env: { [container.env[0].name]: redis.url } }),
  ]
  for (const each of workers) {
    onTestFinished(async () => {
      each.kill('SIGKILL')
      await each.finished
    })
    await each.wrote('takes work')
  }
  const { code, stdout } = await spawnCli(played(run.command), { cwd: folder })
  expect([code, stdout]).toEqual([0, expect.stringContaining('2 ok')])
  for (const each of workers) each.kill('SIGTERM')
  expect((await Promise.all(workers.map(({ finished }) => finished))).map(({ code }) => code)).toEqual([0, 0])
  expect(Object.keys(compose.volumes)).toEqual(['redis'])
  expect(deployment.spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(10)
})
