import type { Where } from '../../src/words/limits.js'

/** A place of that name: host and origin are the same word, which is all that limits look at. */
export function at(name: string): Where {
  return { host: name, origin: name }
}
