// A listener that does nothing, where none would be worse.

/** For sockets that nobody needs any more: without a listener their errors would end the process. */
export const ignoreError = (): void => {}
