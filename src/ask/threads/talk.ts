// Two sides of a port that call each other's functions: some only tell, some ask and get an answer.

/** A port of Node's worker threads, or one that a test has made. */
export interface Port {
  postMessage(message: unknown): void
  on(event: 'message', listener: (message: unknown) => void): unknown
}

/** What a side can be called with: arguments and answers that can be cloned. */
type Calls = Readonly<Record<string, (...given: never[]) => unknown>>

/** The other side. Whoever only tells waits for nothing. */
export interface Talk<Theirs> {
  tell<Name extends keyof Theirs & string>(name: Name, ...given: Given<Theirs[Name]>): void
  ask<Name extends keyof Theirs & string>(name: Name, ...given: Given<Theirs[Name]>): Promise<Answer<Theirs[Name]>>
  /** What was asked, and what is asked from now on, is never answered: it gets this. */
  end(error: Error): void
}

type Given<Call> = Call extends (...given: infer Arguments) => unknown ? Arguments : never
type Answer<Call> = Call extends (...given: never[]) => infer Result ? Awaited<Result> : never

/** Name, arguments, and the number of who waits for the answer; without a name it is the answer. */
type Message = readonly [name: string | null, given: unknown, asked: number]

interface Pending {
  readonly resolve: (answer: never) => void
  readonly reject: (error: Error) => void
}

/** Connects: `mine` is what the other side may call. */
export function createTalk<Theirs>(port: Port, mine: object): Talk<Theirs> {
  const pending = new Map<number, Pending>()
  const calls = mine as Calls
  let last = 0
  let ended: Error | null = null
  port.on('message', (message) => {
    const [name, given, asked] = message as Message
    if (name === null) {
      pending.get(asked)?.resolve(given as never)
      pending.delete(asked)
      return
    }
    const answer = calls[name]!(...(given as never[]))
    if (asked === 0) return
    void Promise.resolve(answer).then((found) => port.postMessage([null, found, asked] satisfies Message))
  })
  return {
    tell: (name, ...given) => port.postMessage([name, given, 0] satisfies Message),
    ask: (name, ...given) =>
      new Promise((resolve, reject) => {
        if (ended !== null) return reject(ended)
        pending.set(++last, { resolve, reject })
        port.postMessage([name, given, last] satisfies Message)
      }),
    end(error) {
      ended = error
      for (const { reject } of pending.values()) reject(error)
      pending.clear()
    },
  }
}
