import { defineConfig } from 'vitest/config'
import type { Reporter } from 'vitest/node'

/** One line at the very end, alone on it, for CI: `312 passed, 0 failed`. */
const tally: Reporter = {
  onTestRunEnd(modules) {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state))
    const count = (state: string) => states.filter((each) => each === state).length
    // A file that could not even be loaded has no tests to count.
    const broken = modules.filter((module) => module.errors().length > 0).length
    console.log(`${count('passed')} passed, ${count('failed') + broken} failed`)
  },
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // For what hangs, on a machine that is busy with something else as well.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    typecheck: { enabled: false },
    maxWorkers: 2,
    reporters: ['default', tally],
  },
})
