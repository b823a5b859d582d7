// Whether a line that we are about to write asks what it is written for.

import { settingsText } from '../settings/settings-text.js'
import type { Target } from '../settings/target.js'
import { MAX_LINE_BYTES } from '../targets/held-line.js'
import { type LineContext, parseLine } from '../targets/parse-line.js'

/** A test of lines: true where a list with this line in it has this very target, settings included. */
export function isReadAs(context: LineContext): (line: string, target: Target) => boolean {
  return (line, { url, problem, ask, expect, skip }) => {
    if (/[\r\n\0]/.test(line) || Buffer.byteLength(line) > MAX_LINE_BYTES) return false
    const read = parseLine(line, context)
    if (read === null || read.url !== url || read.problem?.reason !== problem?.reason) return false
    return settingsText([read.ask, read.expect, read.skip]) === settingsText([ask, expect, skip])
  }
}
