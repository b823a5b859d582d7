// What a setting's value is: read from the text of a flag or a key, or checked as a user of the library gives it, within
// the same bounds. The little languages are made of these.

import { ValueError } from './errors.js'

/** A kind of value. `Value` is what the code holds, `Given` what the library takes. Both ways throw `ValueError`. */
export interface ValueType<Value, Given = Value> {
  read(text: string): Value
  /** `given` may be anything in truth; the type is for those who write it. */
  check(given: Given): Value
  /** Several values, which a flag or a key adds to one by one. */
  readonly isList?: true
  /** The value that holds where `base` held and `value` is said; without it `value` alone. */
  over?(value: Value, base: Value): Value
  /** The value as text that `read` takes; without it as JavaScript has it. */
  write?(value: Value): string
  /** What tells two values apart; without it all of it. */
  alike?(value: Value): unknown
}

/** A text that `parse` reads, in the library as on the command line. */
export function textOf<Value>(parse: (text: string) => Value): ValueType<Value, string> {
  return { read: parse, check: (given) => parse(expectString(given)) }
}

/** Many of one kind. */
export function listOf<Value, Given>(one: ValueType<Value, Given>): ValueType<readonly Value[], readonly Given[]> {
  return {
    isList: true,
    read: (text) => [one.read(text)],
    check(given) {
      if (!Array.isArray(given)) throw new ValueError('an array')
      return given.map((each) => one.check(each))
    },
  }
}

/** What only the library has: no flag and no key names it. */
export function ofLibrary<Value>(expected: string, fits: (given: unknown) => boolean): ValueType<Value> {
  return {
    read: refuseText,
    check(given) {
      if (!fits(given)) throw new ValueError(expected)
      return given
    },
  }
}

function refuseText(): never {
  throw new ValueError('no text')
}

/** The text; throws `ValueError` for anything else. */
export function expectString(given: unknown): string {
  if (typeof given !== 'string') throw new ValueError('a string')
  return given
}
