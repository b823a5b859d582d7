// All formats of lists by name. A new one is its file, its name here and in the flag's list; which one a list is,
// `detect-format` tells.

import type { InputFormatName } from '../../settings/input-formats.js'
import { csv, tsv } from './csv.js'
import type { InputFormat } from './input-format.js'
import { json } from './json.js'
import { ndjson } from './ndjson.js'
import { sitemap } from './sitemap.js'
import { text } from './text.js'

/** The formats. */
export const INPUT_FORMATS = { text, csv, tsv, json, ndjson, sitemap } as const satisfies Readonly<
  Record<InputFormatName, InputFormat>
>
