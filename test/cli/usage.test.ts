// What is wrong with the call itself: one line, exit 2, nothing requested.

import { link, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { run } from '../../src/cli.js'
import { parseCommand } from '../../src/command/arguments.js'
import { FLAGS, spellingsOf } from '../../src/command/flags.js'
import { HABITS } from '../../src/command/habits.js'
import { writeCommands } from '../docs/support/doc-page.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'
import { spawnCli } from '../support/spawn-cli.js'
import { spawnShell } from '../support/spawn-shell.js'
import { createTestWorld } from '../support/world.js'
import { runCli } from './support/run-cli.js'
import { tempFolder } from './support/temp-folder.js'

/** Runs with a URL that would be asked if the mistake were overlooked. Gives the line without the program's name. */
async function refusal(argv: readonly string[], stdin: string | null = null): Promise<string> {
  const server = closeAfterTest(await startHttpServer({ '*': 200 }))
  const { code, stdout, stderr } = await runCli([...argv, server.url], { stdin })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(server.connections()).toBe(0)
  expect(stderr).toMatch(/^scrape-status: [^\n]+\n$/)
  return stderr.slice('scrape-status: '.length, -1)
}

const DURATION = 'expected a duration such as 800ms, 10s or 2m'
const STATUSES = 'expected statuses such as 200-299,301,4xx or +403'
const FILES =
  'expected a file ending in one of .txt .ndjson .jsonl .json .csv .html .htm .xml .md (or that and .gz), or FORMAT=FILE with one of table ndjson json csv html summary junit markdown github'

test.each<[argv: string[], line: string]>([
  [['-t', '10x'], `--timeout 10x: ${DURATION}`],
  [['--timeout=10x'], `--timeout 10x: ${DURATION}`],
  [['-t', '-5'], `--timeout -5: ${DURATION}`],
  [['-t', '0'], '--timeout 0: expected a duration of at least 1ms'],
  [['-t', '3000'], '--timeout 3000: expected a unit: 3000ms or 3000s?'],
  [['--connect-timeout', 'soon'], `--connect-timeout soon: ${DURATION}`],
  [['-a', '99'], `--accept 99: ${STATUSES}`],
  [['-a', '299-200'], `--accept 299-200: ${STATUSES}`],
  [['-a', ''], `--accept : ${STATUSES}`],
  [['-X', 'POST'], '--method POST: expected GET or HEAD'],
  [['-H', 'no colon'], "--header: expected a header such as 'Accept-Language: en'"],
  [['-H', 'TE: trailers'], '--header: expected another header; TE is set by the connection itself'],
  [['-c', '0'], '--concurrency 0: expected a whole number from 1 to 100000'],
  [['--per-host', 'many'], '--per-host many: expected a whole number from 1 to 100000'],
  [['--max-redirects', '-1'], '--max-redirects -1: expected a whole number from 0 to 1000'],
  [['-r', 'xml'], '--report xml: expected one of table ndjson json csv html summary junit markdown github'],
  [['--show', 'some'], '--show some: expected one of auto all failed'],
  [['--include', '('], '--include (: expected a regular expression'],
  [['--exclude', '['], '--exclude [: expected a regular expression'],
  [['--shard', '0/4'], '--shard 0/4: expected a shard from 1/4 to 4/4'],
  [['--shard', '5/4'], '--shard 5/4: expected a shard from 1/4 to 4/4'],
  [['--shard', 'x'], '--shard x: expected a shard I/N such as 1/8'],
  [['--shard', '1/0'], '--shard 1/0: expected a shard I/N such as 1/8'],
  [['--shard', '-1/4'], '--shard -1/4: expected a shard I/N such as 1/8'],
  [['--shard', '1/10001'], '--shard 1/10001: expected at most 10000 shards'],
  [['--fields', 'stauts', '-r', 'csv'], '--fields stauts: no such field; did you mean status?'],
  [['--fields', 'stauts'], '--fields stauts: no such field; did you mean status?'],
  [['-o', 'report.xls'], `--output report.xls: ${FILES}`],
  [['-o', 'report'], `--output report: ${FILES}`],
  [['-o', 'xml=report'], `--output xml=report: ${FILES}`],
  [['-o', 'csv='], '--output csv=: expected a file name'],
  [['-r', 'csv', '-r', 'json'], '--report: two reports on stdout; write the other one with -o'],
  [['-o', 'csv=-'], '--output -: two reports on stdout; for csv instead of the table: -r csv'],
  [['-o', 'json=/dev/stdout'], '--output /dev/stdout: two reports on stdout; for json instead of the table: -r json'],
  [['-o', 'a.csv', '-o', './a.csv'], '--output ./a.csv: two reports into one file'],
  [['-o', 'no-such-folder/a.csv'], '--output no-such-folder/a.csv: no folder no-such-folder'],
  [['-o', 'csv=/'], '--output /: is a folder'],
  [['--timout', '3s'], '--timout: no such flag; did you mean --timeout?'],
  [['--frobnicate'], '--frobnicate: no such flag; see --help'],
  [['-Y'], '-Y: no such flag; see --help'],
  [['--quiet=yes'], '--quiet=yes: --quiet takes no value'],
  [['-', '-'], '- is given twice; stdin can be read once'],
])('%j is one line that names the flag, the value and what is allowed', async (argv, line) => {
  expect(await refusal(argv)).toBe(line)
})

test('a flag without its value says so', async () => {
  const { code, stderr } = await runCli(['-t'])
  expect({ code, stderr }).toEqual({ code: 2, stderr: 'scrape-status: -t: expected a value; see --help\n' })
})

test.each([
  ['-L', 'redirects are followed already (--no-follow turns it off)'],
  ['--location', 'redirects are followed already (--no-follow turns it off)'],
  ['-I', 'for HEAD requests: -X HEAD'],
  ['--head', 'for HEAD requests: -X HEAD'],
  ['-m', 'for the time that one URL may take: -t'],
  ['--max-time', 'for the time that one URL may take: -t'],
  ['-s', 'for no progress: -q'],
  ['-sS', 'for no progress: -q'],
  ['-fsSL', HABITS['-f']!],
  ['-Z', HABITS['-Z']!],
  ['--file', HABITS['--file']!],
  ['-l', HABITS['-l']!],
  ['--format', HABITS['--format']!],
  ['-mc', HABITS['-mc']!],
  ['--retry', HABITS['--retry']!],
  ['--json', 'for JSON: -r json'],
  ['-u', "for a host: --rule 'HOST user=$NAME'; for one URL: user=… behind it in the list"],
  ['-w', 'for one column: -r csv --fields url,status'],
  ['-v', 'for everything that is known: -r ndjson'],
])('the habit %s from curl gets an answer', async (flag, answer) => {
  const line = await refusal([flag])
  expect(line.slice(line.indexOf(': ') + 2)).toBe(answer)
})

test('an input that is missing, a directory or not readable is named, before anything is asked', async () => {
  const folder = await tempFolder()
  await mkdir(join(folder, 'lists'))
  await writeFile(join(folder, 'urls.txt'), 'https://example.com\n')
  const loop = join(folder, 'loop.txt')
  await symlink(loop, loop)
  expect(await refusal([join(folder, 'nothing-like-it.txt')])).toBe(`no file ${join(folder, 'nothing-like-it.txt')}`)
  expect(await refusal([join(folder, 'ursl.txt')])).toBe(
    `no file ${join(folder, 'ursl.txt')}; did you mean ${join(folder, 'urls.txt')}?`,
  )
  expect(await refusal([join(folder, 'lists')])).toBe(`${join(folder, 'lists')} is a directory; name the files in it`)
  expect(await refusal([loop])).toBe(`cannot read ${loop}: a circle of links (ELOOP)`)
})

test.each([
  ['example.com', 'no file example.com; for the web: https://example.com'],
  ['localhost:8080/a', 'no file localhost:8080/a; for the web: http://localhost:8080/a'],
  ['ftp://example.com/', 'no file ftp://example.com/; only http:// and https:// can be asked'],
])('%s as an argument is no file, and the line says how to ask it', async (argument, line) => {
  expect(await refusal([argument])).toBe(line)
})

test('a binary input is named with the command that unpacks it', async () => {
  const folder = await tempFolder()
  const [packed, noise] = [join(folder, 'urls.txt.xz'), join(folder, 'noise')]
  const xz = Buffer.from('\xfd7zXZ\0', 'latin1')
  await writeFile(packed, xz)
  await writeFile(noise, Buffer.from([104, 116, 0, 0, 1, 2, 3, 255, 0, 7, 9, 200]))
  expect(await refusal([packed])).toBe(`${packed} is xz, not a list of URLs; try: xzcat ${packed} | scrape-status`)
  expect(await refusal([noise])).toBe(`${noise} is binary (it has NUL bytes), not a list of URLs`)
  const { code, stderr } = await runCli([], { stdin: xz })
  expect(code).toBe(2)
  expect(stderr).toBe('scrape-status: stdin is xz, not a list of URLs; try: xzcat | scrape-status\n')
})

test('the input is never overwritten, by whatever name it is called', async () => {
  const folder = await tempFolder()
  const at = (name: string) => join(folder, name)
  await writeFile(at('urls.txt'), 'https://example.com\n')
  await symlink('urls.txt', at('soft.txt'))
  await link(at('urls.txt'), at('hard.csv'))
  await symlink(folder, at('folder'))
  const outputs = ['urls.txt', 'soft.txt', 'hard.csv', 'folder/urls.txt', './urls.txt']
  for (const output of outputs.map((name) => `${folder}/${name}`)) {
    expect(await refusal([at('urls.txt'), '-o', output])).toBe(
      `--output ${output}: that is the input ${at('urls.txt')}`,
    )
  }
  expect(await refusal([at('soft.txt'), '-o', at('urls.txt')])).toContain(`that is the input ${at('soft.txt')}`)
  expect(await readFile(at('urls.txt'), 'utf8')).toBe('https://example.com\n')
})

test.each([
  ['', 'the list holds nothing'],
  ['\n \n# only words\n', 'the list holds only blank lines and comments'],
])('an empty list %j is a mistake, with a hint', async (text, what) => {
  const { code, stdout, stderr } = await runCli([], { stdin: text })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toBe(`scrape-status: nothing to ask: ${what}; one URL a line, such as https://example.com\n`)
})

test('a list that the filters leave nothing of says so', async () => {
  const { code, stderr } = await runCli(['--include', 'docs'], { stdin: 'https://a.example\nhttps://b.example\n' })
  expect(code).toBe(2)
  expect(stderr).toContain('nothing to ask: --include and --exclude leave out all 2 URLs')
})

test('without an input on a terminal: five lines of examples', async () => {
  const { code, stdout, stderr } = await runCli([], { stdin: null })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  const lines = stderr.trimEnd().split('\n')
  expect(lines).toHaveLength(5)
  for (const line of lines) expect(line).toMatch(/^ {2}.*scrape-status.* {3,}\S/)
})

test('a mistake in the flags is found before any input is opened', async () => {
  const world = createTestWorld()
  Object.defineProperty(world, 'stdin', {
    get: () => {
      throw new Error('stdin was touched')
    },
  })
  expect(await run(['-t', 'x', 'no-such-file'], world)).toBe(2)
  expect(world.stderrText()).toContain('--timeout x')
})

test('a pipe that a program gave us stays as it was when the list is a file', async () => {
  const world = createTestWorld()
  Object.defineProperty(world, 'stdin', {
    get: () => {
      throw new Error('stdin was touched')
    },
  })
  const server = closeAfterTest(await startHttpServer({ '*': 200 }))
  expect(await run([server.url], world)).toBe(0)
  const list = join(await tempFolder(), 'urls.txt')
  await writeFile(list, `${server.url}\n`)
  expect(await run([list], world)).toBe(0)
  expect(await run(['--dry-run', list], world)).toBe(0)
})

test('the versions are one line', async () => {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
  const { code, stdout, stderr } = await runCli(['--version'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^scrape-status \S+ \(node v\d+\.\d+\.\d+, undici 7\.30\.\d+, schema 1\)\n$/)
  expect(stdout).toContain(`scrape-status ${version} (node ${process.version}`)
  expect((await runCli(['-V', 'no-such-file'])).stdout).toBe(stdout)
})

test('the short help is a part of the long one, both grouped, no heading without flags, 100 columns at most', async () => {
  const [short, long] = [await runCli(['-h']), await runCli(['--help'])]
  for (const { code, stderr, stdout } of [short, long]) {
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
    for (const [, heading, next] of stdout.matchAll(/^([A-Z]\w+)\n(.*)$/gm)) {
      expect(next, `below ${heading}`).toMatch(/^ {2}/)
    }
  }
  const flags = (text: string) => [...text.matchAll(/^ {2,6}(-[^ ,]+(?:, --\S+)?)/gm)].map(([, flag]) => flag!)
  expect(flags(long.stdout)).toEqual(expect.arrayContaining(flags(short.stdout)))
  expect(flags(long.stdout).length).toBeGreaterThan(flags(short.stdout).length + 5)
  expect(long.stdout).toContain('\nExit code\n')
})

const isOfWorkers = (args: string) => args.startsWith('worker')

test('the examples of the help are commands that are understood', async () => {
  const { stdout } = await runCli(['--help'])
  const examples = [...stdout.matchAll(/^ {2}(?:cat \S+ \| )?scrape-status(.*?) {3,}/gm)].map(([, args]) =>
    args!.trim(),
  )
  expect(examples).toHaveLength(6)
  const [ofWorkers = '', ...ofRuns] = examples.toSorted((a, b) => Number(isOfWorkers(b)) - Number(isOfWorkers(a)))
  expect(parseCommand(ofWorkers.split(' '), {})).toMatchObject({ type: 'worker', options: { queue: 'redis://HOST' } })
  const folder = await tempFolder()
  await writeFile(join(folder, 'urls.txt'), '\n')
  for (const args of ofRuns) {
    const words = args.replace(/\|.*/, '').split(' ').filter(Boolean)
    const inputs = words.map((word) => (word === 'urls.txt' ? join(folder, word) : word))
    // An empty list is refused only after everything else was understood.
    const { stderr } = await runCli([...inputs.filter((word) => !/^https/.test(word)), '--dry-run'], { stdin: '' })
    expect(stderr).toContain('nothing to ask')
  }
})

test('no habit is a flag of ours, and none names a flag that there is not', () => {
  const known = new Set(FLAGS.flatMap(spellingsOf))
  for (const [flag, answer] of Object.entries(HABITS)) {
    expect(known.has(flag), flag).toBe(false)
    for (const [named] of answer.matchAll(/(?<= |\()--?[a-z][\w-]*/gi))
      expect(known.has(named), `${flag}: ${named}`).toBe(true)
  }
})

test.each([
  [['–timeout', '5s'], '–timeout: that dash is no hyphen; did you mean --timeout?'],
  [['—rate', '5'], '—rate: that dash is no hyphen; did you mean --rate?'],
  [['−t', '5s'], '−t: that dash is no hyphen; did you mean -t?'],
  [['–nonsense'], '–nonsense: that dash is no hyphen'],
  [[''], 'an empty argument; is a variable of the shell not set?'],
  [['urls.txt', ' '], 'an empty argument; is a variable of the shell not set?'],
])('%j is answered', async (argv, line) => expect(await refusal(argv)).toBe(line))

describe('the names of lists', () => {
  const here = async () => {
    const folder = await tempFolder()
    await writeFile(join(folder, 'urls.txt'), 'https://a.example/\n')
    await writeFile(join(folder, 'more.txt'), 'https://b.example/\n')
    return folder
  }
  const inFolder = async (argv: readonly string[], stdin: string) => {
    const folder = await here()
    const { stderr, code } = await spawnCli(argv, { cwd: folder, input: stdin })
    return [code, stderr.replaceAll(folder, '')]
  }

  test.each(['-o', '--contains', '--write-failed', '-A', '--baseline'])(
    '%s that took the only one says so',
    async (flag) => {
      const said = `scrape-status: nothing to ask: ${flag} took urls.txt, and stdin is empty; name the list as well\n`
      // Another flag may have looked into the file first and found that it is no report.
      const [code, stderr] = await inFolder([flag, 'urls.txt'], '')
      expect([code, stderr === said || (flag === '--baseline' && /--baseline urls\.txt/.test(`${stderr}`))]).toEqual([
        2,
        true,
      ])
    },
  )

  test('piped in place of what they hold are refused before anything is asked', async () => {
    expect(await inFolder([], 'urls.txt\n')).toEqual([
      2,
      'scrape-status: urls.txt: a file has this name; to read what is in it: scrape-status urls.txt\n',
    ])
    expect(await inFolder([], 'more.txt\nurls.txt\n')).toEqual([
      2,
      'scrape-status: stdin holds the names of files; to read what is in them: scrape-status more.txt urls.txt\n',
    ])
    expect(await inFolder(['--dry-run'], 'urls.txt\nhttps://a.example/\n')).toEqual([0, ''])
    expect(await inFolder(['--dry-run'], 'nowhere.txt\n')).toEqual([0, ''])
  })

  test('a list without a URL among others is said, and so is a pattern that matched nothing', async () => {
    const folder = await here()
    await writeFile(join(folder, 'empty.txt'), '# none\n')
    await writeFile(join(folder, 'one.txt'), 'http://127.0.0.1:9/\n')
    const argv = ['one.txt', 'empty.txt', '--exclude', 'nowhere', '--include', '127', '--retries', '0', '-r', 'summary']
    const { stderr } = await spawnCli(argv, { cwd: folder })
    expect(stderr).toBe('scrape-status: empty.txt holds no URL\nscrape-status: --exclude nowhere left out no URL\n')
  })
})

test('a directory as stdin is one', async () => {
  const { stderr, code } = await spawnShell('scrape-status < .', {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    path: await commandFolder(),
  })
  expect([code, stderr]).toEqual([2, 'scrape-status: stdin is a directory; name the files in it\n'])
})

async function commandFolder() {
  const folder = await tempFolder()
  await writeCommands(folder)
  return folder
}
