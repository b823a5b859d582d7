// A folder of the running test, gone when it has finished.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** An empty folder. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scrape-status-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
