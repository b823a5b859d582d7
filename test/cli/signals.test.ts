// Signals without a process: what the command does with the first and with the second one.

import { expect, test } from 'vitest'
import { run } from '../../src/cli.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'
import { createTestWorld } from '../support/world.js'

async function interrupt(signals: readonly ('SIGINT' | 'SIGTERM')[]) {
  const server = closeAfterTest(
    await startHttpServer((request, response) => {
      if (request.url?.startsWith('/fast')) response.end()
    }),
  )
  const world = createTestWorld({ stdin: `${server.url}/fast/1\n${server.url}/fast/2\n${server.url}/never\n# end\n` })
  const done = run([], world)
  while (server.requests() < 3) await new Promise((resolve) => setTimeout(resolve, 5))
  for (const signal of signals) world.signal(signal)
  return { code: await done, world }
}

test('the table of an interrupted run shows what is known and says that it is not all', async () => {
  const { code, world } = await interrupt(['SIGINT'])
  expect(code).toBe(130)
  expect(world.stdoutText()).toContain('/fast/2')
  expect(world.stdoutText()).toMatch(/lines +4 = 2 checked \+ 1 not asked \+ 1 blank or comment/)
  expect(world.stdoutText()).toMatch(/exit code 130/)
  expect(world.stderrText()).toBe('scrape-status: interrupted; 1 URL in flight\n')
  expect(world.deaths()).toEqual([])
})

test('the second signal asks the world for an end at once, with the code of that signal', async () => {
  expect((await interrupt(['SIGINT', 'SIGINT'])).world.deaths()).toEqual([130])
  expect((await interrupt(['SIGINT', 'SIGTERM'])).world.deaths()).toEqual([143])
})

test('a finished run listens to no signal any more', async () => {
  const { world } = await interrupt(['SIGTERM'])
  expect(world.signal('SIGTERM')).toBe(0)
})
