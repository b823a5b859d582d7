// Wakes whoever waits for news.

export class Bell {
  #listeners: (() => void)[] = []

  ring(): void {
    const told = this.#listeners
    this.#listeners = []
    for (const listener of told) listener()
  }

  /** Until it rings, or this long, ms. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const heard = () => {
        clearTimeout(timer)
        this.#listeners = this.#listeners.filter((each) => each !== heard)
        resolve()
      }
      const timer = setTimeout(heard, ms)
      this.#listeners.push(heard)
    })
  }

  /** Until it has rung and `isSo`; at once where it is so already. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => this.#listeners.push(resolve))
  }
}
