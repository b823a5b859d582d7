// Outputs that would destroy something: two reports on one place, or a report over the list that is being read.

import { realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { CommandOptions, OutputRequest } from '../report/formats/output-request.js'
import { UsageError } from '../settings/errors.js'
import { partPathOf } from './find-output.js'

const STDOUT_FILES = new Set(['-', '/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'])

/** Throws `UsageError`. */
export function refuseTwiceOnStdout(outputs: readonly OutputRequest[]): void {
  const paths = new Set<string>()
  for (const { format, path } of outputs) {
    if (STDOUT_FILES.has(path)) {
      throw new UsageError(`--output ${path}: two reports on stdout; for ${format} instead of the table: -r ${format}`)
    }
    if (paths.has(resolve(path))) throw new UsageError(`--output ${path}: two reports into one file`)
    paths.add(resolve(path))
  }
}

/** By device and inode, so that links and other spellings of a path are seen through. */
export async function refuseOverwritingInputs(
  inputs: readonly { readonly kind: string; readonly name?: string }[],
  options: CommandOptions,
): Promise<void> {
  const files = options.output.map(({ path }) => ({ flag: '--output', path }))
  if (options.writeFailed !== null) files.push({ flag: '--write-failed', path: options.writeFailed })
  for (const { flag, path } of files) {
    const written = [await identity(path), await identity(partPathOf(path))]
    for (const input of inputs) {
      const { name = '-' } = input
      const read = input.kind !== 'list' || name === '-' ? null : await identity(name)
      if (read !== null && written.includes(read)) {
        throw new UsageError(`${flag} ${path}: that is the input ${name}`)
      }
    }
  }
}

async function identity(path: string): Promise<string | null> {
  try {
    const { dev, ino } = await stat(await realpath(path))
    return `${dev}:${ino}`
  } catch {
    return null
  }
}
