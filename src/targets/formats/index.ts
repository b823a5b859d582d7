// All formats of lists by name. A new one is its file and its name here; which one a list is, `open-inputs` tells.

import type { InputFormat } from './input-format.js'
import { text } from './text.js'

/** The formats. */
export const INPUT_FORMATS = { text } as const satisfies Readonly<Record<string, InputFormat>>

/** The names that a format can have. */
export type InputFormatName = keyof typeof INPUT_FORMATS
