// The script and the styles of the page, as the build made them, read when a page is asked for. A file beside the program
// and not a text in it: 50 KB that every start would parse.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

export interface PageFiles {
  readonly script: string
  readonly styles: string
}

/** Throws where the package is not built. */
export function pageFiles(): PageFiles {
  // By the package's own name, because this code stands in several places: src, build, dist.
  const manifest = createRequire(import.meta.url).resolve('scrape-status/package.json')
  const read = (name: string) => readFileSync(manifest.replace(/package\.json$/, `dist/${name}`), 'utf8')
  return { script: read('page.js'), styles: read('page.css') }
}
