// The package as a stranger gets it: packed, installed into an empty folder, and used there.
// Packs what `npm run build` made; building here would take `dist` away from tests that run meanwhile.

import { execFile, spawn } from 'node:child_process'
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, posix, relative } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type OutputOptions, type RolldownOptions, rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const exec = promisify(execFile)
let home: string
let tarball: string
let packed: readonly string[]
/** An empty project with nothing in it but the installed tarball. */
let project: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'scrape-status-package-'))
  project = join(home, 'project')
  await mkdir(project)
  const { stdout } = await exec('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', home], {
    cwd: ROOT,
  })
  const [pack] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }]
  tarball = join(home, pack.filename)
  packed = pack.files.map(({ path }) => path)
  await writeFile(join(project, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }')
  await exec('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], { cwd: project })
})

afterAll(() => rm(home, { recursive: true, force: true }))

/** Runs a program in the project; never rejects for an exit code. */
async function inProject(file: string, args: readonly string[], input = '') {
  const child = spawn(file, args, { cwd: project, stdio: 'pipe', env: { ...process.env, LANG: 'C.UTF-8' } })
  child.stdin.on('error', () => {}).end(input)
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ])
  return { code, stdout, stderr: stderr.replace(/^npm (?:warn|notice).*\n/gm, '') }
}

test('no module is installed twice, and none is left out', async () => {
  const { default: config } = (await import(join(ROOT, 'rolldown.config.js'))) as { default: RolldownOptions }
  const { output } = await (await rolldown(config)).generate(config.output as OutputOptions)
  const chunks = output.filter((file) => file.type === 'chunk')
  const files = [...chunks.map(({ fileName }) => `dist/${fileName}`), 'dist/index.js', 'dist/page.js']
  expect(packed.filter((path) => /^dist\/.*\.[cm]?js$/.test(path)).toSorted()).toEqual(files.toSorted())
  for (const { fileName, code } of chunks) expect(await readFile(join(ROOT, 'dist', fileName), 'utf8')).toBe(code)
  const held = chunks.flatMap(({ moduleIds }) => moduleIds).map((id) => relative(join(ROOT, 'build'), id))
  const own = held.filter((name) => /^[a-z]/.test(name))
  expect(own.toSorted()).toEqual([...new Set(own)].toSorted())
  const built = (await readdir(join(ROOT, 'build'), { recursive: true })).filter((name) => name.endsWith('.js'))
  const codes = await Promise.all(built.map((name) => readFile(join(ROOT, 'build', name), 'utf8')))
  // One that holds nothing but types is nowhere.
  const isCode = (code: string) => code.replace(/^\/\/.*\n/gm, '').trim() !== 'export {};'
  const wanted = built.filter((_, at) => isCode(codes[at]!))
  expect(own.toSorted()).toEqual(wanted.toSorted())
})

