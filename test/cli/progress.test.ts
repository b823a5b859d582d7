// The progress line, seen as a terminal would show it.

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createProgress } from '../../src/command/progress.js'
import { type ProgressFigures, progressText } from '../../src/command/progress-text.js'
import { RecentRate } from '../../src/command/recent-rate.js'
import { createScreen } from '../../src/command/screen.js'
import { escapeText } from '../../src/report/escape.js'
import { textWidth } from '../../src/report/table/text-width.js'
import { createTestWorld } from '../support/world.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const WAITING = { host: 'slow.example', askedMs: null }
const FIGURES: ProgressFigures = {
  ...{ done: 0, known: 10, inputEnded: true, failed: 0, waitsFor: WAITING },
  ...{ readShare: null, knownFromShare: 0, later: null },
}

function start({ columns = 80, isTTY = true, env = {}, figures = () => FIGURES } = {}) {
  const world = createTestWorld({ isTTY, columns, env })
  const screen = createScreen(world)
  const startedAt = Date.now()
  const now = () => Date.now() - startedAt
  const progress = createProgress({ screen, stream: screen.world.stderr, figures, now, safe: escapeText })
  return { progress, written: world.stderrText, world, screen }
}

/** What stands on the screen: carriage return, line feed, erase to the end of the line, letters that overwrite. */
function screenOf(text: string): string[] {
  const lines: string[][] = [[]]
  let column = 0
  for (const [token] of text.matchAll(/\x1b\[K|\n|./gsu)) {
    const line = lines.at(-1)!
    if (token === '\x1b[K') line.length = Math.min(line.length, column)
    else if (token === '\r') column = 0
    else if (token === '\n') {
      lines.push([])
      column = 0
    } else {
      expect(token).not.toBe('\x1b')
      while (line.length < column) line.push(' ')
      line[column++] = token
    }
  }
  return lines.map((line) => line.join(''))
}

test('the live line is redrawn in place, and a shorter one leaves nothing of a longer one', () => {
  let done = 0
  const { progress, written } = start({
    figures: () => ({ ...FIGURES, done, waitsFor: done < 5 ? { host: 'a.very.long.example', askedMs: null } : null }),
  })
  vi.advanceTimersByTime(200)
  expect(screenOf(written())).toEqual(['0 of 10 · waiting for a.very.long.example'])
  done = 5
  vi.advanceTimersByTime(200)
  expect(screenOf(written())).toEqual(['5 of 10'])
  progress.stop()
  expect(screenOf(written())).toEqual([''])
  expect(written().endsWith('\r\x1b[K')).toBe(true)
})

test('nothing is shown and nothing erased when the run is over at once', () => {
  const { progress, written } = start()
  vi.advanceTimersByTime(199)
  progress.stop()
  vi.advanceTimersByTime(60_000)
  expect(written()).toBe('')
})

test('after stop the line does not come back, and stopping twice writes nothing more', () => {
  const { progress, written } = start()
  vi.advanceTimersByTime(1000)
  progress.stop()
  const then = written()
  progress.stop()
  vi.advanceTimersByTime(60_000)
  expect(written()).toBe(then)
})

test.each([20, 40, 60, 80])('the line never reaches the last of %i columns, where terminals wrap', (columns) => {
  const long = 'x'.repeat(200)
  const { written } = start({ columns, figures: () => ({ ...FIGURES, waitsFor: { host: long, askedMs: null } }) })
  vi.advanceTimersByTime(400)
  const [line, ...more] = screenOf(written())
  expect(more).toEqual([])
  expect(line!.length).toBeLessThan(columns)
})

test('without a terminal: one plain line every 30 s, because CI kills silent jobs', () => {
  const { progress, written } = start({ isTTY: false })
  vi.advanceTimersByTime(29_999)
  expect(written()).toBe('')
  vi.advanceTimersByTime(60_001)
  expect(written()).toBe('0 of 10 · waiting for slow.example\n'.repeat(3))
  progress.stop()
  expect(written()).not.toMatch(/[\r\x1b]/)
})

test('a host name cannot draw on the terminal', () => {
  const { written } = start({
    figures: () => ({ ...FIGURES, waitsFor: { host: '\x1b[2Jevil\r\n\u202e', askedMs: null } }),
  })
  vi.advanceTimersByTime(200)
  expect(written().slice(1, -3)).not.toMatch(/[\x00-\x1f\u202e]/)
})

test('a dumb terminal gets plain lines and no escapes', () => {
  const { written } = start({ env: { TERM: 'dumb' } })
  vi.advanceTimersByTime(60_000)
  expect(written()).toBe('0 of 10 · waiting for slow.example\n'.repeat(2))
})

test('a terminal of 0 columns is one of unknown width, and nothing is cut to nothing', () => {
  const { written } = start({ columns: 0 })
  vi.advanceTimersByTime(200)
  expect(screenOf(written())).toEqual(['0 of 10 · waiting for slow.example'])
})

test('wide characters count twice, so that the line never wraps', () => {
  const { written } = start({
    columns: 40,
    figures: () => ({ ...FIGURES, waitsFor: { host: '日本語'.repeat(20), askedMs: null } }),
  })
  vi.advanceTimersByTime(200)
  const [line] = screenOf(written())
  expect(textWidth(line!)).toBeLessThan(40)
})

test('rows and messages on the same terminal take the line away first', () => {
  const { written, world, screen } = start()
  const all: string[] = []
  for (const stream of [world.stdout, world.stderr]) {
    const write = stream.write.bind(stream)
    stream.write = ((text: string) => {
      all.push(text)
      return write(text)
    }) as typeof stream.write
  }
  vi.advanceTimersByTime(200)
  screen.world.stdout.write('✓  200  https://a.example/\n')
  screen.world.stderr.write('scrape-status: a word\n')
  vi.advanceTimersByTime(200)
  expect(written()).toContain('waiting')
  expect(screenOf(all.join(''))).toEqual([
    '✓  200  https://a.example/',
    'scrape-status: a word',
    '0 of 10 · waiting for slow.example',
  ])
})

test('where only one of them is a terminal the other is left as it is', () => {
  const world = createTestWorld({ isTTY: true })
  Object.assign(world.stdout, { isTTY: false })
  const screen = createScreen(world)
  expect(screen.world.stdout).toBe(world.stdout)
  expect(screen.world.stderr).not.toBe(world.stderr)
  const piped = createTestWorld()
  expect(createScreen(piped).world).toBe(piped)
})

const MANY = { done: 812, known: 10_000, failed: 3 }
const LATER = { failing: 3, sample: 'https://a.example/x', leftMs: 99_500, isUntilFine: true }

test.each<[Partial<ProgressFigures>, perSecond: number, text: string]>([
  [MANY, 203, '812 of 10,000 (8.1 %) · 203/s · 3 failed · 46 s left · waiting for slow.example'],
  [{ ...MANY, failed: 12_345 }, 0, '812 of 10,000 (8.1 %) · 0.0/s · 12,345 failed · waiting for slow.example'],
  [{ done: 16, known: 17 }, 40, '16 of 17 · waiting for slow.example'],
  [{ done: 9900, known: 10_000 }, 40, '9900 of 10,000 (99 %) · 40/s · waiting for slow.example'],
  [{ done: 5, known: 7, inputEnded: false }, 0.5, '5 of 7+ · 0.5/s · waiting for slow.example'],
  [{ done: 10 }, 10, '10 of 10'],
  [{ done: 1, known: 1001, waitsFor: null }, 1, '1 of 1001 (0.1 %) · 1.0/s · 17 min left'],
  [{ done: 1, known: 20_001, waitsFor: null }, 1, '1 of 20,001 (0.0 %) · 1.0/s · 6 h left'],
  [{ done: 0, known: 0, inputEnded: false, waitsFor: null }, 0, '0 of 0+ · 0.0/s'],
  // A quarter of the file was read, half of what was read is done.
  [
    { done: 5000, known: 10_000, inputEnded: false, readShare: 0.25 },
    100,
    '5000 of 10,000+ (12 %) · 100/s · 6 min left · waiting for slow.example',
  ],
  // The first half of it had been done by an earlier run.
  [
    { done: 0, known: 1000, inputEnded: false, readShare: 0.75, knownFromShare: 0.5, waitsFor: null },
    10,
    '0 of 1000+ (0.0 %) · 10/s · 3 min left',
  ],
  [
    { done: 3, known: 4, waitsFor: { host: 'api.example', askedMs: 4200 } },
    1,
    '3 of 4 · waiting for api.example, which asked for 5 s',
  ],
  [
    { done: 9, known: 12, later: LATER },
    1,
    '9 of 12 · 3 failing, asked again for 2 min at most · https://a.example/x and 2 more',
  ],
  [
    { done: 9, known: 10, later: { ...LATER, failing: 1, isUntilFine: false, leftMs: 12_000 } },
    1,
    '9 of 10 · 1 failing, asked once more in 12 s · https://a.example/x',
  ],
  [
    { done: 9, known: 10, later: { ...LATER, failing: 1, isUntilFine: false, leftMs: 0 } },
    1,
    '9 of 10 · 1 failing, asked once more · https://a.example/x',
  ],
])('%j at %d a second reads well', (figures, perSecond, text) => {
  expect(progressText({ ...FIGURES, ...figures }, perSecond, escapeText)).toBe(text)
})

test('how fast it is is how fast it was in the last seconds', () => {
  const rate = new RecentRate(0)
  for (let second = 1; second <= 10; second++) rate.add(second * 1000, second * 100)
  expect(rate.perSecond()).toBe(100)
  for (let second = 11; second <= 25; second++) rate.add(second * 1000, 1000)
  expect(rate.perSecond()).toBe(0)
})
