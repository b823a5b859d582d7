// What a worker asks with: one client at a time, and no file of its own for somebody else's settings.

import { expect, onTestFinished, test } from 'vitest'
import { readFlags } from '../../src/command/arguments.js'
import { Outfit } from '../../src/command/outfit.js'
import { variablesOfFlags } from '../../src/targets/expand.js'

const written = (...flags: readonly string[]) => ({ flags, config: null, files: {} })

function outfit(env: Record<string, string> = {}, own: readonly string[] = []) {
  const made = new Outfit(readFlags(own, variablesOfFlags({})), { env, now: () => performance.now() })
  onTestFinished(() => made.close())
  return made
}

test('slices with the same settings share a client, those with others wait for their turn, in their order', async () => {
  const made = outfit()
  const [first, same] = await Promise.all([made.take(written('--timeout=3s')), made.take(written('--timeout=3s'))])
  expect(first.engine).toBe(same.engine)
  const order: string[] = []
  const other = made.take(written('--timeout=4s')).then((equipment) => {
    order.push('other')
    return equipment
  })
  const later = made.take(written('--timeout=3s')).then(() => order.push('later'))
  first.release()
  first.release()
  await new Promise((resolve) => setImmediate(resolve))
  expect(order).toEqual([])
  same.release()
  const { engine, release } = await other
  expect([engine.closed.stopped, first.engine.closed.stopped, order]).toEqual([false, true, ['other']])
  release()
  await later
  expect(order).toEqual(['other', 'later'])
})

test.each([['--ca-file=/etc/ssl/certs/ca-certificates.crt'], ['--cert=/etc/passwd']])(
  'opens no file of this machine for %s',
  async (flag) => {
    const path = flag.slice(flag.indexOf('=') + 1)
    await expect(outfit().take(written(flag))).rejects.toThrow(`${path}: cannot be read (ENOENT)`)
  },
)

test('gives a name to no run that this machine was not told to grant', async () => {
  const env = { TOKEN: 's3cret-token' }
  await expect(outfit(env).take(written('--header=X: $TOKEN'))).rejects.toThrow(
    '$TOKEN is read from the environment only',
  )
  const { secrets } = await outfit(env, ['--env', 'TOKEN']).take(written('--header=X: $TOKEN'))
  expect(secrets).toEqual(['s3cret-token'])
  const config = JSON.stringify({ expectHeaders: ['x: \\\\$TOKEN'] })
  await expect(outfit(env).take({ ...written(), config })).rejects.toThrow('$TOKEN is read from the environment only')
})
