// Settings as they hold, in the words of a configuration file, for whoever looks before anything is asked. Without secrets.

import type { CommandOptions } from '../report/formats/output-request.js'
import { DEFAULTS, ROWS } from '../settings/options.js'
import { settingsText } from '../settings/settings-text.js'
import type { Setting } from '../settings/table.js'
import type { Target } from '../settings/target.js'
import { hideSecrets } from '../words/hide-secrets.js'
import { CONFIG_KEYS } from './config-keys.js'

/** In place of what may be one. */
const SECRET = '***'

export type ShownSettings = Readonly<Record<string, unknown>>

/** What differs from the defaults, whoever said so. */
export function effectiveSettings(options: CommandOptions): ShownSettings {
  return Object.fromEntries(
    CONFIG_KEYS.flatMap(({ key, flag: { name, setting } }) => {
      const value = options[name]
      return isDefault(name, value) ? [] : [[key, shown(name, value, setting)]]
    }),
  )
}

/** What differs from the defaults for this target: by flags, rules and its own line. Names are those of lines. */
export function settingsOfTarget({ ask, expect }: Pick<Target, 'ask' | 'expect'>): ShownSettings {
  return Object.fromEntries(
    ROWS.flatMap(([name, row]) => {
      const { of, key } = row
      if (key === undefined || (of !== 'ask' && of !== 'expect')) return []
      const value = ({ ...ask, ...expect } as Readonly<Record<string, unknown>>)[name]
      return value === undefined || isDefault(name, value) ? [] : [[key, shown(name, value, row)]]
    }),
  )
}

/** What a rule gives to a host. */
const IN_RULE = /\b(user|header)=(?:\\"(?:\\\\.|[^\\])*\\"|[^\s"]+)/g

/** A proxy may have a password. */
function withoutSecrets(value: unknown): unknown {
  return typeof value === 'string' ? hideSecrets(value, 'prose') : value
}

function isDefault(name: keyof typeof DEFAULTS, value: unknown): boolean {
  return settingsText(value) === settingsText(DEFAULTS[name])
}

function shown(name: string, value: unknown, { secret, type }: Setting): unknown {
  if (secret) return SECRET
  if (type.write !== undefined && value !== null) return withoutSecrets(type.write(value as never))
  if (name.endsWith('Ms') && typeof value === 'number') return value % 1000 === 0 ? `${value / 1000}s` : `${value}ms`
  const text = settingsText(value).replace(IN_RULE, `$1=${SECRET}`)
  return withoutSecrets(JSON.parse(text))
}
