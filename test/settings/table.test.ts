// A setting that is added to the table is known everywhere: each row is tried in every place that follows from it.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseCommand } from '../../src/command/arguments.js'
import { FLAGS } from '../../src/command/flags.js'
import { helpText } from '../../src/command/help.js'
import { flagSettings } from '../../src/command/settings-from-flags.js'
import { changedJudgingFlags, keepJudgingFlags } from '../../src/earlier/judging-flags.js'
import type { CommandOptions } from '../../src/report/formats/output-request.js'
import { checkOptions } from '../../src/settings/check-options.js'
import { KEYS } from '../../src/settings/keys.js'
import { CHECKS, checkKind, KINDS } from '../../src/settings/kinds.js'
import { DEFAULTS, longFlag, ROWS, type SettingName } from '../../src/settings/options.js'
import { settingsText } from '../../src/settings/settings-text.js'
import type { Part, Setting } from '../../src/settings/table.js'
import { DEFAULT_ASK, DEFAULT_EXPECT, type Target } from '../../src/settings/target.js'
import { createDistinct } from '../../src/targets/distinct.js'
import { variablesOfFlags } from '../../src/targets/expand.js'
import { parseLine } from '../../src/targets/parse-line.js'
import { parseRule } from '../../src/targets/rules.js'
import { tempFolder } from '../cli/support/temp-folder.js'
import { CONTEXT, target } from '../targets/support.js'

const ALL: readonly Part[] = ['ask', 'expect', 'line', 'client', 'run', 'command', 'worker']
const page = (name: string) => readFileSync(join(import.meta.dirname, '../..', name), 'utf8')

/** Texts of all the little languages: of each row's own the first one that is not its default. */
const TEXTS = [
  ...['7s', 'HEAD', 'no', 'yes', '404', '7', '70/s', '3/8', 'x.example:443:127.0.0.1', '127.0.0.9', 'X-A: b', '/place'],
  ...['name:word', 'new', 'failed', 'csv', 'out.csv', 'NAME', 'text', 'url=Page', 'redis://127.0.0.1:6379'],
]

function sampleOf([name, setting]: readonly [SettingName, Setting]): { text: string; value: unknown } {
  // Any other text is the name of a file that is not there.
  if (name === 'config') return { text: 'none', value: 'none' }
  for (const text of TEXTS) {
    try {
      const value = setting.type.read(text)
      if (settingsText(value) !== settingsText(DEFAULTS[name])) return { text, value }
    } catch {}
  }
  throw new Error(`no text here is one for ${name}: add one to TEXTS`)
}

const rowsWith = (has: (setting: Setting, name: SettingName) => boolean) =>
  ROWS.filter(([name, setting]) => has(setting, name)).map(([name, setting]) => ({ name, setting }))
const FLAG_ROWS = FLAGS.map(({ name, setting }) => ({ name, setting }))
const isSwitch = (flag: string) => !flag.includes('<')

describe('every flag', () => {
  const argvOf = (name: SettingName, setting: Setting & { readonly flag: string }) =>
    (setting.of === 'worker' ? ['worker'] : []).concat(
      isSwitch(setting.flag) ? [longFlag(setting)] : [longFlag(setting), sampleOf([name, setting]).text],
    )
  const optionsOf = (argv: readonly string[]): CommandOptions => {
    const invocation = parseCommand(argv, {})
    if (invocation.type !== 'run' && invocation.type !== 'worker') throw new Error(`${argv} is no run`)
    return invocation.options
  }

  test.each(FLAG_ROWS)('$name is in the help, under its heading, and is read', ({ name, setting }) => {
    const { group, help, flag } = setting
    expect([group, help]).not.toContain(undefined)
    expect(helpText(true)).toContain(flag)
    expect(helpText(false).includes(flag)).toBe(setting.brief === true)
    expect(page('docs/flags.md')).toContain(flag)
    const options = optionsOf(argvOf(name, setting))
    expect(settingsText(options[name])).not.toBe(settingsText(DEFAULTS[name]))
    expect(optionsOf([])).toHaveProperty(name)
  })

  test.each(FLAG_ROWS.filter(({ setting }) => setting.of === 'ask' || setting.of === 'expect'))(
    '$name changes what is asked and expected',
    ({ name, setting }) => {
      const { ask, expect: expected } = flagSettings(optionsOf(argvOf(name, setting)))
      const made = { ...ask, ...expected }
      expect(settingsText(made[name as keyof typeof made])).not.toBe(settingsText(DEFAULTS[name]))
    },
  )

  test.each(FLAG_ROWS)('$name warns a resumed run where it judges otherwise', async ({ name, setting }) => {
    const part = join(await tempFolder(), 'rows.part')
    await keepJudgingFlags(part, optionsOf([]))
    const changed = await changedJudgingFlags(part, optionsOf(argvOf(name, setting)))
    const judges = (setting.of === 'expect' || setting.judges === true) && setting.secret === undefined
    expect(changed).toEqual(judges ? [longFlag(setting)] : [])
  })

  test.each(FLAG_ROWS.filter(({ setting }) => setting.secret === true))(
    '$name never says its value in a message',
    ({ setting }) => {
      try {
        parseCommand([longFlag(setting), 'hunter2\0'], {})
      } catch (error) {
        expect((error as Error).message).not.toContain('hunter2')
      }
    },
  )
})

