// The package, made of what tsc made in `build/`: the command, the library, and one file for all that both need, so that no
// module is installed twice. Few files, because a file costs half a millisecond of start-up and there are two hundred;
// CommonJS, because Node wraps every built-in module that an ES module imports and scans every CommonJS package. Packages
// stay outside, so that they can be updated without us; but not chalk, which is an ES module and so cannot be required.

import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { rolldown } from 'rolldown'

const BUILD = 'build'
const chalk = readFileSync('node_modules/chalk/license', 'utf8').trim()

/** `index.js`, by which the library is imported: an ES module that names what `library.cjs` exports. */
const door = {
  name: 'door',
  generateBundle(_, bundle) {
    const names = bundle['library.cjs'].exports.toSorted()
    this.emitFile({
      type: 'asset',
      fileName: 'index.js',
      source: `export {\n${names.map((name) => `  ${name},\n`).join('')}} from './library.cjs'\n`,
    })
  },
}

/** Script and styles of the report for people, which `-o report.html` puts into its page: files that are read when asked for. */
const page = {
  name: 'page',
  async generateBundle() {
    const folder = join('src', 'report', 'page', 'browser')
    const bundle = await rolldown({
      input: join(folder, 'main.ts'),
      platform: 'browser',
      resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    })
    const { output } = await bundle.generate({ format: 'iife', minify: true })
    const license = readFileSync('node_modules/@tanstack/virtual-core/LICENSE', 'utf8').trim()
    const script = `/*! With @tanstack/virtual-core in it, which is under this licence:\n${license}\n*/\n${output[0].code.trim()}`
    // In a page either would end the script, or begin a comment.
    if (/<\/script|<!--/i.test(script)) throw new Error('page.js cannot stand in a page')
    this.emitFile({ type: 'asset', fileName: 'page.js', source: script })
    const styles = readFileSync(join(folder, 'page.css'), 'utf8')
    this.emitFile({ type: 'asset', fileName: 'page.css', source: tight(styles) })
  },
}

/** Styles without what only people need; no text in them may hold two blanks or a `{`. */
function tight(styles) {
  return styles
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,>]) ?/g, '$1')
    .replace(/: /g, ':')
    .replaceAll(';}', '}')
    .trim()
}

/**
 * ASCII alone, which V8 reads twice as fast as what it has to keep in two bytes a character. An escape means the same in
 * texts, patterns and names; in `String.raw` it would not.
 */
const ascii = {
  name: 'ascii',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue
      if (chunk.code.includes('String.raw')) throw new Error('String.raw cannot be written in ASCII')
      chunk.code = chunk.code.replace(/[^\0-\x7f]/g, escaped)
    }
  },
}

/** One unit of UTF-16. */
function escaped(unit) {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** The types that the library's own need, and no others: what is behind the door is nobody's to lean on. */
const types = {
  name: 'types',
  writeBundle({ dir }) {
    for (const file of reachedFrom(join(BUILD, 'index.d.ts'))) {
      const packed = join(dir, relative(BUILD, file))
      mkdirSync(dirname(packed), { recursive: true })
      copyFileSync(file, packed)
    }
  },
}

/** A file and all that it imports, directly or not; `ending`: of declarations or of what they are of. */
function reachedFrom(file, ending = '.d.ts', reached = new Set()) {
  if (reached.has(file)) return reached
  reached.add(file)
  for (const [, name] of readFileSync(file, 'utf8').matchAll(/(?:from|import\(|import) ?['"](\.[^'"]+)\.js['"]/g)) {
    const imported = join(dirname(file), `${name}${ending}`)
    // A hand-written one has no file in `build/`; were one reached, it would be missed in the package.
    if (!existsSync(imported)) throw new Error(`${file}: ${name}${ending} is not in ${BUILD}/`)
    reachedFrom(imported, ending, reached)
  }
  return reached
}

/** What the library is made of: the command's own is not to be loaded by its users. */
const isOfLibrary = (id) => {
  ofLibrary ??= reachedFrom(join(BUILD, 'index.js'), '.js')
  return ofLibrary.has(relative('.', id))
}
let ofLibrary

/** @type {import('rolldown').RolldownOptions} */
export default {
  input: {
    cli: join(BUILD, 'cli.js'),
    library: join(BUILD, 'index.js'),
    thread: join(BUILD, 'ask', 'threads', 'thread.js'),
  },
  platform: 'node',
  preserveEntrySignatures: 'allow-extension',
  external: (name) => /^[a-z]/.test(name) && !name.startsWith('chalk') && !name.startsWith(BUILD),
  plugins: [door, page, ascii, types],
  output: {
    dir: 'dist',
    format: 'cjs',
    entryFileNames: '[name].cjs',
    // rolldown's own helpers are named too, before they are put into the shared file.
    // What is loaded on use has a file of its own, and what only that and the command have in common stays with the command.
    chunkFileNames: ({ name }) => (name === 'rolldown-runtime' ? 'runtime.cjs' : '[name].cjs'),
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        { name: 'shared', test: isOfLibrary, minShareCount: 2, priority: 2 },
        { name: 'fleet', test: /build\/fleet\//, minShareCount: 2, priority: 1 },
        { name: 'command', minShareCount: 2 },
      ],
    },
    // What a name is for stands in its type, which goes with the package; here it would be read at every start.
    comments: { legal: true, annotation: false, jsdoc: false },
    banner: ({ moduleIds }) =>
      moduleIds.some((id) => id.includes('node_modules/chalk/'))
        ? `/*! With chalk in it, which is under this licence:\n${chalk}\n*/`
        : '',
  },
}
