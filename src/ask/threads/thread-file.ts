// The program of a thread, as the build made it.

import { createRequire } from 'node:module'

/** By the package's own name, because this code stands in several places: src, build, dist. */
export function threadFile(): string {
  const manifest = createRequire(import.meta.url).resolve('scrape-status/package.json')
  return manifest.replace(/package\.json$/, 'dist/thread.cjs')
}