test('beside the bundles there are only types, the pages, and these', async () => {
  expect(packed.filter((path) => path.startsWith('dist/') && !/(\.d\.ts|js)$/.test(path))).toEqual(['dist/page.css'])
  const pages = (await readdir(join(ROOT, 'docs'))).filter((name) => name.endsWith('.md'))
  const ofDocs = packed.filter((path) => /^docs\/(?!images\/)/.test(path))
  expect(ofDocs.toSorted()).toEqual(pages.map((name) => `docs/${name}`).toSorted())
  expect(packed.filter((path) => !/^(dist|docs)\//.test(path)).toSorted()).toMatchInlineSnapshot(`
    [
      "CHANGELOG.md",
      "CONTRIBUTING.md",
      "LICENSE",
      "README.md",
      "SECURITY.md",
      "bin/compile-cache.js",
      "bin/package.json",
      "bin/scrape-status.js",
      "package.json",
      "schema/config.schema.json",
      "schema/summary.schema.json",
      "schema/verdict.schema.json",
      "urls.example.txt",
    ]
  `)
})

test('what the pages link to is in the package, or has an address of its own', async () => {
  for (const page of packed.filter((path) => path.endsWith('.md'))) {
    const text = await readFile(join(ROOT, page), 'utf8')
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https:\/\//.test(target!)) continue
      const [path = '', heading] = target!.split('#')
      const linked = path === '' ? page : posix.join(posix.dirname(page), path)
      expect(packed, `${page}: ${target}`).toContain(linked)
      if (heading === undefined) continue
      const anchors = [...(await readFile(join(ROOT, linked), 'utf8')).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
        anchor(title!),
      )
      expect(anchors, `${page}: ${target}`).toContain(heading)
    }
  }
})

/** As GitHub and npm make it of a heading. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

test('the bundles hold no package but chalk, under its licence', async () => {
  const packages = async (file: string) => [
    ...new Set((await readFile(join(ROOT, file), 'utf8')).match(/(?<=^\/\/ .*node_modules\/)[^/\n]+/gm)),
  ]
  const bundles = (await readdir(join(ROOT, 'dist'))).filter((name) => name.endsWith('.cjs'))
  const found = await Promise.all(bundles.map(async (name) => ({ name, packages: await packages(`dist/${name}`) })))
  const holders = found.filter(({ packages }) => packages.length > 0)
  expect(holders.map(({ packages }) => packages)).toEqual([['chalk']])
  const license = (await readFile(join(ROOT, 'node_modules/chalk/license'), 'utf8')).trim()
  expect(await readFile(join(ROOT, 'dist', holders[0]!.name), 'utf8')).toContain(license)
  // Nor does what the library loads hold anything of the command.
  expect(holders[0]!.name).not.toMatch(/library|shared|thread/)
})

test('a pack builds first, so that no old build is ever published', async () => {
  const { scripts, bin } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  expect(scripts.prepack).toBe('npm run --silent build')
  expect(await readFile(join(ROOT, bin['scrape-status']), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
})

test('a clone that was not built says how to build it', async () => {
  const clone = join(home, 'clone')
  await mkdir(join(clone, 'bin'), { recursive: true })
  for (const name of ['package.json', 'scrape-status.js', 'compile-cache.js'])
    await copyFile(join(ROOT, 'bin', name), join(clone, 'bin', name))
  const { code, stdout, stderr } = await inProject(process.execPath, [join(clone, 'bin/scrape-status.js')])
  expect([code, stdout, stderr]).toEqual([
    3,
    '',
    `scrape-status: not built yet; in ${clone}: npm ci && npm run build\n`,
  ])
})

test('npm start says nothing but what the command says', { timeout: 120_000 }, async () => {
  // In a copy: building takes `dist` away.
  const copy = join(home, 'copy')
  for (const name of [
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'rolldown.config.js',
    'bin',
    'src',
    'schema',
  ])
    await cp(join(ROOT, name), join(copy, name), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  const { stdout, stderr } = await exec('npm', ['start', '-s', '--', '--version'], { cwd: copy })
  expect([stdout, stderr]).toEqual([expect.stringMatching(/^scrape-status \d[^\n]+\n$/), ''])
})

test('npx scrape-status runs on a list and from a pipe', async () => {
  const server = closeAfterTest(await startHttpServer({ '/a': 200 }))
  const list = `${server.url}/a\n${server.url}/gone\n`
  await writeFile(join(project, 'urls.txt'), list)
  const table = await inProject('npx', ['scrape-status', 'urls.txt'])
  expect({ code: table.code, stderr: table.stderr }).toEqual({ code: 1, stderr: '' })
  expect(table.stdout).toContain('1 ok · 1 failed')
  const rows = await inProject('npx', ['scrape-status', '-r', 'ndjson'], list)
  expect({ code: rows.code, stderr: rows.stderr }).toEqual({ code: 1, stderr: '' })
  expect(
    rows.stdout
      .trimEnd()
      .split('\n')
      .map((row) => JSON.parse(row).status)
      .sort(),
  ).toEqual([200, 404])
  expect(await inProject('npx', ['scrape-status', '-q', `${server.url}/a`])).toMatchObject({ code: 0 })
})

test('the library is imported, asks, and lets the process end', async () => {
  const server = closeAfterTest(await startHttpServer({ '/a': 200, '/b': 200 }))
  await writeFile(
    join(project, 'library.js'),
    `import { checkAll, createClient, fetchStatus, gatherStatuses } from 'scrape-status'
     const base = process.argv[2]
     const client = createClient({ timeoutMs: 5000 })
     const seen = {}
     try {
       const [status, url] = await fetchStatus(client, base + '/a')
       seen.one = [status, url === base + '/a']
       seen.many = (await gatherStatuses(client, [base + '/b', base + '/gone', 'no url'])).map(([status]) => status)
       const run = checkAll([base + '/a', { url: base + '/gone', accept: '404' }], { client })
       seen.verdicts = []
       for await (const { status, ok } of run) seen.verdicts.push([status, ok])
       seen.ok = run.summary.ok
     } finally {
       await client.close()
     }
     console.log(JSON.stringify(seen))`,
  )
  const { code, stdout, stderr } = await inProject(process.execPath, ['library.js', server.url])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const seen = JSON.parse(stdout)
  expect({ ...seen, verdicts: seen.verdicts.toSorted() }).toEqual({
    one: [200, true],
    many: [200, 404, 0],
    verdicts: [
      [200, true],
      [404, true],
    ],
    ok: 2,
  })
})

test('the schemas are at hand by their names', async () => {
  const script = `
    const load = async (name) => (await import('scrape-status/schema/' + name + '.schema.json', { with: { type: 'json' } })).default
    console.log(JSON.stringify([(await load('verdict')).type, (await load('summary')).type]))`
  const { stdout } = await inProject(process.execPath, ['--no-warnings', '--input-type=module', '-e', script])
  expect(JSON.parse(stdout)).toEqual(['object', 'object'])
})

describe('a program of TypeScript needs nothing but the package', () => {
  const COMPILERS = { '5.9': 'node_modules/typescript-5.9/bin/tsc', '7': 'node_modules/typescript/bin/tsc' }
  /** What it has of the platform: nothing, a browser's types, or Node's. */
  const SURROUNDINGS = {
    nothing: ['--lib', 'es2022', '--typeRoots', '/none'],
    'the types of a browser': ['--lib', 'es2023,dom', '--typeRoots', '/none'],
    "Node's types": ['--lib', 'es2023', '--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')],
  }
  const STRICT = '--noEmit --strict --exactOptionalPropertyTypes --skipLibCheck false --target es2022 --module nodenext'

  test.each(
    Object.entries(COMPILERS).flatMap(([version, tsc]) =>
      Object.entries(SURROUNDINGS).map(([what, flags]) => ({ version, tsc, what, flags })),
    ),
  )('TypeScript $version and $what', async ({ version, tsc, flags }) => {
    await writeFile(
      join(project, 'typed.ts'),
      `import { type CheckAllOptions, checkAll, checkUrl, createClient, describeKind, fetchStatus, gatherStatuses, type Kind,
         type Summary, summarise, type TargetInput, type Verdict } from 'scrape-status'
       await using client = createClient({ perHost: 5, proxy: undefined })
       const [status, url, reply] = await fetchStatus(client, 'https://example.com', { method: 'HEAD', signal: undefined })
       const code: number = status
       const asked: string = url
       const kind: Kind = reply.kind
       const list: TargetInput[] = ['https://example.com', { url: 'https://example.com', headers: new Map([['a', 'b']]) }]
       const options: CheckAllOptions = { accept: '2xx', dedupe: true, bail: undefined }
       await using run = checkAll(list, options)
       for await (const verdict of run) { const { ok }: Verdict = verdict; void ok }
       const summary: Summary = run.summary
       const words: string[] = [describeKind(kind).meaning, reply.reason, JSON.stringify(reply.headers)]
       void [(await checkUrl(client, 'https://example.com', { contains: 'a' })).outcome, await gatherStatuses(client, [])]
       // @ts-expect-error: a verdict always has a kind
       const none: null = reply.kind
       // @ts-expect-error: the client has its limits
       checkAll(list, { client, concurrency: 5 })
       void [code, asked, kind, summary, none, words, summarise([])]
       export {}`,
    )
    const own = version === '7' ? ['--ignoreConfig'] : []
    const args = [join(ROOT, tsc), ...STRICT.split(' '), ...flags, ...own, 'typed.ts']
    expect(await inProject(process.execPath, args)).toMatchObject({ stdout: '', code: 0 })
  })

  test('and of its types come no others than those of the library', () => {
    const files = packed.filter((path) => path.endsWith('.d.ts')).map((path) => path.replace('dist/', ''))
    expect(files.filter((path) => /^(?:http|flow|policies|report|command|earlier|fleet)\//.test(path))).toEqual([])
    expect(files).not.toContain('ask/engine.d.ts')
    expect(files).not.toContain('run/pipeline.d.ts')
  })
})

test('publint finds nothing to say against the package', async () => {
  const { code, stdout } = await inProject(join(ROOT, 'node_modules/.bin/publint'), ['run', tarball, '--strict'])
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('All good!') })
})

test('are the types wrong? They are not', async () => {
  const attw = join(ROOT, 'node_modules/.bin/attw')
  const { code, stdout, stderr } = await inProject(attw, [tarball, '--profile', 'esm-only', '--no-emoji'])
  expect(code, `${stdout}${stderr}`).toBe(0)
})
