// Which hosts are this thread's, as far as it knows: those of its targets, and those that it was given when it asked.

import type { Where } from '../../words/limits.js'
import type { Lesson, ToMain } from './calls.js'
import type { Foreign, Owners } from './own-hosts-limiter.js'
import type { Talk } from './talk.js'

/** As many as a limiter remembers; then it asks again. */
const MOST = 50_000

export class OwnHosts implements Owners {
  readonly #main: Talk<ToMain>
  #ours = new Set<string>()
  #theirs = new Set<string>()

  constructor(main: Talk<ToMain>) {
    this.#main = main
  }

  own(host: string): void {
    if (this.#ours.has(host)) return
    if (this.#ours.size >= MOST) this.#ours = new Set()
    this.#ours.add(host)
    this.#theirs.delete(host)
  }

  isOurs(host: string): boolean {
    return this.#ours.has(host)
  }

  isTheirs(host: string): boolean {
    return this.#theirs.has(host)
  }

  async enter(where: Where): Promise<Foreign | null> {
    const entered = await this.#main.ask('enter', where)
    const { host } = where
    if (entered === null) {
      this.own(host)
      return null
    }
    const { owner, ticket } = entered
    if (this.#theirs.size >= MOST) this.#theirs = new Set()
    if (!this.#ours.has(host)) this.#theirs.add(host)
    return { ticket, giveBack: () => this.#main.tell('leave', owner, host, ticket as number) }
  }

  learn(lesson: Lesson): void {
    this.#main.tell('learn', lesson)
  }
}
