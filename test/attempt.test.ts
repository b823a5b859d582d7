import { expect, test } from 'vitest'
import { attempt } from '../src/attempt.js'
import { createClient, engineOf } from '../src/create-client.js'
import type { Breaker, Found, Visit } from '../src/flow/breaker.js'
import type { HopResult } from '../src/http/exchange.js'
import { DEFAULT_ASK } from '../src/options.js'
import { closeAfterTest } from './support/close-after-test.js'
import { startRawServer, step } from './support/raw-server.js'

const SAID_502 = [step.readHead, step.write('HTTP/1.1 502 x\r\nContent-Length: 0\r\n\r\n')]

test.each([
  ['closed', [step.readHead, step.fin]],
  ['502', SAID_502],
])(
  'a hop that the proxy spoiled (%s) is told to the breaker: who waits for it would wait for ever',
  async (code, script) => {
    const proxy = closeAfterTest(await startRawServer(script))
    await using client = createClient({ proxy: `http://127.0.0.1:${proxy.port}` })
    const [entered, learned]: [Visit[], [Visit, Found<HopResult>][]] = [[], []]
    const breaker: Breaker<HopResult> = {
      isNeeded: true,
      enter(visit) {
        entered.push(visit)
        return null
      },
      isAwaited: () => false,
      known: () => null,
      learn: (visit, found) => void learned.push([visit, found]),
    }
    const context = { permit: null, queuedMs: 0, front: false, stop: null, keepAlive: () => false, againSinceMs: null }
    const reply = await attempt(engineOf(client), 'http://nobody.example/', DEFAULT_ASK, { ...context, breaker })
    expect(reply).toMatchObject({ kind: 'proxy.failed', code })
    expect(learned).toEqual([[entered[0], { type: 'unknown' }]])
  },
)
