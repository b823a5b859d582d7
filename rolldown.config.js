// The command in one file, because a file costs half a millisecond of start-up and there are a hundred of them. CommonJS,
// because Node wraps every built-in module that an ES module imports and scans every CommonJS package. Packages stay
// outside, so that they can be updated without us; but not chalk, which is an ES module and so cannot be required.

import { readFileSync } from 'node:fs'

const chalk = readFileSync('node_modules/chalk/license', 'utf8').trim()

/** @type {import('rolldown').RolldownOptions} */
export default {
  input: 'dist/cli.js',
  platform: 'node',
  external: (name) => /^[a-z]/.test(name) && !name.startsWith('chalk'),
  output: {
    file: 'dist/cli.cjs',
    format: 'cjs',
    banner: `/*! With chalk in it, which is under this licence:\n${chalk}\n*/`,
  },
}
