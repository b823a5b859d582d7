// The list of failures asks what failed and nothing else, whatever the lines were.

import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createFailedList } from '../../src/earlier/failed-list.js'
import { isReadAs } from '../../src/earlier/is-read-as.js'
import { escapeText } from '../../src/report/escape.js'
import type { Target } from '../../src/settings/target.js'
import { DEFAULT_ASK, DEFAULT_EXPECT } from '../../src/settings/target.js'
import { variablesOfList } from '../../src/targets/expand.js'
import { openInputs } from '../../src/targets/open-inputs.js'
import { parseArgument } from '../../src/targets/parse-line.js'
import { readTargets } from '../../src/targets/read-targets.js'
import { verdict } from '../report/support/verdicts.js'

const CONTEXT = {
  ask: DEFAULT_ASK,
  expect: DEFAULT_EXPECT,
  skip: null,
  settingsOf: null,
  variables: variablesOfList([], {}),
}

async function read(list: string): Promise<Target[]> {
  const stdin = Readable.from([Buffer.from(list)], { objectMode: false })
  // As text, whatever it looks like: lines of all shapes come here.
  const inputs = await openInputs([{ name: '-', format: 'text' }], { stdin, columns: new Map() })
  const targets: Target[] = []
  for await (const batch of readTargets(inputs, { ...CONTEXT, keepLines: true }).batches) targets.push(...batch)
  return targets
}

/** The list that is written when all of them fail. */
function writeFailed(targets: readonly Target[], reason: string): string {
  const failures = createFailedList({ strict: false, safe: escapeText, isReadAs: isReadAs(CONTEXT) })
  return targets
    .map((target) => {
      failures.begins(target)
      const { index, line, source, input } = target
      return failures.each(verdict({ index, line, source, input, outcome: 'failed', reason }))
    })
    .join('')
}

const asked = (targets: readonly Target[]) =>
  targets.flatMap(({ url, ask, expect: { accept, ...expected }, skip }) =>
    url === null ? [] : [{ url, ask, accept: String(accept), expected, skip }],
  )

const PIECES = [
  'https://x.example/',
  'x.example',
  '/a?b=c',
  '#top',
  ' ',
  '  ',
  '\t',
  '\u00a0',
  '\u3000',
  '\ufeff',
  '\u2028',
  '\u2029',
  '\u0085',
  '\u200b',
  '\v',
  '\f',
  'accept=404',
  'contains="a b"',
  'contains="  # b.txt:1 c"',
  'contains="',
  'header="X: y"',
  'skip=later',
  '# mine',
  '  # old.txt:7 404 Not Found',
  '"',
  '\\',
  'ä',
  '$HOME',
]

it('every line that failed asks the same URL with the same settings again', async () => {
  const piece = fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 4, unit: 'binary' }))
  const line = fc.array(piece, { maxLength: 7 }).map((pieces) => `https://x.example/${pieces.join('')}`)
  const anyLine = fc.oneof(
    { weight: 3, arbitrary: line },
    fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join('')),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyLine, { minLength: 1, maxLength: 5 }),
      fc.constantFrom('404 Not Found', 'not "quoted', 'it # is " so', 'x'.repeat(5000)),
      async (lines, reason) => {
        const targets = await read(lines.join('\n').replaceAll('\0', ''))
        const again = await read(writeFailed(targets, reason))
        expect(asked(again)).toEqual(asked(targets))
        // And once more, from the list of failures of the list of failures.
        expect(asked(await read(writeFailed(again, reason)))).toEqual(asked(targets))
      },
    ),
    { numRuns: 1000 },
  )
})

it.each([
  ['U+00A0', '\u00a0'],
  ['U+3000', '\u3000'],
  ['U+FEFF', '\ufeff'],
  ['U+2028', '\u2028'],
  ['VT', '\v'],
  ['FF', '\f'],
  ['U+200B', '\u200b'],
])('a line that ends with %s keeps its URL and its setting', async (_name, end) => {
  const targets = await read(`https://x.example/${end}\nhttps://x.example/b accept=404${end}\n`)
  const again = await read(writeFailed(targets, '500 Oops'))
  expect(again.map(({ url }) => url)).toEqual(['https://x.example/', 'https://x.example/b'])
  expect(asked(again)).toEqual(asked(targets))
})

it('a line of nearly 64 KiB gets its note in front', async () => {
  const url = `https://x.example/${'a'.repeat(65_500)}`
  const text = writeFailed(await read(url), '404 Not Found')
  expect(text).toBe(`# stdin:1 404 Not Found\n${url}\n`)
})

it.each(['https://x.example/\nhttps://y.example/', 'https://x.example/ accept=404', '# x', ''])(
  'an argument that is another line in a list is only told of: %j',
  async (text) => {
    const target: Target = { index: 0, line: null, source: 'argv', raw: text, ...parseArgument(text, CONTEXT) }
    const list = writeFailed([target], 'wrong')
    expect(list).toBe('# argv:1 wrong\n')
    expect(await read(list)).toEqual([])
  },
)
