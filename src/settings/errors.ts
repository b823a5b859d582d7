// What is thrown for what the caller wrote.

/** A mistake of the person who calls: exit 2, one line, nothing requested. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A value that could not be read; `expected` completes "expected …". */
export class ValueError extends Error {
  override readonly name = 'ValueError'
  readonly expected: string
  constructor(expected: string) {
    super(`expected ${expected}`)
    this.expected = expected
  }
}
