// Which URLs get a case of their own in a JUnit report: as many as its readers bear, what is not fine before what is, in
// the order of the list. Memory is bounded; of all others only how many they were is kept, by host.

/** Jenkins and GitLab show 20,000 cases in some seconds, and fall over beyond; hosts of the rest are among them. */
const CASES_MAX = 20_000
const HOSTS_MAX = 1000

/** One URL. Texts are harmless already; `attributes` and `inside` are XML. */
export interface JunitCase {
  readonly index: number
  readonly host: string
  readonly name: string
  readonly state: 'passed' | 'failure' | 'error' | 'skipped'
  readonly attributes: string
  readonly inside: string
}

/** URLs of a host without a case of their own. */
export interface JunitRest {
  /** Null: of all hosts beyond the first thousand. */
  readonly host: string | null
  passed: number
  failed: number
  skipped: number
}

export interface JunitCases {
  add(each: JunitCase): void
  chosen(): { readonly listed: readonly JunitCase[]; readonly rest: readonly JunitRest[] }
}

/** An empty collection. */
export function createCases(most: number = CASES_MAX, mostHosts: number = HOSTS_MAX): JunitCases {
  const fine: JunitCase[] = []
  const others: JunitCase[] = []
  const rest = new Map<string | null, JunitRest>()

  const leaveOut = ({ host, state }: JunitCase) => {
    const key = rest.has(host) || rest.size < mostHosts - 1 ? host : null
    const counts = rest.get(key) ?? { host: key, passed: 0, failed: 0, skipped: 0 }
    if (state === 'passed') counts.passed++
    else if (state === 'skipped') counts.skipped++
    else counts.failed++
    rest.set(key, counts)
  }
  return {
    add(each) {
      const own = each.state === 'passed' ? fine : others
      if (fine.length + others.length < most) own.push(each)
      else if (own === others && fine.length > 0) {
        leaveOut(fine.pop()!)
        others.push(each)
      } else leaveOut(each)
    },
    chosen() {
      // The cases of the rest need room too, and whatever makes it may be of one more host.
      while (rest.size > 0 && fine.length + others.length + rest.size > most) leaveOut((fine.pop() ?? others.pop())!)
      return { listed: [...fine, ...others].sort((a, b) => a.index - b.index), rest: [...rest.values()] }
    },
  }
}
