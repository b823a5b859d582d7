// Looks for a program by name where people's tools put them, and asks it for its version: a namesake does not count.

import { spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { env } from 'node:process'

const BY_ITS_NAME = /\.(?:m|c)?js$/

/**
 * The command and version of `name`, `{ program, version }`, or `{ missing }` that says why not. `version` gets what
 * the program says to `ask` and finds the version in it, null when it is another program of that name. A script for
 * Node runs under the Node that runs this.
 */
export function findProgram(name, { ask, version, places }) {
  const namesakes = new Set()
  for (const folder of folders(places)) {
    const path = join(folder, name)
    if (!existsSync(path)) continue
    const file = realpathSync(path)
    const program = BY_ITS_NAME.test(file) ? [process.execPath, path] : [path]
    const said = spawnSync(program[0], [...program.slice(1), ...ask], { encoding: 'utf8', timeout: 20_000 })
    const found = said.error ? null : version(`${said.stdout}\n${said.stderr}`)
    if (found !== null) return { program, version: found }
    namesakes.add(file)
  }
  if (namesakes.size === 0) return { missing: 'not installed' }
  return { missing: `not installed; another program is ${[...namesakes].join(', ').replaceAll(homedir(), '~')}` }
}

/** The first group of a pattern, for `version`. */
export function firstGroup(pattern) {
  return (text) => pattern.exec(text)?.[1] ?? null
}

function folders(places) {
  const path = (env.PATH ?? '').split(delimiter).filter(Boolean)
  const own = [...places, ...places.map((place) => join(place, 'node_modules', '.bin'))]
  const go = [env.GOBIN, join(env.GOPATH ?? join(homedir(), 'go'), 'bin')].filter(Boolean)
  return [...new Set([...own, ...path, ...go, join(homedir(), '.cargo', 'bin'), '/usr/bin', '/usr/sbin'])]
}
