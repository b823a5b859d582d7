// Numbers by digest, never forgotten: a hash table of bare words, so that ten million entries cost 140 to 240 MB. Knows
// nothing of what the digests are of, and never sees it.

/** Words of 32 bits of a hash that nobody can choose; as many as the table was made for. */
export type Digest = readonly number[]

/** A table's measures. */
export interface DigestTableOptions {
  /** How many words tell two entries apart: 2 are 64 bits. */
  readonly words: number
  /** How much larger a part becomes when it is full: the less, the less is free and the oftener it is copied. */
  readonly growth: number
}

/** The parts grow one by one, so that no moment needs two copies of everything. */
const PARTS = 256
const FIRST_SLOTS = 4
const FULLEST = 0.85
const TWO_32 = 2 ** 32

/** A class, because there are millions of calls and the state is a few arrays. */
export class DigestTable {
  readonly #parts: Uint32Array[]
  readonly #used = new Uint32Array(PARTS)
  readonly #words: number
  /** Those of the digest, and the value: 0 where the slot is free. */
  readonly #slotWords: number
  readonly #growth: number
  #size = 0

  constructor({ words, growth }: DigestTableOptions) {
    this.#words = words
    this.#slotWords = words + 1
    this.#growth = growth
    this.#parts = Array.from({ length: PARTS }, () => new Uint32Array(FIRST_SLOTS * this.#slotWords))
  }

  /** How many digests have a value. */
  get size(): number {
    return this.#size
  }

  /** Of memory, for tests. */
  get bytes(): number {
    return this.#parts.reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  /** The value of a digest; 0: it has none. */
  get(digest: Digest): number {
    const part = this.#parts[digest[0]! % PARTS]!
    return part[this.#slot(part, digest) + this.#words]!
  }

  /** Gives a digest its value, from 1 to 2^32 - 1. */
  set(digest: Digest, value: number): void {
    const at = digest[0]! % PARTS
    let part = this.#parts[at]!
    let slot = this.#slot(part, digest)
    if (part[slot + this.#words] === 0) {
      if ((this.#used[at]! + 1) * this.#slotWords > part.length * FULLEST) {
        part = this.#grown(part)
        this.#parts[at] = part
        slot = this.#slot(part, digest)
      }
      this.#used[at]!++
      this.#size++
      for (let word = 0; word < this.#words; word++) part[slot + word] = digest[word]!
    }
    part[slot + this.#words] = value
  }

  /** Where the digest is, or the free slot where it would go. */
  #slot(part: Uint32Array, digest: Digest): number {
    let slot = this.#home(part, digest[1]!)
    while (part[slot + this.#words] !== 0 && !this.#isAt(part, slot, digest)) slot = this.#next(part, slot)
    return slot
  }

  /** A part may have any number of slots: the hash is scaled to it instead of masked. */
  #home(part: Uint32Array, word: number): number {
    return Math.floor((word / TWO_32) * (part.length / this.#slotWords)) * this.#slotWords
  }

  #next(part: Uint32Array, slot: number): number {
    return slot + this.#slotWords === part.length ? 0 : slot + this.#slotWords
  }

  #isAt(part: Uint32Array, slot: number, digest: Digest): boolean {
    for (let word = 0; word < this.#words; word++) if (part[slot + word] !== digest[word]) return false
    return true
  }

  #grown(old: Uint32Array): Uint32Array {
    const part = new Uint32Array(Math.ceil((old.length / this.#slotWords) * this.#growth) * this.#slotWords)
    for (let from = 0; from < old.length; from += this.#slotWords) {
      if (old[from + this.#words] === 0) continue
      let to = this.#home(part, old[from + 1]!)
      while (part[to + this.#words] !== 0) to = this.#next(part, to)
      for (let word = 0; word < this.#slotWords; word++) part[to + word] = old[from + word]!
    }
    return part
  }
}