describe('every key', () => {
  const keys = [...KEYS].map(([key, { name, setting }]) => ({ key, name, setting }))

  test('is of a target, and all that is expected has one', () => {
    for (const { setting } of keys) expect(['ask', 'expect', 'line']).toContain(setting.of)
    for (const { name, setting } of rowsWith(({ of }) => of === 'expect')) expect(setting.key, name).toBeDefined()
  })

  test.each(keys)('$key is read behind a URL and in a rule', ({ key, name, setting }) => {
    const { text } = sampleOf([name, setting])
    const found = parseLine(`https://x/ ${key}="${text}"`, CONTEXT)!
    const made = { ...found.ask, ...found.expect, skip: found.skip }
    expect(found.problem).toBeNull()
    expect(settingsText(made[name as keyof typeof made])).not.toBe(settingsText(DEFAULTS[name]))
    expect(parseRule(`x.example ${key}="${text}"`, {}).override).toHaveProperty(name)
    if (setting.bare !== undefined) expect(parseLine(`https://x/ ${key}`, CONTEXT)!.problem).toBeNull()
    else expect(parseLine(`https://x/ ${key}`, CONTEXT)!.problem?.reason).toBe(`${key} needs a value: ${key}=…`)
  })

  test.each(keys)('$key may be given twice where it is a list, and only there', ({ key, name, setting }) => {
    const { text } = sampleOf([name, setting])
    const { problem } = parseLine(`https://x/ ${key}="${text}" ${key}="${text}"`, CONTEXT)!
    expect(problem?.reason ?? null).toBe(setting.type.isList ? null : `${key} is given twice`)
  })

  test.each(keys)('$key of a stranger goes as far as the table says', ({ key, name, setting }) => {
    const { text } = sampleOf([name, setting])
    const strange = { ...CONTEXT, ask: { ...CONTEXT.ask, timeoutMs: 1, maxRedirects: 0, retries: 0 }, untrusted: true }
    const { problem } = parseLine(`https://x/ ${key}="${setting.type.write ? '7s' : text}"`, strange)!
    if (setting.stranger === 'never') expect(problem?.reason).toBe(`${key}: not from a list under --untrusted`)
    else if (setting.stranger === 'less' && name !== 'follow') expect(problem?.reason).toContain('under --untrusted')
    else expect(problem).toBeNull()
  })

  test.each(keys.filter(({ setting }) => setting.secret === true))('$key never says its value', ({ key }) => {
    expect(parseLine(`https://x/ ${key}="hunter2"`, CONTEXT)!.problem?.reason).not.toContain('hunter2')
    expect(parseLine(`https://x/ ${key}="$NOPE:x"`, CONTEXT)!.problem?.reason).toContain('--env NOPE')
  })

  test.each(keys)(
    '$key is on the page of inputs and, where it is expected, on the page of judging',
    ({ key, setting }) => {
      expect(page('docs/inputs.md')).toMatch(new RegExp(`^\\| \`${key}\` +\\|`, 'm'))
      if (setting.of === 'ask') expect(page('docs/judging.md')).toContain(`\`${key}`)
      else expect(page('docs/judging.md')).toMatch(new RegExp(`^\\| \`${key}[=\`]`, 'm'))
    },
  )

  test.each(keys)('$key has its $NAME put in', ({ key, name, setting }) => {
    const { text } = sampleOf([name, setting])
    const context = { ...CONTEXT, variables: variablesOfFlags({ VALUE: text }) }
    const isWhole = setting.expands === undefined || setting.expands === 'text'
    const found = parseLine(`https://x/ ${key}="${isWhole ? '$VALUE' : text}"`, context)!
    expect(found.problem).toBeNull()
  })
})

