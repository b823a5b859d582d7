// The JSON Schema of a configuration file, made from the table of settings. `npm run schema` writes it anew.

import { CONFIG_KEYS } from '../../src/command/config-keys.js'
import type { Flag } from '../../src/command/flags.js'
import { DEFAULTS } from '../../src/settings/options.js'

const TEXT = { type: ['string', 'number'] }

/** The schema as it is shipped: `schema/config.schema.json`. */
export function configSchema(): object {
  const lists = { description: 'Lists, URLs and - for stdin, where none is named on the command line.' }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:scrape-status:schema:config',
    title: 'Configuration',
    description:
      'scrape-status.config.json: flags in a file. Flags on the command line win, those that are repeated replace.',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      inputs: { ...lists, type: 'array', items: { type: 'string' } },
      ...Object.fromEntries(
        CONFIG_KEYS.map(({ key, flag }) => [key, { description: describe(flag), ...shapeOf(flag) }]),
      ),
    },
  }
}

function describe({ setting }: Flag): string {
  const sentence = `${setting.help?.charAt(0).toUpperCase()}${setting.help?.slice(1)}.`
  return setting.shown === undefined ? sentence : `${sentence} Default: ${setting.shown}.`
}

function shapeOf({ name, setting }: Flag): object {
  if (!setting.flag.includes('<'))
    return { type: 'boolean', ...(DEFAULTS[name] === null ? {} : { default: DEFAULTS[name] }) }
  if (setting.type.isList) return { anyOf: [TEXT, { type: 'array', items: TEXT }] }
  return { type: [...TEXT.type, 'null'] }
}
