// The elements of a list: whatever they are, each has a verdict.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkAll, type TargetInput, type Verdict } from '../../src/index.js'
import { createTargetOf } from '../../src/run/target-of.js'
import { DEFAULT_ASK, DEFAULT_EXPECT } from '../../src/settings/target.js'
import { closeAfterTest } from '../support/close-after-test.js'
import { startHttpServer } from '../support/http-server.js'

const targetOf = createTargetOf(() => ({ ask: DEFAULT_ASK, expect: DEFAULT_EXPECT, skip: null }), null)
const URL_ASKED = 'https://a.example/'
/** Not a literal getter: the test runner would print it. */
const throwing = () => Object.defineProperty({}, 'url', { enumerable: false, get: () => expect.unreachable('secret') })

describe('a bad element', () => {
  test.each<[unknown, string, string]>([
    [undefined, 'expected a URL, or an object with one as url, got undefined', ''],
    [null, 'expected a URL, or an object with one as url, got null', ''],
    [5, 'expected a URL, or an object with one as url, got number', ''],
    [{}, 'expected a URL, or an object with one as url, got an object', ''],
    [[URL_ASKED], 'expected a URL, or an object with one as url, got a list', ''],
    [() => URL_ASKED, 'expected a URL, or an object with one as url, got function', ''],
    [{ url: undefined }, 'expected url: a string or a URL, got undefined', ''],
    [{ url: URL_ASKED, extra: 5 }, 'extra: expected an object, got number', URL_ASKED],
    [{ url: URL_ASKED, extra: [] }, 'extra: expected an object, got a list', URL_ASKED],
    [{ url: URL_ASKED, timeoutMs: 0 }, 'timeoutMs: ', URL_ASKED],
    [{ url: URL_ASKED, accept: 'fine' }, 'accept: ', URL_ASKED],
  ])('%o is a line that cannot be read', (element, reason, input) => {
    const target = targetOf(element as TargetInput, 7)
    expect(target).toMatchObject({ index: 7, input, url: null, host: '', problem: { kind: 'line.invalid' } })
    expect(target.problem?.reason.startsWith(reason), target.problem?.reason).toBe(true)
  })

  test('that throws when it is looked at is one, too, and its words are not repeated', () => {
    expect(targetOf(throwing() as TargetInput, 0).problem?.reason).toBe('cannot be read')
  })

  test('is a verdict and not the end of the run', async () => {
    const { url } = closeAfterTest(await startHttpServer({ '*': 200 }))
    const list = [undefined, url, 5, { url, extra: { row: 3 } }, {}, new URL(url), throwing()] as readonly TargetInput[]
    const run = checkAll(list)
    const verdicts: Verdict[] = []
    for await (const verdict of run) verdicts.push(verdict)
    const rows = verdicts.toSorted((a, b) => a.index - b.index).map(({ kind, extra }) => [kind, extra])
    const bad = ['line.invalid', null]
    expect(rows).toEqual([bad, ['ok', null], bad, ['ok', { row: 3 }], bad, ['ok', null], bad])
    expect(run.summary.lines).toMatchObject({ total: 7, checked: 3, invalid: 4 })
    expect(run.summary.exitCode).toBe(1)
  })
})

test('of anything comes a target, with a URL or with a problem', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, withMap: true, withDate: true }), fc.nat(), (element, index) => {
      const target = targetOf(element as TargetInput, index)
      expect(target.index).toBe(index)
      expect(target.url === null).toBe(target.problem !== null)
    }),
  )
})

test.each<[TargetInput, string]>([
  [new URL('https://a.example/b'), 'https://a.example/b'],
  [{ url: new URL('https://a.example/b') }, 'https://a.example/b'],
  [{ url: 'https://a.example/b', timeoutMs: undefined, accept: undefined, extra: undefined }, 'https://a.example/b'],
  [{ url: 'https://a.example/b', extra: null }, 'https://a.example/b'],
])('%o is a URL, and undefined is not given', (element, url) => {
  const target = targetOf(element, 0)
  expect(target).toMatchObject({ url, input: url, problem: null, extra: null })
  expect([target.ask, target.expect]).toEqual([DEFAULT_ASK, DEFAULT_EXPECT])
})
