// What a worker asks lines with. One client at a time, whose `-c` and `--rate` are the worker's: slices of runs with the same
// settings share it, those of others wait for their turn.

import type { Client } from '../ask/client.js'
import { engineOf } from '../ask/engine.js'
import type { Equipment } from '../fleet/ask-slice.js'
import type { Written } from '../fleet/protocol.js'
import type { CommandOptions } from '../report/formats/output-request.js'
import { variablesOfList } from '../targets/expand.js'
import type { World } from '../words/world.js'
import { readFlags } from './arguments.js'
import { readConfigText } from './config-file.js'
import { lineContext, openClient, runOptions } from './settings-from-flags.js'

interface Current {
  /** The settings it was made of. */
  readonly key: string
  readonly client: Client
  readonly equipment: Omit<Equipment, 'release'>
  users: number
  /** Told when nobody uses it any more. */
  onIdle: () => void
}

export class Outfit {
  readonly #options: CommandOptions
  readonly #world: Pick<World, 'env' | 'now'>
  #current: Current | null = null
  /** Whoever came before has what he wants. */
  #before: Promise<void> = Promise.resolve()

  constructor(options: CommandOptions, world: Pick<World, 'env' | 'now'>) {
    this.#options = options
    this.#world = world
  }

  /** Rejects where this machine cannot: a name that it was not granted, a certificate that is none. */
  take(written: Written): Promise<Equipment> {
    const taking = this.#before.then(() => this.#take(written))
    this.#before = taking.then(
      () => {},
      () => {},
    )
    return taking
  }

  async close(): Promise<void> {
    await this.#current?.client.close()
  }

  async #take(written: Written): Promise<Equipment> {
    const key = JSON.stringify(written)
    if (this.#current?.key !== key) await this.#change(key, written)
    const current = this.#current!
    current.users++
    let isHeld = true
    const release = () => {
      if (!isHeld) return
      isHeld = false
      if (--current.users === 0) current.onIdle()
    }
    return { ...current.equipment, release }
  }

  async #change(key: string, written: Written): Promise<void> {
    const before = this.#current
    if (before !== null) {
      if (before.users > 0) {
        await new Promise<void>((resolve) => {
          before.onIdle = resolve
        })
      }
      this.#current = null
      await before.client.close()
    }
    const { env, now } = this.#world
    const own = optionsOf(written, this.#options, env)
    const client = await openClient(own, { env, now, files: written.files })
    // A name of the run's own flags is this machine's, and only one that was granted.
    const names = this.#options.variables
    const granted = Object.fromEntries(names.map((name) => [name, env[name]]))
    const lines = lineContext({ ...own, variables: own.untrusted ? [] : names }, granted)
    const { retryTimeouts = false, maxWaitMs } = runOptions(own)
    const asker = { retryTimeouts, maxWaitMs, notify: () => {} }
    const secrets = Object.values(granted).filter((value) => value !== undefined)
    const equipment = { engine: engineOf(client), asker, lines, secrets }
    this.#current = { key, client, equipment, users: 0, onIdle: () => {} }
  }
}

/** The run's options as this machine reads them, with what is a worker's own. */
function optionsOf({ flags, config }: Written, own: CommandOptions, env: World['env']): CommandOptions {
  const variables = { ...variablesOfList(own.variables, env), strict: true }
  const request = { granted: own.variables, env }
  const under = config === null ? {} : readConfigText('the run’s configuration', config, request).options
  const options = readFlags(flags, variables, under)
  const { concurrency, rate } = own
  return {
    ...options,
    concurrency,
    rate,
    variables: own.variables,
    denyPrivate: own.denyPrivate || options.denyPrivate,
  }
}