describe('every option of the library', () => {
  const options = rowsWith(({ of }) => of !== 'command')
  const check = (given: object) => checkOptions(given, { of: 'test', parts: ALL })

  test.each(options)('$name is checked, by its name', ({ name, setting }) => {
    expect(check({ [name]: undefined })).toEqual({})
    expect(() => check({ [name]: Symbol('no') })).toThrow(TypeError)
    expect(() => check({ [name]: Symbol('no') })).toThrow(new RegExp(`^${name}: expected `))
    const isNullable = setting.initial === null && setting.of !== 'expect' && setting.of !== 'line'
    if (isNullable) expect(check({ [name]: null })).toEqual({ [name]: null })
    else expect(() => check({ [name]: null })).toThrow(`${name}: expected `)
  })

  test.each(options)('$name is found by a slip, by its flag and by its key', ({ name, setting }) => {
    expect(() => check({ [`${name}x`]: 1 })).toThrow(`${name}x: no such option; did you mean `)
    for (const other of [longFlag(setting), setting.key ?? '']) {
      const written = other.replace(/^--/, '')
      if (written === '' || written === name || ROWS.some(([each]) => each === written)) continue
      expect(() => check({ [written]: 1 }), written).toThrow(`did you mean ${name}?`)
    }
  })

  test.each(options)('$name is refused where it is no option', ({ name, setting }) => {
    const parts = ALL.filter((part) => part !== setting.of)
    expect(() => checkOptions({ [name]: 1 }, { of: 'test', parts })).toThrow(`${name}: no option of test`)
  })

  test.each(options.filter(({ setting }) => setting.secret === true))('$name never says its value', ({ name }) => {
    for (const given of [['hunter2'], { name: 'hunter2\n' }, 'hunter2\0'] as unknown[]) {
      try {
        check({ [name]: given })
      } catch (error) {
        expect((error as Error).message).not.toContain('hunter2')
      }
    }
  })

  test('takes nothing that is no object', () => {
    for (const given of [null, 'x', 5] as unknown[]) expect(() => check(given as object)).toThrow('expected an object')
  })
})

describe('two targets', () => {
  const isRepeat = (change: Partial<Target>) => {
    const distinct = createDistinct()
    distinct(target({ index: 7 }))
    return distinct(target({ ...change, index: 8 })) === 7
  }

  test.each(rowsWith(({ of }) => of === 'expect'))('with another $name are no repeats', ({ name, setting }) => {
    expect(isRepeat({ expect: { ...DEFAULT_EXPECT, [name]: sampleOf([name, setting]).value } })).toBe(false)
  })

  test.each(rowsWith(({ of }) => of === 'ask'))(
    'with another $name are repeats as the table says',
    ({ name, setting }) => {
      const ask = { ...DEFAULT_ASK, [name]: sampleOf([name, setting]).value }
      expect(isRepeat({ ask })).toBe(setting.judges !== true)
    },
  )
})

describe('every expectation with a rule', () => {
  test.each(CHECKS.map((name) => ({ name })))(
    '$name has a kind, on the page of the record and in the schema',
    ({ name }) => {
      const kind = checkKind(name)
      expect(KINDS).toHaveProperty([kind])
      expect(page('docs/record.md')).toContain(`| \`${kind}\` |`)
      expect(page('schema/verdict.schema.json')).toContain(`"${kind}"`)
    },
  )
})
