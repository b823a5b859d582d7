// Long lists in small, so that it is known to work; `node test/soak/lists.mjs` is the long one.

import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { spawnCli } from '../support/spawn-cli.js'

const LISTS = fileURLToPath(new URL('./lists.mjs', import.meta.url))

test('a table of 40 MB and a sitemap of 50,000 URLs are read in flat memory, and asked before they end', {
  timeout: 120_000,
}, async () => {
  const result = await spawnCli(['40', '50000'], { script: LISTS, killAfterMs: 110_000 })
  expect(result.stderr).toBe('')
  expect([result.code, result.stdout]).toEqual([0, expect.stringMatching(/\nflat\n$/)])
})
