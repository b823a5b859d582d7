// One slice, asked by the near asker: lines in, rows and what was not asked out. It ends early where it has to.

import { type AskerOptions, createAsker } from '../ask/asker.js'
import type { Engine } from '../ask/engine.js'
import { packRows } from '../ask/threads/packed-rows.js'
import { inOneBatch } from '../flow/in-one-batch.js'
import { redact } from '../report/redact.js'
import type { Asking } from '../settings/seams.js'
import type { Target } from '../settings/target.js'
import { type LineContext, parseLine } from '../targets/parse-line.js'
import { isLocal } from '../words/kinds.js'
import type { Verdict } from '../words/verdict.js'
import { hideValues } from './hide-values.js'
import type { Answer, Sent, Slice } from './protocol.js'

/** What the lines of a run are asked with, made of its flags as this machine reads them. */
export interface Equipment {
  readonly engine: Engine
  readonly asker: AskerOptions
  readonly lines: LineContext
  /** What the environment of this machine has put into lines and headers: no row may bring it to others. */
  readonly secrets: readonly string[]
  /** It is used no more. */
  release(): void
}

/** Why a slice ends before all of it was asked. */
export interface SliceEnd {
  /** Begins nothing any more; what is on the wire may end. */
  gently(): void
  /** Ends what is on the wire. */
  now(): void
}

/** A slice under way. */
export interface AskingSlice extends SliceEnd {
  readonly done: Promise<Answer>
}

/** How often lines are handed back for lack of a network; after that it is what is told of them. */
const FRUITLESS_MAX = 5

/** Throws, by `done`, where a line cannot be read here: a `$NAME` that this machine does not have. */
export function askSlice(slice: Slice, equipment: Promise<Equipment>): AskingSlice {
  const targets: Target[] = []
  let asking: Asking | null = null
  let isEnding = false
  let isFruitless = false
  const ask = async ({ engine, asker, lines, secrets }: Equipment): Promise<Answer> => {
    for (const sent of slice.targets) targets.push(targetOf(sent, lines))
    asking = createAsker(engine, asker).ask(inOneBatch(targets), slice)
    if (isEnding) asking.stop()
    const rows: Verdict[] = []
    for await (const batch of asking.results) {
      for (const row of batch) {
        if (isLocal(row.kind) && slice.fruitless < FRUITLESS_MAX) isFruitless = true
        else rows.push(redact(row))
      }
      if (isFruitless) end.now()
    }
    const asked = new Set(rows.map(({ index }) => index))
    const rest = targets.flatMap(({ index }) => (asked.has(index) ? [] : [index]))
    return { rows: hideValues(packRows(rows), secrets), rest, isFruitless }
  }
  const end: SliceEnd = {
    gently() {
      isEnding = true
      asking?.finish?.()
    },
    now() {
      isEnding = true
      asking?.stop()
    },
  }
  const done = equipment.then((own) => ask(own).finally(own.release))
  return { ...end, done }
}

function targetOf([index, line, raw]: Sent, lines: LineContext): Target {
  const parsed = parseLine(raw, lines)
  if (parsed === null || parsed.problem !== null) {
    throw new Error(`line ${line} cannot be read here: ${parsed?.problem?.reason ?? 'it is blank'}`)
  }
  return { index, line, source: '', ...parsed }
}
