// The README says what the program does: its lists are compared with the code, its examples are run.

import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { run } from '../src/cli.js'
import { FLAGS } from '../src/command/flags.js'
import { helpText } from '../src/command/help.js'
import { FIELDS } from '../src/report/fields.js'
import { FORMAT_NAMES } from '../src/report/formats/index.js'
import { KEYS } from '../src/settings/keys.js'
import { KINDS } from '../src/settings/kinds.js'
import { tempFolder } from './cli/support/temp-folder.js'
import { closeAfterTest } from './support/close-after-test.js'
import { startHttpServer } from './support/http-server.js'
import { createTestWorld } from './support/world.js'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8')
const README = read('README.md')

/** The text below a heading of the README, up to the next of its rank. */
function section(heading: string): string {
  const at = README.indexOf(`\n## ${heading}\n`)
  expect(at, `## ${heading}`).toBeGreaterThan(-1)
  return README.slice(at, README.indexOf('\n## ', at + 1))
}

/** The code in the first cell of every row. */
const firstCells = (text: string) => [...text.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, cell]) => cell!)
const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, block]) => block!)

test('the flags are the help, word for word', () => {
  expect(blocks(read('docs/flags.md'), 'text')).toEqual([helpText(true)])
})

test('the fields are those of the record, in its order', () => {
  expect(firstCells(read('docs/record.md').split('\n## Kinds\n')[0]!)).toEqual(FIELDS)
  const schema = JSON.parse(read('schema/verdict.schema.json'))
  expect(Object.keys(schema.properties)).toEqual(FIELDS)
})

