// All reports by name. A new one is its file and its name here: flags, help, outputs and benchmarks follow from this map.

import { csv } from './csv.js'
import { github } from './github.js'
import { html } from './html.js'
import { json } from './json.js'
import { junit } from './junit.js'
import { markdown } from './markdown.js'
import { ndjson } from './ndjson.js'
import type { ReportFormat } from './report-format.js'
import { summary } from './summary.js'
import { table } from './table.js'

/** The reports, in the order in which help and messages name them. */
export const FORMATS = { table, ndjson, json, csv, html, summary, junit, markdown, github } as const

/** The names that a report can have. */
export type Format = keyof typeof FORMATS

/** The same, in their order. */
export const FORMAT_NAMES = Object.keys(FORMATS) as Format[]

// A report under another name than its own does not compile.
FORMATS satisfies { readonly [Name in Format]: ReportFormat & { readonly name: Name } }
