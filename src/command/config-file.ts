// `scrape-status.config.json`: flags in a file, for everybody who runs the same list. JSON and no code, in the working folder
// and nowhere above it. It may have come with a checkout that a stranger wrote, so it reads no environment that was not
// granted by `--env`, and writes nothing outside of its folder.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, normalize } from 'node:path'
import type { Node } from 'jsonc-parser'
import type { CommandOptions } from '../report/formats/output-request.js'
import { UsageError, ValueError } from '../settings/errors.js'
import { type Environment, ExpansionError, expand, variablesOfList } from '../targets/expand.js'
import { readRule } from '../targets/rules.js'
import { nearest } from '../words/nearest.js'
import { CONFIG_KEYS, type ConfigKey } from './config-keys.js'

export const CONFIG_NAME = 'scrape-status.config.json'

/** What a file says. */
export interface ConfigFile {
  readonly name: string
  readonly options: Partial<CommandOptions>
  /** Read where no input is named. */
  readonly inputs: readonly string[]
}

export interface ConfigRequest {
  /** `--config FILE`, or `none`; null: the one of the working folder, if there is one. */
  readonly named: string | null
  /** `--untrusted`: what lies around is a stranger's too. */
  readonly untrusted: boolean
  /** Names of the environment that may be read: those of `--env`. */
  readonly granted: readonly string[]
  readonly env: Environment
}

/** Null where there is none. Throws a `UsageError` with file and line for what cannot be read as one. */
export function readConfigFile(request: ConfigRequest): ConfigFile | null {
  const { named, untrusted } = request
  if (named === 'none' || (named === null && untrusted)) return null
  const name = named ?? CONFIG_NAME
  let text: string
  try {
    text = readFileSync(name, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (named === null && code === 'ENOENT') return null
    throw new UsageError(`--config ${name}: ${code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`}`)
  }
  return readConfigText(name, text, request)
}

/** The same of a text that is there. */
export function readConfigText(
  name: string,
  text: string,
  request: Pick<ConfigRequest, 'granted' | 'env'>,
): ConfigFile {
  return new ConfigReader(name, text.replace(/^\ufeff/, ''), request).read()
}

class ConfigReader {
  readonly #name: string
  readonly #text: string
  readonly #request: Pick<ConfigRequest, 'granted' | 'env'>

  constructor(name: string, text: string, request: Pick<ConfigRequest, 'granted' | 'env'>) {
    this.#name = name
    this.#text = text
    this.#request = request
  }

  read(): ConfigFile {
    const options: Record<string, unknown> = {}
    let inputs: readonly string[] = []
    const seen = new Set<string>()
    for (const { key, node, value } of this.#members()) {
      if (seen.has(key)) throw this.#wrong(node, `${key} is there twice`)
      seen.add(key)
      if (key === '$schema') continue
      if (key === 'inputs') inputs = this.#texts(key, value)
      else {
        const found = CONFIG_KEYS.find((each) => each.key === key)
        if (found === undefined) throw this.#wrong(node, unknownKey(key))
        options[found.flag.name] = this.#valueOf(found, value)
      }
    }
    return { name: this.#name, options: options as Partial<CommandOptions>, inputs }
  }

  /** The members of the object that the file is. */
  #members(): { key: string; node: Node; value: Node }[] {
    const { parseTree, printParseErrorCode } = createRequire(import.meta.url)(
      'jsonc-parser',
    ) as typeof import('jsonc-parser')
    const errors: import('jsonc-parser').ParseError[] = []
    const root = parseTree(this.#text, errors, { disallowComments: true, allowTrailingComma: false })
    const [first] = errors
    if (first !== undefined) {
      const code = printParseErrorCode(first.error)
      const what = code === 'InvalidCommentToken' ? 'a comment, which JSON does not have' : `no JSON: ${inWords(code)}`
      throw this.#wrong(first, what)
    }
    if (root?.type !== 'object') throw this.#wrong(root ?? { offset: 0 }, 'expected an object with options')
    return (root.children ?? []).map((member) => {
      const [name, value] = member.children as [Node, Node]
      return { key: String(name.value), node: name, value }
    })
  }

  #valueOf(found: ConfigKey, node: Node): unknown {
    const { key, flag } = found
    const { setting } = flag
    if (!setting.flag.includes('<')) {
      if (node.type !== 'boolean') throw this.#wrong(node, `${key}: expected true or false`)
      return node.value
    }
    // As its opposite: where a flag has a default that can be turned off.
    if (node.type === 'null') return setting.initial
    const nodes = setting.type.isList && node.type === 'array' ? (node.children ?? []) : [node]
    const values = nodes.map((each) => this.#read(found, { text: this.#textOf(key, each), node: each }))
    return setting.type.isList ? values.flat() : values[0]
  }

  #texts(key: string, node: Node): readonly string[] {
    return (node.type === 'array' ? (node.children ?? []) : [node]).map((each) => this.#textOf(key, each))
  }

  #textOf(key: string, node: Node): string {
    if (node.type === 'string' || node.type === 'number') return String(node.value)
    throw this.#wrong(node, `${key}: expected ${node.type === 'array' ? 'one text or number' : 'a text or a number'}`)
  }

  #read({ key, flag: { setting } }: ConfigKey, at: { text: string; node: Node }): unknown {
    const { type, expands, secret } = setting
    const { text, node } = at
    const { env, granted } = this.#request
    if (WRITES.has(key)) this.#refuseOutside(key, at)
    try {
      // What is written is read as it will be: a look at the text alone sees other names than those that are put in.
      const variables = { ...variablesOfList(granted, env), strict: true }
      if (key === 'rules') readRule(text, variables, key)
      return type.read(expands === undefined ? text : expand(text, expands, variables))
    } catch (error) {
      if (error instanceof ExpansionError) throw this.#wrong(node, `${key}: ${error.message}`)
      if (error instanceof UsageError) throw this.#wrong(node, error.message)
      if (!(error instanceof ValueError)) throw error
      throw this.#wrong(node, `${key}${secret ? '' : ` ${text}`}: expected ${error.expected}`)
    }
  }

  #refuseOutside(key: string, { text, node }: { text: string; node: Node }): void {
    const path = /^[a-z]+=(.*)$/s.exec(text)?.[1] ?? text
    if (!isAbsolute(path) && normalize(path).split(/[\\/]/)[0] !== '..') return
    throw this.#wrong(node, `${key} ${text}: a file outside of this folder is named by a flag only`)
  }

  #wrong({ offset }: Pick<Node, 'offset'>, what: string): UsageError {
    const line = this.#text.slice(0, offset).split('\n').length
    return new UsageError(`${this.#name}:${line}: ${what}`)
  }
}

/** Keys whose files are written. */
const WRITES: ReadonlySet<string> = new Set(['output', 'writeFailed', 'baseline'])

function unknownKey(key: string): string {
  const near = nearest(key, [...CONFIG_KEYS.map((each) => each.key), 'inputs'])
  const flag = /^-/.test(key) ? '; without the dashes' : ''
  const advice = key === 'env' ? '; only by a flag: --env NAME' : near === null ? flag : `; did you mean ${near}?`
  return `unknown key ${key}${advice}`
}

/** `a comma is missing` of `CommaExpected`. */
function inWords(code: string): string {
  const words = code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return words.endsWith(' expected') ? `${words.slice(0, -' expected'.length)} is missing` : words
}