test('the kinds are all there are, with their meanings', () => {
  const rows = [
    ...read('docs/record.md')
      .split('\n## Kinds\n')[1]!
      .matchAll(/^\| `([^`]+)` +\| (.+?) +\|$/gm),
  ].map(([, kind, meaning]) => [kind, meaning])
  expect(rows.slice(0, -1)).toEqual(Object.entries(KINDS).map(([kind, { meaning }]) => [kind, meaning]))
  expect(rows.at(-1)![0]).toBe('local.<code>')
})

test('the keys of a line are all there are', () => {
  expect(firstCells(read('docs/inputs.md').split('\n## Text\n')[1]!.split('\n## ')[0]!)).toEqual([...KEYS.keys()])
})

test('every format is named', () => {
  for (const format of FORMAT_NAMES) expect(helpText(true)).toContain(format)
})

test('the picture has the shape of a run of today', async () => {
  const lines = [...read('docs/images/run.svg').matchAll(/^<text[^>]*>(.*)<\/text>$/gm)].map(([, spans]) =>
    spans!.replace(/<[^>]+>/g, '').replaceAll('\u00a0', ' '),
  )
  expect(lines[0]).toMatch(/^\$ scrape-status /)
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
  const labels = (lines: readonly string[]) =>
    lines.flatMap((line) => /^ {2}(answers|time|lines|next) {2,}/.exec(line)?.[1] ?? [])
  const server = closeAfterTest(await startHttpServer({ '/a': 200 }))
  const world = createTestWorld({
    stdin: `${server.url}/a\n${server.url}/a\n${server.url}/b\n`,
    env: { LANG: 'C.UTF-8' },
  })
  await run([], world)
  const today = world.stdoutText().split('\n')
  expect(labels(lines)).toEqual(labels(today))
  expect(lines[1]!.split(/ +/)).toEqual(today[0]!.split(/ +/))
})

describe('the examples', () => {
  const commands = blocks(section('Everyday use'), 'sh').flatMap((block) => block.trimEnd().split('\n'))
  const own = commands.flatMap((line) => {
    const match = /^(?:cat \S+ \| |npx )?scrape-status ?([^|#]*)/.exec(line)
    // A list behind a URL is fetched, and a report read, before anything is known: those of docs/ are run.
    return match === null || /=https:|^report /.test(match[1]!) ? [] : [match[1]!.trim()]
  })

  test('are many', () => expect(own.length).toBeGreaterThan(10))

  test.each(own)('scrape-status %s is understood', async (args) => {
    const folder = await tempFolder()
    const words = args.split(' ').filter((word) => word !== '')
    // The lists are empty here: that is refused last, when everything else was in order.
    const inputs = words
      .filter((word) => !/^https:/.test(word))
      .map((word) => (/^\w+\.txt$/.test(word) ? join(folder, word) : word))
    for (const input of inputs.filter((word) => word.startsWith(folder))) await writeFile(input, '')
    const argv = [...inputs.map((word) => (/\.(csv|ndjson)$/.test(word) ? join(folder, word) : word)), '--dry-run']
    const world = createTestWorld({ stdin: '' })
    expect(await run(argv, world)).toBe(2)
    expect(world.stderrText()).toContain('nothing to ask')
  })

  test('of list lines are lines that can be asked', async () => {
    const [short] = blocks(section('A list says what has to hold'), 'text')
    const shortWorld = createTestWorld({ stdin: short!, env: { TOKEN: 'x' } })
    expect([await run(['--dry-run', '--env', 'TOKEN'], shortWorld), shortWorld.stderrText()]).toEqual([0, ''])
    const [list] = blocks(read('docs/inputs.md').split('\n## Text\n')[1]!, 'text')
    expect(list).toContain('header="Authorization')
    const world = createTestWorld({ stdin: list!, env: { TOKEN: 'x' } })
    expect(await run(['--dry-run', '--env', 'TOKEN'], world)).toBe(0)
  })

  test.each([
    [
      'docs/library.md',
      blocks(read('docs/library.md'), 'js'),
      (url: string) => `200 ${url}/ ok\n${url}/a 404 Not Found\n1 of 2\n`,
    ],
    [
      'README.md',
      blocks(section('In a program'), 'js'),
      (url: string) => `${url}/a 404 Not Found\n${url}/b 404 Not Found\n`,
    ],
  ])('of the library run: %s', async (_, [code], expected) => {
    const server = closeAfterTest(await startHttpServer({ '/': 200, '/b': 404 }))
    const script = join(await tempFolder(), 'example.mjs')
    const library = pathToFileURL(join(ROOT, 'dist/index.js')).href
    await writeFile(
      script,
      code!.replaceAll('https://example.com', server.url).replace("'scrape-status'", `'${library}'`),
    )
    const { stdout } = await promisify(execFile)(process.execPath, [script])
    expect(stdout.split('\n').toSorted()).toEqual(expected(server.url).split('\n').toSorted())
  })
})

describe('urls.example.txt', () => {
  const list = read('urls.example.txt')

  test('holds 10 to 20 URLs, slow and dead ones among them, and no bad line', async () => {
    const world = createTestWorld({ stdin: list })
    expect(await run(['--dry-run'], world)).toBe(0)
    const count = Number(/ (\d+) to ask/.exec(world.stdoutText())![1])
    expect(count).toBeGreaterThanOrEqual(10)
    expect(count).toBeLessThanOrEqual(20)
    expect(list).toMatch(/^https:\/\/httpbin\.org\/delay\/5$/m)
    expect(list).toMatch(/^https:\/\/non-existent-domain\.xyz$/m)
  })

  test('shows every key', () => {
    for (const key of [...KEYS.keys()]) expect(list, key).toMatch(new RegExp(`^[^#\\n]+\\s${key}(=|\\s|$)`, 'm'))
  })
})

test('files that the pages point at exist', () => {
  const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
  for (const page of ['README.md', 'CONTRIBUTING.md', ...pages.map((name) => `docs/${name}`)]) {
    for (const [, target] of read(page).matchAll(/\]\(([^):#]+)(?:#[^)]*)?\)/g)) {
      expect(existsSync(join(ROOT, page, '..', target!)), `${page}: ${target}`).toBe(true)
    }
  }
})

test('docs/architecture.md names files that exist, and every room', () => {
  const page = read('docs/architecture.md')
  for (const [, path] of page.matchAll(/`((?:src|bin|test|schema|docs)\/[\w./-]*)`/g)) {
    expect(existsSync(join(ROOT, path!)), path).toBe(true)
  }
  for (const room of [
    'words',
    'settings',
    'targets',
    'policies',
    'flow',
    'http',
    'judge',
    'report',
    'ask',
    'command',
    'run',
    'earlier',
  ])
    expect(page).toContain(`src/${room}/`)
})

test('every flag of the code is in the help', () => {
  for (const { setting } of FLAGS) expect(helpText(true)).toContain(setting.flag)
})
