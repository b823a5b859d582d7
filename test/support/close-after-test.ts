// Ties a server, process or folder to the running test, so that it is gone even when the test fails.
// Only inside a test: for `beforeAll`, call `close()` in `afterAll`.

import { onTestFinished } from 'vitest'

/** Whatever the `start…` functions here give back. */
export interface Closable {
  close(): Promise<void>
}

/** Gives the thing back, to be closed when the running test has finished, whatever its outcome. */
export function closeAfterTest<T extends Closable>(thing: T): T {
  onTestFinished(() => thing.close())
  return thing
}
