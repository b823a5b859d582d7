// The shipped schemas, compiled by a real validator.

import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

/** A compiled schema and what it says of a value: '' when the value is right. */
export interface Schema {
  readonly schema: { readonly properties: Readonly<Record<string, { readonly description?: string }>> } & Record<
    string,
    unknown
  >
  readonly faults: (value: unknown) => string
}

export const verdictSchema = load('verdict')
export const summarySchema = load('summary')

function load(name: string): Schema {
  const schema = JSON.parse(readFileSync(new URL(`../../../schema/${name}.schema.json`, import.meta.url), 'utf8'))
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, allowUnionTypes: true })
  formats.default(ajv)
  const validate: ValidateFunction = ajv.compile(schema)
  return { schema, faults: (value) => (validate(value) ? '' : ajv.errorsText(validate.errors)) }
}
