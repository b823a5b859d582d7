// An output that is written in place, because it cannot be renamed into it.

import type { Sink } from '../words/output.js'

/** Written in place: a device, a pipe, or a file whose folder takes no new ones. */
export class DirectFile implements Sink {
  readonly partPath = null
  readonly aside = null
  readonly notice = null
  readonly #sink: Sink

  constructor(sink: Sink) {
    this.#sink = sink
  }

  get name(): string {
    return this.#sink.name
  }

  get gone(): boolean {
    return this.#sink.gone
  }

  get error(): Error | null {
    return this.#sink.error
  }

  get isUnread(): boolean {
    return this.#sink.isUnread ?? false
  }

  onFault(listener: () => void): void {
    this.#sink.onFault?.(listener)
  }

  hurry(graceMs: number): void {
    this.#sink.hurry?.(graceMs)
  }

  write(text: string): Promise<void> | void {
    return this.#sink.write(text)
  }

  end(): Promise<void> {
    return this.#sink.end()
  }

  discard(): Promise<void> {
    return this.#sink.end()
  }
}
