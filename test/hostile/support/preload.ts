// Faults that only happen inside the process (no descriptors left, a stalled loop, a clock that jumps), played by a
// module that node loads before the command.

/** Arguments for node that run this source first. It may `import`; what it changes of built-in modules holds. */
export function preload(source: string): readonly string[] {
  const whole = `import { syncBuiltinESMExports } from 'node:module'\n${source}\nsyncBuiltinESMExports()`
  return ['--import', `data:text/javascript,${encodeURIComponent(whole)}`]
}
