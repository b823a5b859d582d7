// The soak in small, so that it is known to work; `npm run soak` is the long one.

import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { spawnCli } from '../support/spawn-cli.js'

const SOAK = fileURLToPath(new URL('./soak.mjs', import.meta.url))

test('3,000 origins, one in ten of them faulty, leave no socket, no timer and a flat heap', {
  timeout: 60_000,
}, async () => {
  const result = await spawnCli(['3000'], { script: SOAK, nodeArgs: ['--expose-gc'], killAfterMs: 50_000 })
  expect(result.stderr).toBe('')
  expect([result.code, result.stdout]).toEqual([0, expect.stringMatching(/\nflat\n$/)])
})
