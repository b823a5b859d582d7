// The formats for programs that hold JSON: read again by a real parser, checked against the shipped schemas.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FIELDS } from '../../../src/report/fields.js'
import { FORMATS } from '../../../src/report/formats/index.js'
import { toJson } from '../../../src/report/to-json.js'
import { UsageError } from '../../../src/settings/errors.js'
import { KINDS } from '../../../src/settings/kinds.js'
import { anyNotice, anyVerdict } from '../support/arbitrary-verdict.js'
import { summarySchema, verdictSchema } from '../support/schemas.js'
import { printed, summaryOf, surroundings, VERDICTS, verdict } from '../support/verdicts.js'

const DANGEROUS = /[\x00-\x09\x0b-\x1f\p{Cf}\p{Cs}\p{Zl}\p{Zp}\x7f-\x9f]|##|\n\s*::/u
const ndjson = (fields: string[] | null = null) => FORMATS.ndjson.create(surroundings({ fields }))

describe('ndjson', () => {
  it('prints the sample verdicts', () => {
    expect(printed(ndjson(), VERDICTS)).toMatchSnapshot()
  })

  it('is JSON.stringify of the record where nothing needs another escape', () => {
    for (const one of VERDICTS) expect(ndjson().each(one)).toBe(`${JSON.stringify(one)}\n`)
  })

  it('any verdict is one safe line that parses to the same record and fits the schema', () => {
    fc.assert(
      fc.property(anyVerdict, (one) => {
        const line = ndjson().each(one)
        expect(line.indexOf('\n')).toBe(line.length - 1)
        expect(line).not.toMatch(DANGEROUS)
        expect(line).toBe(`${toJson(one)}\n`)
        const parsed = JSON.parse(line)
        expect(parsed).toEqual(JSON.parse(JSON.stringify(one)))
        expect(Object.keys(parsed)).toEqual(FIELDS)
        expect(verdictSchema.faults(parsed)).toBe('')
      }),
      { numRuns: 500 },
    )
  })

  it('is valid JSON also with numbers that JSON does not have', () => {
    const odd = verdict({ durationMs: Number.NaN, index: -0, bodyBytes: Number.POSITIVE_INFINITY })
    expect(ndjson().each(odd)).toBe(`${JSON.stringify(odd)}\n`)
  })

  it('prints only the named fields in the named order, parts by their dotted names', () => {
    expect(ndjson(['url', 'status', 'timingsMs.dns', 'tls']).each(verdict({ tls: null }))).toBe(
      '{"url":"https://www.example.com/","status":200,"timingsMs.dns":12,"tls":null}\n',
    )
  })

  it('refuses a field that there is not', () => {
    expect(() => ndjson(['url', 'staus'])).toThrow(
      new UsageError('--fields staus: no such field; did you mean status?'),
    )
    expect(() => ndjson(['nothing-like-it'])).toThrow(/one of index line source/)
  })
})

describe('json', () => {
  const json = (verdicts: typeof VERDICTS, fields: string[] | null = null) =>
    printed(FORMATS.json.create(surroundings({ fields })), verdicts)

  it('prints the sample verdicts', () => {
    expect(json(VERDICTS)).toMatchSnapshot()
  })

  it('is valid with many verdicts, one and none', () => {
    for (const verdicts of [VERDICTS, VERDICTS.slice(0, 1), []]) {
      const document = JSON.parse(json(verdicts))
      expect(Object.keys(document)).toEqual(['schema', 'verdicts', 'summary'])
      expect(document.verdicts).toEqual(verdicts)
      expect(document.summary).toEqual(summaryOf())
    }
  })

  it('has one verdict a line', () => {
    expect(json(VERDICTS).split('\n')).toHaveLength(1 + VERDICTS.length + 1 + 1)
  })

  it('narrows the verdicts and not the summary', () => {
    const document = JSON.parse(json(VERDICTS, ['status']))
    expect(document.verdicts[2]).toEqual({ status: 404 })
    expect(summarySchema.faults(document.summary)).toBe('')
  })

  it('any verdicts and notices make a safe document that fits both schemas', () => {
    fc.assert(
      fc.property(fc.array(anyVerdict, { maxLength: 3 }), anyNotice, (verdicts, notice) => {
        const text = printed(FORMATS.json.create(surroundings()), verdicts, summaryOf(notice))
        expect(text).not.toMatch(DANGEROUS)
        const document = JSON.parse(text)
        expect(document.verdicts.map(verdictSchema.faults).join('')).toBe('')
        expect(summarySchema.faults(document.summary)).toBe('')
      }),
    )
  })
})

describe('summary', () => {
  it('prints the totals as one line', () => {
    expect(printed(FORMATS.summary.create(), VERDICTS)).toMatchSnapshot()
  })

  it('a hostile notice stays on that line and fits the schema', () => {
    fc.assert(
      fc.property(anyNotice, (notice) => {
        const text = printed(FORMATS.summary.create(), [], summaryOf(notice))
        expect(text).not.toMatch(DANGEROUS)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(summaryOf(notice))))
        expect(summarySchema.faults(JSON.parse(text))).toBe('')
      }),
    )
  })
})

describe('the schemas', () => {
  it('know every field of the record, in its order, and every kind', () => {
    expect(Object.keys(verdictSchema.schema.properties)).toEqual(FIELDS)
    expect(verdictSchema.schema.required).toEqual(FIELDS)
    expect(Object.keys(summarySchema.schema.properties)).toEqual(Object.keys(summaryOf()))
    const kinds = verdictSchema.schema.properties.kind as unknown as { anyOf: { enum?: string[] }[] }
    expect(kinds.anyOf[0]!.enum).toEqual(Object.keys(KINDS))
  })

  it('describe every field', () => {
    const undescribed = (schema: unknown): string[] => {
      const { properties = {}, items } = schema as {
        properties?: Record<string, { description?: string }>
        items?: unknown
      }
      const own = Object.entries(properties).flatMap(([name, inner]) => [
        ...(inner.description ? [] : [name]),
        ...undescribed(inner),
      ])
      return items === undefined ? own : [...own, ...undescribed(items)]
    }
    expect([verdictSchema, summarySchema].flatMap(({ schema }) => undescribed(schema))).toEqual([])
  })

  it.each([
    ['an unknown field', { more: 1 }],
    ['a status of 42', { status: 42 }],
    ['an unknown kind', { kind: 'odd' }],
    ['no reason', { reason: '' }],
    ['a local time', { checkedAt: '2026-09-23T10:00:00+02:00' }],
    ['half a second look', { secondLook: null }],
  ])('refuse %s', (_, wrong) => {
    expect(verdictSchema.faults({ ...verdict(), ...wrong })).not.toBe('')
  })
})

it('toJson gives back what JSON.parse reads, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(JSON.parse(toJson({ text: `\\##${text}` }))).toEqual({ text: JSON.parse(JSON.stringify(`\\##${text}`)) })
    }),
  )
})
