import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startBlackHole } from './black-hole.js'
import { closeAfterTest } from './close-after-test.js'

test.runIf(process.platform === 'linux')('a connection attempt hangs, and is refused once it is closed', async () => {
  const hole = closeAfterTest(await startBlackHole('127.0.0.66'))
  const attempts = [1, 2, 3].map(() => connect(hole.port, hole.host).on('error', () => {}))
  await sleep(700)
  expect(attempts.map((socket) => socket.connecting)).toEqual([true, true, true])
  for (const socket of attempts) socket.destroy()

  await hole.close()
  const refused = once(connect(hole.port, hole.host), 'connect')
  await expect(refused).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('says so when it cannot listen', async () => {
  await expect(startBlackHole('192.0.2.1')).rejects.toThrow('cannot listen on 192.0.2.1: EADDRNOTAVAIL')
})
