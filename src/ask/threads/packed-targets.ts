// Targets on their way to a thread: what is needed to ask, as one text. What only a row needs stays behind.

import type { Target } from '../../settings/target.js'
import { type Asked, settingsFrom, settingsText } from './plain-settings.js'

/** Settings, each once, and then four values a target: index, URL, host, place of its settings. */
type Packed = readonly [settings: readonly string[], values: readonly (number | string)[]]
const VALUES = 4

/** Settings that are remembered on either side; a list may have its own on every line. */
const KNOWN_MAX = 1000

/** Packs; targets that share settings share their text. */
export function createTargetPacker(): (targets: readonly Target[]) => string {
  const texts = new WeakMap<object, WeakMap<object, string>>()
  const textOf = (target: Target): string => {
    let byExpect = texts.get(target.ask)
    if (byExpect === undefined) {
      byExpect = new WeakMap()
      texts.set(target.ask, byExpect)
    }
    let text = byExpect.get(target.expect)
    if (text === undefined) {
      text = settingsText(target)
      byExpect.set(target.expect, text)
    }
    return text
  }
  return (targets) => {
    const places = new Map<string, number>()
    const values: (number | string)[] = []
    let last: Target | null = null
    let place = 0
    for (const target of targets) {
      if (last === null || target.ask !== last.ask || target.expect !== last.expect) {
        const text = textOf(target)
        place = places.get(text) ?? places.size
        places.set(text, place)
        last = target
      }
      values.push(target.index, target.url!, target.host, place)
    }
    return JSON.stringify([[...places.keys()], values] satisfies Packed)
  }
}

/** Unpacks; what has the same settings shares one object, as the main thread's targets do. */
export function createTargetUnpacker(): (text: string) => readonly Target[] {
  let known = new Map<string, Asked>()
  const settingsOf = (text: string): Asked => {
    let found = known.get(text)
    if (found === undefined) {
      if (known.size >= KNOWN_MAX) known = new Map()
      found = settingsFrom(text)
      known.set(text, found)
    }
    return found
  }
  return (text) => {
    const [texts, values] = JSON.parse(text) as Packed
    const settings = texts.map(settingsOf)
    const targets: Target[] = []
    for (let at = 0; at < values.length; at += VALUES) {
      const { ask, expect } = settings[values[at + 3] as number]!
      targets.push({
        index: values[at] as number,
        line: null,
        source: '',
        input: '',
        url: values[at + 1] as string,
        host: values[at + 2] as string,
        problem: null,
        ask,
        expect,
        skip: null,
      })
    }
    return targets
  }
}
