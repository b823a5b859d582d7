// Verdicts to several reports: redacted, in step with the slowest reader, and in spite of one that left.

import { describe, expect, it, vi } from 'vitest'
import { FORMATS } from '../../src/report/formats/index.js'
import { createReport } from '../../src/report/report.js'
import type { Reporter, Sink } from '../../src/words/output.js'
import { summaryOf, surroundings, VERDICTS, verdict } from './support/verdicts.js'

interface Fake extends Sink {
  text: string
  gone: boolean
  error: Error | null
  wait: Promise<void> | undefined
  ended: boolean
}

function fakeSink(name = 'stdout'): Fake {
  const sink: Fake = {
    name,
    text: '',
    gone: false,
    error: null,
    wait: undefined,
    ended: false,
    write(text) {
      sink.text += text
      return sink.wait
    },
    async end() {
      sink.ended = true
    },
  }
  return sink
}

const ndjson = () => FORMATS.ndjson.create(surroundings())

it('feeds every report from its head to its end', async () => {
  const [lines, document] = [fakeSink(), fakeSink('report.json')]
  const report = createReport([
    { reporter: ndjson(), sink: lines },
    { reporter: FORMATS.json.create(surroundings()), sink: document },
  ])
  expect(report.begin()).toBeUndefined()
  for (const one of VERDICTS) expect(report.each(one)).toBeUndefined()
  await report.end(summaryOf())
  expect(lines.text.split('\n')).toHaveLength(VERDICTS.length + 1)
  expect(JSON.parse(document.text).verdicts).toEqual(VERDICTS)
  expect([lines.ended, document.ended]).toEqual([true, true])
})

it('no reporter sees a secret, and the verdict of the caller keeps it', () => {
  const seen: string[] = []
  const reporter: Reporter = { each: (one) => `${seen.push(one.url)}`, end: () => [] }
  const own = verdict({ url: 'https://u:S3CRET@e.com/?token=S3CRET' })
  createReport([
    { reporter, sink: fakeSink() },
    { reporter, sink: fakeSink() },
  ]).each(own)
  expect(seen).toEqual(Array(2).fill('https://***@e.com/?token=***'))
  expect(own.url).toContain('S3CRET')
})

describe('waiting', () => {
  it('lasts until the slowest sink has room', async () => {
    const [one, other] = [fakeSink(), fakeSink()]
    let free!: () => void
    one.wait = Promise.resolve()
    other.wait = new Promise((done) => {
      free = done
    })
    const waits = createReport([one, other].map((sink) => ({ reporter: ndjson(), sink }))).each(VERDICTS[0]!)
    const done = vi.fn()
    const settled = waits!.then(done)
    await one.wait
    expect(done).not.toHaveBeenCalled()
    free()
    await settled
    expect(done).toHaveBeenCalledOnce()
  })

  it('is not asked of a sink that gets nothing', () => {
    const sink = fakeSink()
    sink.wait = Promise.resolve()
    expect(createReport([{ reporter: FORMATS.summary.create(), sink }]).each(VERDICTS[0]!)).toBeUndefined()
  })
})

describe('a sink that is done', () => {
  it('gets nothing more, and the others go on', async () => {
    const [left, stays] = [fakeSink(), fakeSink()]
    const report = createReport([left, stays].map((sink) => ({ reporter: ndjson(), sink })))
    report.each(VERDICTS[0]!)
    left.gone = true
    report.each(VERDICTS[1]!)
    await report.end(summaryOf())
    expect(left.text.split('\n')).toHaveLength(2)
    expect(stays.text.split('\n')).toHaveLength(3)
    expect([report.allGone, report.errors]).toEqual([false, []])
  })

  it('is told by name when it failed, and the run can stop when none is left', () => {
    const [left, full] = [fakeSink(), fakeSink('report.csv')]
    const report = createReport([left, full].map((sink) => ({ reporter: ndjson(), sink })))
    left.gone = true
    expect(report.allGone).toBe(false)
    full.error = new Error('ENOSPC')
    expect(report.allGone).toBe(true)
    expect(report.errors).toEqual([{ name: 'report.csv', error: full.error }])
  })

  it('is none where there are no sinks', () => {
    expect(createReport([]).allGone).toBe(false)
  })
})
