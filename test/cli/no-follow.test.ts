// A redirect that is not followed: the row has its Location, and people see where it leads.

import { expect, it } from 'vitest'
import { run } from '../../src/cli.js'
import type { Verdict } from '../../src/words/verdict.js'
import { startHttpServer } from '../support/http-server.js'
import { createTestWorld } from '../support/world.js'

it('is among the redirects of its row, and shown', async () => {
  const { url } = await startHttpServer({ '/old': { status: 301, headers: { location: '/new' } }, '/new': 200 })
  const say = async (...args: readonly string[]) => {
    const world = createTestWorld({ stdin: `${url}/old\n${url}/new\n` })
    await run([...args, '--no-progress', '--no-follow', '-a', '200,301'], world)
    return world.stdoutText()
  }
  const [row] = (await say('-r', 'ndjson', '-c', '1'))
    .split('\n')
    .map((text) => (text === '' ? null : JSON.parse(text)))
  expect(row as Verdict).toMatchObject({
    outcome: 'ok',
    status: 301,
    finalUrl: `${url}/old`,
    redirects: [{ url: `${url}/old`, status: 301, location: '/new' }],
  })
  expect(await say('--show', 'all')).toMatch(/301 .*\/old +(→|->) \/new, Moved Permanently \(accepted\)/)
  const card = createTestWorld()
  await run([`${url}/old`, '--no-follow', '-a', '301', '--no-progress'], card)
  expect(card.stdoutText()).toMatch(/ 301 +http:.*\/old\n +(→|->) +\/new\n/)
})
