// The progress line, seen as a terminal would show it.

import { Writable } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createProgress, type ProgressFigures, progressText } from '../../src/command/progress.js'
import { escapeText } from '../../src/report/escape.js'
import type { TerminalWritable } from '../../src/words/world.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const FIGURES: ProgressFigures = { done: 0, known: 10, inputEnded: true, failed: 0, waitsFor: 'slow.example' }

function start({ columns = 80, isTTY = true, figures = () => FIGURES } = {}) {
  let written = ''
  const stream: TerminalWritable = new Writable({
    write(chunk, _, done) {
      written += chunk
      done()
    },
  })
  if (isTTY) Object.assign(stream, { isTTY, columns })
  const startedAt = Date.now()
  const progress = createProgress({ stream, figures, now: () => Date.now() - startedAt, safe: escapeText })
  return { progress, written: () => written, stream }
}

/** What stands on the screen: carriage return, line feed, erase to the end of the line, letters that overwrite. */
function screen(text: string): string[] {
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
    figures: () => ({ ...FIGURES, done, waitsFor: done < 5 ? 'a.very.long.example' : null }),
  })
  vi.advanceTimersByTime(200)
  expect(screen(written())).toEqual(['0 of 10 · 0.0/s · waiting for a.very.long.example'])
  done = 5
  vi.advanceTimersByTime(200)
  expect(screen(written())).toEqual(['5 of 10 · 13/s · 1 s left'])
  progress.stop()
  expect(screen(written())).toEqual([''])
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
  const { written } = start({ columns, figures: () => ({ ...FIGURES, waitsFor: long }) })
  vi.advanceTimersByTime(400)
  const [line, ...more] = screen(written())
  expect(more).toEqual([])
  expect(line!.length).toBeLessThan(columns)
})

test('without a terminal: one plain line every 30 s, because CI kills silent jobs', () => {
  const { progress, written } = start({ isTTY: false })
  vi.advanceTimersByTime(29_999)
  expect(written()).toBe('')
  vi.advanceTimersByTime(60_001)
  expect(written()).toBe('0 of 10 · 0.0/s · waiting for slow.example\n'.repeat(3))
  progress.stop()
  expect(written()).not.toMatch(/[\r\x1b]/)
})

test('a host name cannot draw on the terminal', () => {
  const { written } = start({ figures: () => ({ ...FIGURES, waitsFor: '\x1b[2Jevil\r\n\u202e' }) })
  vi.advanceTimersByTime(200)
  expect(written().slice(1, -3)).not.toMatch(/[\x00-\x1f\u202e]/)
})

test.each<[Partial<ProgressFigures>, elapsedMs: number, text: string]>([
  [
    { done: 812, known: 10_000, failed: 3 },
    4000,
    '812 of 10,000 · 203/s · 3 failed · 46 s left · waiting for slow.example',
  ],
  [{ done: 5, known: 7, inputEnded: false }, 10_000, '5 of 7+ · 0.5/s · waiting for slow.example'],
  [{ done: 10 }, 1000, '10 of 10 · 10/s'],
  [{ done: 1, known: 1001, waitsFor: null }, 1000, '1 of 1,001 · 1.0/s · 17 min left'],
  [{ done: 1, known: 20_001, waitsFor: null }, 1000, '1 of 20,001 · 1.0/s · 6 h left'],
  [{ done: 0, known: 0, inputEnded: false, waitsFor: null }, 0, '0 of 0+ · 0.0/s'],
])('%j reads well', (figures, elapsedMs, text) => {
  expect(progressText({ ...FIGURES, ...figures }, elapsedMs, escapeText)).toBe(text)
})
