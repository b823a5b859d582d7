import { defineConfig } from 'vitest/config'
import type { Reporter } from 'vitest/node'

/** The message of an error and where it came from. */
const oneLine = (text = '') => text.split('\n    at ').slice(0, 3).join(' at ').replaceAll('\n', ' ')

/** At the very end, for CI: what failed, what needed a second attempt, and one line alone: `312 passed, 0 failed`. */
const tally: Reporter = {
  onTestRunEnd(modules, unhandled) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const of = (state: string) => tests.filter((test) => test.result().state === state)
    // A file that could not even be loaded has no tests to count.
    const broken = modules.filter((module) => module.errors().length > 0)
    for (const test of tests.filter((test) => test.diagnostic()?.flaky)) {
      console.log(`passed at the second attempt: ${test.module.relativeModuleId} > ${test.fullName}`)
    }
    for (const test of of('failed')) {
      const [error] = test.result().errors ?? []
      console.log(
        `failed: ${test.module.relativeModuleId} > ${test.fullName}: ${oneLine(error?.stack ?? error?.message)}`,
      )
    }
    for (const module of broken) console.log(`failed: ${module.relativeModuleId}: ${module.errors()[0]?.message}`)
    for (const error of unhandled) console.log(`outside of any test: ${oneLine(error.stack ?? error.message)}`)
    console.log(`${of('passed').length} passed, ${of('failed').length + broken.length} failed`)
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
    // One more than there are cores where we are: most of what a test does is wait. 455 s instead of 700 on a busy machine.
    maxWorkers: 3,
    // On machines that others use as well; which ones needed it is said at the end.
    retry: process.env.CI ? 1 : 0,
    reporters: ['default', tally],
  },
})
