// What a configuration file may say: every flag that makes sense for more than one call, by the library's name for it.

import { longFlag } from '../settings/options.js'
import { FLAGS, type Flag } from './flags.js'

/** A key of the file, and the flag whose setting it is. */
export interface ConfigKey {
  readonly key: string
  readonly flag: Flag
}

/** About one call: the file itself, what is asked of nobody, and what is granted by whoever calls. */
const ONLY_FLAGS: ReadonlySet<string> = new Set([
  ...['config', 'dryRun', 'variables', 'resume'],
  // Where the list goes to is not for a file to say that came with a checkout.
  ...['queue', 'queueRun', 'queueSecrets'],
])

/** All keys but `inputs` and `$schema`, in the order of the help. */
export const CONFIG_KEYS: readonly ConfigKey[] = FLAGS.filter(
  ({ name, setting }) => !ONLY_FLAGS.has(name) && setting.of !== 'worker',
).map((flag) => ({
  key: keyOf(flag),
  flag,
}))

/** `timeout` of `timeoutMs`, because a duration is written as on the command line; what no library has by its flag. */
function keyOf({ name, setting }: Flag): string {
  if (setting.of !== 'command') return name.replace(/Ms$/, '')
  const words = longFlag(setting)
    .replace(/^--(no-)?/, '')
    .split('-')
  return words.map((word, at) => (at === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('')
}
