// What we say of odd replies against what the installed curl says. `npm run test:curl` prints the figures.

import { describe, expect, test } from 'vitest'
import { type Answers, curlVersion, playToAll } from './agree.js'
import { DIFFERENCES } from './differences.js'
import { REPLIES, TORN_REPLIES } from './replies.js'

const version = await curlVersion()
const isKnownCurl = version?.startsWith('7.88.') === true

describe.skipIf(version === null)(`beside curl ${version}`, () => {
  test('sees the status that curl prints for every head that arrives whole, but for a short list', async () => {
    const answers = await playToAll(REPLIES)
    const differing = answers.filter(({ ours, curl }) => ours !== curl)
    if (process.env.npm_lifecycle_event === 'test:curl') console.log(figures(answers, differing))

    expect(answers.length).toBeGreaterThanOrEqual(150)
    for (const { reply, ours, kind } of answers) {
      expect.soft(kind, reply.name).toBeOneOf(ours > 0 ? ['ok'] : ['http.protocol.error', 'tcp.closed'])
    }
    // The list is true of one curl; another one may read a few of these lines in another way.
    if (isKnownCurl) expect(namesOf(differing)).toEqual(Object.values(DIFFERENCES).flat().sort())
    else expect(differing.length / answers.length).toBeLessThan(0.1)
  })

  test('has no status for a head that is torn', async () => {
    for (const { reply, ours, kind } of await playToAll(TORN_REPLIES)) {
      expect.soft(ours, reply.name).toBe(0)
      expect.soft(kind, reply.name).toBeOneOf(['http.protocol.error', 'tcp.closed'])
    }
  })
})

test('names only replies that there are, each of them once', () => {
  const names = [...REPLIES, ...TORN_REPLIES].map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names).toEqual(expect.arrayContaining(Object.values(DIFFERENCES).flat()))
})

function namesOf(answers: readonly Answers[]): string[] {
  return answers.map(({ reply }) => reply.name).sort()
}

/** Agreement by group and in all, then every difference with all three answers and its reason. */
function figures(answers: readonly Answers[], differing: readonly Answers[]): string {
  const lines = [row('', 'replies', 'we agree', 'undici.request')]
  const count = (title: string, some: readonly Answers[]) => {
    const agreeing = (who: 'ours' | 'undici') => some.filter((each) => each[who] === each.curl).length
    lines.push(row(title, some.length, agreeing('ours'), agreeing('undici')))
  }
  for (const [group, some] of groupsOf(answers)) count(group, some)
  count('all', answers)
  lines.push('', row('difference', `curl ${version}`, 'we', 'undici.request'))
  for (const { reply, curl, ours, undici } of differing) {
    const reason = Object.keys(DIFFERENCES).find((key) => DIFFERENCES[key]!.includes(reply.name)) ?? 'NOT EXPECTED'
    lines.push(`${row(reply.name, curl, ours, undici)}  ${reason}`)
  }
  return lines.join('\n')
}

function row(title: string, ...cells: readonly (string | number)[]): string {
  return title.padEnd(36) + cells.map((cell) => String(cell).padStart(15)).join('')
}

function groupsOf(answers: readonly Answers[]): Map<string, Answers[]> {
  const groups = new Map<string, Answers[]>()
  for (const answer of answers) {
    const group = answer.reply.name.slice(0, answer.reply.name.indexOf(':'))
    groups.set(group, [...(groups.get(group) ?? []), answer])
  }
  return groups
}
