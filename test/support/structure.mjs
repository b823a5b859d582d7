// The structure of src/ as figures: who imports whom, circles, the length of files and functions, positional parameters.
// The house test reads it; `node test/support/structure.mjs [FOLDER]` prints it, of this checkout or of another.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAst } from 'rolldown/parseAst'

/**
 * All files of a folder, by their path in it. Imports of types count: what cannot be read alone is no room.
 */
export function structureOf(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .sort()
    .map((file) => factsOf(folder, file))
}

function factsOf(folder, file) {
  const text = readFileSync(join(folder, file), 'utf8')
  const lineOf = lineFinder(text)
  const imports = new Set()
  const functions = []
  const add = (name) => {
    if (name === undefined) return
    imports.add(
      name.startsWith('.') ? relative(folder, join(folder, dirname(file), name.replace(/\.js$/, '.ts'))) : name,
    )
  }
  walk(parseAst(text, { lang: 'ts' }), null, (node, parent) => {
    if (node.source?.type === 'Literal') add(node.source.value)
    // createRequire(…)('name') and import('name')
    if (
      node.type === 'CallExpression' &&
      node.callee.type === 'CallExpression' &&
      node.callee.callee.name === 'createRequire'
    ) {
      add(node.arguments[0]?.value)
    }
    if (node.type === 'TSImportType') add((node.source ?? node.argument)?.value)
    if (!node.body || !Array.isArray(node.params)) return
    const from = lineOf(node.start)
    functions.push({
      file,
      line: from,
      name: node.id?.name ?? parent?.key?.name ?? parent?.id?.name ?? '(nameless)',
      lines: lineOf(node.end) - from + 1,
      parameters: node.params.length,
    })
  })
  return { file, lines: text.split('\n').length - 1, imports: [...imports], functions }
}

/** Calls back for every node, parents first. */
function walk(node, parent, visit) {
  visit(node, parent)
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === 'string') walk(child, node, visit)
    }
  }
}

/** The line of a place in the text, both from 0 and 1. The parser counts as JavaScript does. */
function lineFinder(text) {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]
  return (place) => {
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (starts[middle] <= place) low = middle
      else high = middle
    }
    return low + 1
  }
}

/**
 * Groups of files that import each other in a circle (Tarjan's strongly connected components of more than one).
 */
export function circlesOf(files) {
  const importsOf = new Map(files.map(({ file, imports }) => [file, imports]))
  const order = new Map()
  const low = new Map()
  const stack = []
  const circles = []
  const visit = (file) => {
    order.set(file, order.size)
    low.set(file, order.size - 1)
    stack.push(file)
    for (const next of importsOf.get(file) ?? []) {
      if (!importsOf.has(next)) continue
      if (!order.has(next)) visit(next)
      if (stack.includes(next)) low.set(file, Math.min(low.get(file) ?? 0, low.get(next) ?? 0))
    }
    if (low.get(file) !== order.get(file)) return
    const group = stack.splice(stack.indexOf(file))
    if (group.length > 1) circles.push(group.sort())
  }
  for (const file of importsOf.keys()) if (!order.has(file)) visit(file)
  return circles
}

/** The middle one of numbers. */
export function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = structureOf(join(process.argv[2] ?? fileURLToPath(new URL('../../', import.meta.url)), 'src'))
  const functions = files.flatMap((each) => each.functions)
  const show = ({ file, line, name, lines, parameters }) =>
    `  ${file}:${line} ${name}: ${lines} lines, ${parameters} parameters`
  const rows = [
    `${files.length} files of ${files.reduce((sum, { lines }) => sum + lines, 0)} lines, the median one of ${median(files.map(({ lines }) => lines))}`,
    `loose in src: ${files.filter(({ file }) => !file.includes('/')).length}`,
    `circles: ${circlesOf(files).length}`,
    ...circlesOf(files).map((circle) => `  ${circle.join(' ')}`),
    `files above 300 lines: ${files.filter(({ lines }) => lines > 300).length}`,
    ...files.filter(({ lines }) => lines > 300).map(({ file, lines }) => `  ${file}: ${lines}`),
    `functions: ${functions.length}`,
    `functions above 60 lines: ${functions.filter(({ lines }) => lines > 60).length}`,
    ...functions.filter(({ lines }) => lines > 60).map(show),
    `functions with three positional parameters: ${functions.filter(({ parameters }) => parameters === 3).length}`,
    `functions with more: ${functions.filter(({ parameters }) => parameters > 3).length}`,
    ...functions.filter(({ parameters }) => parameters > 3).map(show),
  ]
  process.stdout.write(`${rows.join('\n')}\n`)
}
