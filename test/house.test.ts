// The house: who may import whom, and who may touch the process. docs/architecture.md says why.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const SRC = join(ROOT, 'src')

const DOORS = [
  'cli.ts',
  'command.ts',
  'from-flags.ts',
  'refuse-outputs.ts',
  'interrupt.ts',
  'why-nothing-asked.ts',
  'index.ts',
]
const CORE = [
  'check-all.ts',
  'attempt.ts',
  'fetch-status.ts',
  'hop-evidence.ts',
  'reply-of.ts',
  'create-client.ts',
  'report.ts',
  'dry-run.ts',
  'create-check.ts',
  'later-passes.ts',
  'list-source.ts',
  'memory.ts',
  'is-read-as.ts',
  'judging-flags.ts',
  'settings-text.ts',
  'open-files.ts',
  'open-rows.ts',
  'read-baseline.ts',
  'resumed-list.ts',
  'sharded.ts',
  'progress.ts',
]
const ROOMS = ['targets', 'http', 'flow', 'judge', 'reporters', 'output']
/** Each may import those to its left. */
const GROUND = [
  'bag.ts',
  'kinds.ts',
  'status-set.ts',
  'secret-names.ts',
  'hide-secrets.ts',
  'pattern.ts',
  'types.ts',
  'url-key.ts',
  'is-rate-limited.ts',
  'is-public-name.ts',
  'is-ill-encoded.ts',
  'parse.ts',
  'options.ts',
]

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .sort()
const textOf = (file: string) => readFileSync(join(SRC, file), 'utf8')

/** Without comments; strings stay. */
const codeOf = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$|\s\/\/ .*$/gm, '')

/** What a file imports or re-exports: files of src by their path in it, packages by their name. */
function importsOf(file: string): string[] {
  const statements = codeOf(textOf(file)).matchAll(
    /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*'([^']+)'|import\s*\(\s*'([^']+)'|^import\s+'([^']+)'|createRequire\([^)]*\)\('([^']+)'/gm,
  )
  return [...statements].map(([, from, dynamic, bare, required]) => {
    const name = (from ?? dynamic ?? bare ?? required)!
    return name.startsWith('.') ? relative(SRC, join(SRC, dirname(file), name.replace(/\.js$/, '.ts'))) : name
  })
}

const roomOf = (file: string): string | null => (file.includes('/') ? file.slice(0, file.indexOf('/')) : null)

/** Why this import is not allowed; null when it is. */
function fault(file: string, imported: string): string | null {
  const room = roomOf(imported)
  if (roomOf(file) !== null) {
    if (room === roomOf(file) || GROUND.includes(imported)) return null
    return room === null ? 'a room imports only the ground' : 'a room imports another room'
  }
  if (DOORS.includes(file)) return null
  if (CORE.includes(file)) return DOORS.includes(imported) ? 'the core imports a door' : null
  if (room !== null || !GROUND.includes(imported)) return 'the ground imports only the ground'
  return GROUND.indexOf(imported) < GROUND.indexOf(file) ? null : 'the ground imports to its left only'
}

test('every file has its place', () => {
  const loose = files.filter((file) => roomOf(file) === null)
  expect(loose.filter((file) => ![...DOORS, ...CORE, ...GROUND].includes(file))).toEqual([])
  expect([...new Set(files.map(roomOf))].filter((room) => room !== null && !ROOMS.includes(room))).toEqual([])
})

test('imports go down only, and rooms never import each other', () => {
  const faults = files.flatMap((file) =>
    importsOf(file)
      .filter((imported) => imported.endsWith('.ts'))
      .flatMap((imported) => {
        const why = fault(file, imported)
        return why === null ? [] : [`${file} → ${imported}: ${why}`]
      }),
  )
  expect(faults).toEqual([])
})

test('the reader of imports sees every kind of import', () => {
  expect(importsOf('cli.ts')).toEqual(expect.arrayContaining(['check-all.ts', 'output/sink.ts', 'node:stream']))
  expect(importsOf('index.ts')).toEqual(expect.arrayContaining(['judge/summarise.ts', 'kinds.ts']))
  expect(fault('http/exchange.ts', 'flow/limiter.ts')).not.toBeNull()
  expect(fault('judge/judge.ts', 'check-all.ts')).not.toBeNull()
  expect(fault('report.ts', 'cli.ts')).not.toBeNull()
  expect(fault('kinds.ts', 'types.ts')).not.toBeNull()
})

test('undici is known to the http room only, and each package to one place', () => {
  // Its version is no knowledge of it.
  const names = (file: string) => importsOf(file).filter((from) => !from.endsWith('/package.json'))
  const users = (name: string) => files.filter((file) => names(file).some((from) => from.split('/')[0] === name))
  expect(users('undici').filter((file) => roomOf(file) !== 'http')).toEqual([])
  expect(users('commander')).toEqual(['command.ts'])
  expect(users('re2js')).toEqual(['pattern.ts'])
  expect(users('chalk')).toEqual(['reporters/theme.ts'])
  expect(users('cli-table3')).toEqual(['reporters/grid.ts'])
  expect(users('tough-cookie')).toEqual(['http/cookie-jar.ts'])
})

/** It cuts what is pending; the one in bin is for what nobody reads though the run has to end. */
const exits = (code: string) => code.match(/\bprocess\.exit\s*\(/g)?.length ?? 0

test('only bin touches the process, nobody ends it, nobody writes to the console', () => {
  const bin = readFileSync(join(ROOT, 'bin/scrape-status.js'), 'utf8')
  const found = [...files.map((file) => [file, textOf(file)] as const), ['bin', bin] as const].flatMap(
    ([file, text]) => {
      // Words in comments and messages are not the object.
      const code = codeOf(text).replace(/'[^'\n]*'/g, "''")
      return [
        ...(exits(code) > (file === 'bin' ? 1 : 0) ? [`${file}: process.exit`] : []),
        ...(/\bconsole\./.test(code) ? [`${file}: console`] : []),
        ...(file !== 'bin' && /\bprocess\.\w/.test(code) ? [`${file}: process`] : []),
        ...(/\b(?:TODO|FIXME|XXX)\b/.test(text) ? [`${file}: TODO`] : []),
      ]
    },
  )
  expect(found).toEqual([])
})

test('from node:process comes nothing but a constant', () => {
  for (const file of files) {
    for (const [, names] of textOf(file).matchAll(/import (.*) from 'node:process'/g)) {
      expect(['{ version as nodeVersion }'], file).toContain(names)
    }
  }
})
