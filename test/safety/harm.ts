// What no output may hold: secrets, bytes that steer a terminal, text order tricks, commands to a CI runner.

import { expect } from 'vitest'

/** Every planted secret has this in it, and after it where it was planted. */
export const SECRET = 'S3CR3T'

/** Line feeds aside: C0, DEL, C1. */
const CONTROLS = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/u
/** Bidi marks, zero-width characters, the byte order mark, tags. */
const INVISIBLE = /[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u
/** What GitHub, Azure and TeamCity take for a command. */
const COMMANDS = /^\s*::|##(?:\[|vso\[|teamcity\[)/im

/** What is wrong with a text that goes to a terminal or a log; empty when nothing is. */
export function harmIn(text: string, secrets: readonly string[]): string[] {
  const found = (what: string, pattern: RegExp) => {
    const match = pattern.exec(text)
    return match === null ? [] : [`${what}: ${JSON.stringify(around(text, match.index))}`]
  }
  return [
    ...leaksIn(text, secrets),
    ...found('a control character', CONTROLS),
    ...found('an invisible character', INVISIBLE),
    ...found('a command', COMMANDS),
  ]
}

/** The secrets that a text holds, in any case, and what is around them. */
export function leaksIn(text: string, secrets: readonly string[]): string[] {
  return secrets.flatMap((secret) => {
    const at = text.toLowerCase().indexOf(secret.toLowerCase())
    return at < 0 ? [] : [`a secret: ${JSON.stringify(around(text, at))}`]
  })
}

/** All texts by their names are without harm. */
export function expectHarmless(texts: Readonly<Record<string, string>>, secrets: readonly string[]): void {
  const harm = Object.entries(texts).flatMap(([name, text]) => harmIn(text, secrets).map((what) => `${name}: ${what}`))
  expect(harm).toEqual([])
}

function around(text: string, at: number): string {
  return text.slice(Math.max(0, at - 60), at + 40)
}
