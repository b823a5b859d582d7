// Public addresses that lead to this machine, so that a test may ask them: loopback alone has none, and --deny-private
// refuses all the others. And a record of every connection that the command has tried.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tempFolder } from '../../cli/support/temp-folder.js'
import { preload } from './preload.js'

export interface FakeInternet {
  /** For `SpawnCliOptions`. */
  readonly nodeArgs: readonly string[]
  /** The addresses that a connection was tried to, in order. */
  tried(): Promise<readonly string[]>
}

/** By address, what the socket says it is connected to: one for each connection in turn, the last one again and again. */
export async function fakeInternet(places: Readonly<Record<string, readonly string[]>>): Promise<FakeInternet> {
  const log = join(await tempFolder(), 'tried.txt')
  const nodeArgs = preload(`
    import { appendFileSync } from 'node:fs'
    import net from 'node:net'
    const places = ${JSON.stringify(places)}
    const turns = {}
    const connect = net.createConnection
    net.createConnection = (options) => {
      appendFileSync(${JSON.stringify(log)}, options.host + '\\n')
      const shown = places[options.host]
      if (shown === undefined) return connect(options)
      const turn = (turns[options.host] = (turns[options.host] ?? -1) + 1)
      const socket = connect({ ...options, host: '127.0.0.1', family: 4 })
      Object.defineProperty(socket, 'remoteAddress', { value: shown[Math.min(turn, shown.length - 1)] })
      return socket
    }`)
  const tried = async () => {
    const text = await readFile(log, 'utf8').catch(() => '')
    return text.split('\n').filter((address) => address !== '')
  }
  return { nodeArgs, tried }
}
