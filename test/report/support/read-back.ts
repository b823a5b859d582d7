// Reports read again by programs that others wrote: xmllint, sqlite3, Python's csv, GitHub's own Markdown parser.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { program } from '../../support/program.js'

const XSD = fileURLToPath(new URL('../junit-xsd/', import.meta.url))
/** Of Jenkins' xunit plugin (its copy says by whom), and of its junit plugin. */
export const JUNIT_SCHEMAS = ['jenkins-xunit.xsd', 'jenkins-junit.xsd'] as const

/** Throws with what xmllint says against the schema. */
export function validateJunit(xml: string, schema: (typeof JUNIT_SCHEMAS)[number]): void {
  program('xmllint', ['--noout', '--schema', join(XSD, schema), '-'], { stdin: xml, package: 'libxml2-utils' })
}

/** What an XPath expression says, as text. */
export function xpath(xml: string, expression: string): string {
  return program('xmllint', ['--xpath', expression, '-'], { stdin: xml, package: 'libxml2-utils' }).replace(/\n$/, '')
}

/** Rows of a table in memory that the file was imported into. */
export function sqlite(csv: string, query: string): unknown[] {
  return inFile(csv, (path) => {
    const text = program('sqlite3', ['-json', ':memory:', `.import --csv ${path} r`, query])
    return text === '' ? [] : (JSON.parse(text) as unknown[])
  })
}

/**
 * As `pandas.read_csv` reads it with its defaults: UTF-8 with or without a mark, a quote doubled within quotes, an empty
 * cell is nothing, a row wider than its header is an error.
 */
const PANDAS = `
import csv, json, sys
with open(sys.argv[1], encoding='utf-8-sig', newline='') as file:
    rows = list(csv.reader(file, dialect='excel', strict=True))
head, rows = rows[0], rows[1:]
assert len(set(head)) == len(head), 'a column twice'
for row in rows:
    assert len(row) == len(head), f'{len(row)} cells under {len(head)} columns'
print(json.dumps([{name: cell or None for name, cell in zip(head, row)} for row in rows]))
`

/** Rows as Python reads them. */
export function python(csv: string): Record<string, string | null>[] {
  return inFile(csv, (path) => JSON.parse(program('python3', ['-c', PANDAS, path])))
}

/** The document as GitHub's parser makes it, without the place of each node. */
export function githubHtml(markdown: string): string {
  const extensions = ['table', 'autolink', 'strikethrough', 'tagfilter'].flatMap((name) => ['-e', name])
  return program('cmark-gfm', [...extensions, '-t', 'html'], { stdin: markdown })
}

function inFile<T>(text: string, read: (path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'scrape-status-read-'))
  try {
    const path = join(folder, 'report.csv')
    writeFileSync(path, text)
    return read(path)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
