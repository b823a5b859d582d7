// The house: who may import whom, and who may touch the process. docs/architecture.md says why.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { circlesOf, median, structureOf } from './support/structure.mjs'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const SRC = join(ROOT, 'src')

/** The two files that stand beside the rooms. */
const DOORS = ['cli.ts', 'index.ts']
/** From the ground up. A room imports what is below its floor, and of its own floor what is named. */
const FLOORS: readonly Readonly<Record<string, readonly string[]>>[] = [
  { words: [], settings: ['words'] },
  { targets: [], policies: [], flow: [], http: [], judge: [], report: [] },
  { ask: [] },
  { fleet: [] },
  { command: ['run', 'earlier'], run: [], earlier: [] },
]
/** The rooms within the one room that knows undici. */
const HTTP: Readonly<Record<string, readonly string[]>> = {
  wire: [],
  names: ['wire'],
  connect: ['wire', 'names'],
  exchange: ['wire', 'names', 'connect'],
  redirects: ['wire'],
}

const facts = structureOf(SRC)
const files = facts.map(({ file }) => file)
const textOf = (file: string) => readFileSync(join(SRC, file), 'utf8')

/** Without comments; strings stay. */
const codeOf = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$|\s\/\/ .*$/gm, '')

const importsOf = (file: string): readonly string[] => facts.find((each) => each.file === file)?.imports ?? []

const roomOf = (file: string): string | null => (file.includes('/') ? file.slice(0, file.indexOf('/')) : null)
const innerRoomOf = (file: string): string => file.split('/')[1]!
const floorOf = (room: string): number => FLOORS.findIndex((floor) => Object.hasOwn(floor, room))

/** Why this import is not allowed; null when it is. */
function fault(file: string, imported: string): string | null {
  const [from, to] = [roomOf(file), roomOf(imported)]
  if (to === null) return 'a room imports a door'
  if (from === null) return null
  if (from === 'http' && to === 'http') {
    const [inner, other] = [innerRoomOf(file), innerRoomOf(imported)]
    return inner === other || HTTP[inner]!.includes(other) ? null : 'this room of http does not import that one'
  }
  if (from === to || floorOf(to) < floorOf(from)) return null
  if (floorOf(to) > floorOf(from)) return 'a room imports a floor above'
  return FLOORS[floorOf(from)]![from]!.includes(to) ? null : 'a room imports another room of its floor'
}

test('every file has its place', () => {
  expect(files.filter((file) => roomOf(file) === null)).toEqual(DOORS)
  const rooms = new Set(files.map(roomOf).filter((room) => room !== null))
  expect([...rooms].toSorted()).toEqual(FLOORS.flatMap((floor) => Object.keys(floor)).toSorted())
  const inner = new Set(files.filter((file) => roomOf(file) === 'http').map(innerRoomOf))
  expect([...inner].toSorted()).toEqual(Object.keys(HTTP).toSorted())
})

test('imports go down only, and rooms of one floor do not import each other', () => {
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

test('no files import each other in a circle', () => {
  expect(circlesOf(facts)).toEqual([])
  const circle = [
    { file: 'a.ts', lines: 1, imports: ['b.ts'], functions: [] },
    { file: 'b.ts', lines: 1, imports: ['c.ts', 'd.ts'], functions: [] },
    { file: 'c.ts', lines: 1, imports: ['a.ts'], functions: [] },
    { file: 'd.ts', lines: 1, imports: [], functions: [] },
  ]
  expect(circlesOf(circle)).toEqual([['a.ts', 'b.ts', 'c.ts']])
})

test('a screen is a good size: files, functions and parameters stay small', () => {
  const functions = facts.flatMap((each) => each.functions)
  const place = ({ file, line, name }: (typeof functions)[number]) => `${file}:${line} ${name}`
  const long = facts.filter(({ file, lines }) => lines > 300 && file !== 'settings/table.ts')
  expect(long.map(({ file }) => file)).toEqual([])
  expect(functions.filter(({ lines }) => lines > 60).map(place)).toEqual([])
  expect(functions.filter(({ parameters }) => parameters > 3).map(place)).toEqual([])
  expect(median(facts.map(({ lines }) => lines))).toBeLessThanOrEqual(80)
})

test('the reader of imports sees every kind of import', () => {
  expect(importsOf('cli.ts')).toEqual(expect.arrayContaining(['command/run-reports.ts', 'targets/open-inputs.ts']))
  expect(importsOf('command/version-text.ts')).toEqual(expect.arrayContaining(['node:process', 'undici/package.json']))
  expect(importsOf('index.ts')).toEqual(expect.arrayContaining(['judge/summarise.ts', 'words/kinds.ts']))
  expect(importsOf('http/redirects/cookie-jar.ts')).toContain('tough-cookie')
  expect(fault('http/exchange/exchange.ts', 'flow/limiter.ts')).not.toBeNull()
  expect(fault('http/wire/failure-of.ts', 'http/connect/race.ts')).not.toBeNull()
  expect(fault('judge/judge.ts', 'run/check-all.ts')).not.toBeNull()
  expect(fault('run/check-all.ts', 'earlier/resume.ts')).not.toBeNull()
  expect(fault('report/report.ts', 'cli.ts')).not.toBeNull()
  expect(fault('words/kinds.ts', 'settings/table.ts')).not.toBeNull()
  expect(fault('command/progress.ts', 'run/check-all.ts')).toBeNull()
})

test('undici is known to the http room only, and each package to one place', () => {
  // Its version is no knowledge of it.
  const names = (file: string) => importsOf(file).filter((from) => !from.endsWith('/package.json'))
  const users = (name: string) => files.filter((file) => names(file).some((from) => from.split('/')[0] === name))
  expect(users('undici').filter((file) => roomOf(file) !== 'http')).toEqual([])
  expect(users('commander')).toEqual(['command/arguments.ts'])
  expect(users('re2js')).toEqual(['words/pattern.ts'])
  expect(users('chalk')).toEqual(['report/table/theme.ts'])
  expect(users('cli-table3')).toEqual(['report/table/grid.ts'])
  expect(users('csv-parse')).toEqual(['targets/csv-records.ts'])
  expect(users('saxes')).toEqual(['targets/sitemap-entries.ts'])
  expect(users('@streamparser')).toEqual(['targets/json-values.ts'])
  expect(users('tough-cookie')).toEqual(['http/redirects/cookie-jar.ts'])
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
