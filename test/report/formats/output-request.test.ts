// What `-o` and `-r` make of their text, for every report in the map.

import { expect, test } from 'vitest'
import { parseCommand } from '../../../src/command/arguments.js'
import { helpText } from '../../../src/command/help.js'
import { FORMAT_NAMES, FORMATS } from '../../../src/report/formats/index.js'
import { parseOutput } from '../../../src/report/formats/output-request.js'

test.each(FORMAT_NAMES)('%s is chosen by its name and by each of its endings', (format) => {
  expect(parseOutput(`${format}=out.any`)).toEqual({ format, path: 'out.any' })
  for (const ending of FORMATS[format].endings) {
    expect(parseOutput(`Out${ending.toUpperCase()}`)).toEqual({ format, path: `Out${ending.toUpperCase()}` })
  }
  expect(parseCommand(['-r', format], {})).toMatchObject({ options: { report: format } })
  expect(parseCommand(['-o', `${format}=a`, '-o', `${format}=b`], {})).toMatchObject({
    options: { output: [{ path: 'a' }, { path: 'b' }], report: 'table' },
  })
})

test('no two reports are chosen by one ending', () => {
  const endings = FORMAT_NAMES.flatMap((format) => FORMATS[format].endings as readonly string[])
  expect(new Set(endings).size).toBe(endings.length)
})

test('help and messages list all reports', () => {
  const all = FORMAT_NAMES.join(' ')
  expect(helpText(true).replace(/\s+/g, ' ')).toContain(`on stdout instead of the table: ${all}`)
  expect(() => parseCommand(['-r', 'xls'], {})).toThrow(`--report xls: expected one of ${all}`)
  expect(() => parseCommand(['-o', 'a.xls'], {})).toThrow(`or FORMAT=FILE with one of ${all}`)
})
