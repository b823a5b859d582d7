// schema/config.schema.json is what the table of settings says, and takes what the program takes.

import { readFile, writeFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { configSchema } from '../support/config-schema.js'

const PATH = '../../schema/config.schema.json'

test('the schema is that of the table of settings', async () => {
  const path = new URL(PATH, import.meta.url)
  if (process.env.WRITE_SCHEMA) await writeFile(path, `${JSON.stringify(configSchema(), null, 2)}\n`)
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(configSchema())
})

test('the schema takes a file with everything, and no other key', async () => {
  const schema = JSON.parse(await readFile(new URL(PATH, import.meta.url), 'utf8'))
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema)
  const config = {
    $schema: 'x',
    inputs: ['a.txt'],
    accept: 404,
    timeout: '5s',
    headers: ['A: b'],
    follow: false,
    output: 'a.csv',
  }
  expect(validate(config)).toBe(true)
  expect(validate({ ...config, timeuot: '5s' })).toBe(false)
  expect(validate({ ...config, env: ['TOKEN'] })).toBe(false)
})
