// A hash table of digests that never forgets: 16 bytes an entry, so that ten million cost 240 MB. Knows nothing of what
// the digests are of.

/** 96 bits of a hash that nobody can choose, in three words. */
export type Digest = readonly [a: number, b: number, c: number]

/** Digests and the number that each came with first. */
export interface DigestTable {
  /** The number of the first equal digest; null where this is the first, and then it is remembered. Up to 2^32 - 2. */
  findOrAdd(digest: Digest, value: number): number | null
  /** Bytes of all segments, for tests. */
  bytes(): number
}

/** The tables grow one by one, so that no moment needs two copies of everything. */
const SEGMENTS = 256
const FIRST_SLOTS = 16
/** Between 0.85 / 1.25 and 0.85 full, 16 bytes a slot are 18.8 to 23.5 bytes an entry. */
const GROWTH = 1.25
const FULLEST = 0.85
/** Three words of the digest and the value + 1 (0 = free): 16 bytes. */
const SLOT_WORDS = 4
const TWO_32 = 2 ** 32

/** An empty one. */
export function createDigestTable(): DigestTable {
  const segments = Array.from({ length: SEGMENTS }, () => new Segment())
  return {
    findOrAdd: (digest, value) => segments[digest[0] % SEGMENTS]!.findOrAdd(digest, value),
    bytes: () => segments.reduce((sum, { byteLength }) => sum + byteLength, 0),
  }
}

/** One of the tables, with open addressing: a class, because there are millions of calls and the state is one array. */
class Segment {
  #table = new Uint32Array(0)
  #used = 0

  get byteLength(): number {
    return this.#table.byteLength
  }

  findOrAdd([a, b, c]: Digest, value: number): number | null {
    if ((this.#used + 1) * SLOT_WORDS > this.#table.length * FULLEST) this.#grow()
    const table = this.#table
    let at = slotOf(b, table)
    while (table[at + 3] !== 0) {
      if (table[at] === a && table[at + 1] === b && table[at + 2] === c) return table[at + 3]! - 1
      at = nextSlot(at, table)
    }
    table[at] = a
    table[at + 1] = b
    table[at + 2] = c
    table[at + 3] = value + 1
    this.#used++
    return null
  }

  #grow(): void {
    const old = this.#table
    const slots = Math.max(FIRST_SLOTS, Math.ceil((old.length / SLOT_WORDS) * GROWTH))
    const table = new Uint32Array(slots * SLOT_WORDS)
    for (let from = 0; from < old.length; from += SLOT_WORDS) {
      if (old[from + 3] === 0) continue
      let at = slotOf(old[from + 1]!, table)
      while (table[at + 3] !== 0) at = nextSlot(at, table)
      for (let word = 0; word < SLOT_WORDS; word++) table[at + word] = old[from + word]!
    }
    this.#table = table
  }
}

/** A table may have any number of slots: the hash is scaled to it instead of masked. */
function slotOf(b: number, table: Uint32Array): number {
  return Math.floor((b / TWO_32) * (table.length / SLOT_WORDS)) * SLOT_WORDS
}

function nextSlot(at: number, table: Uint32Array): number {
  return at + SLOT_WORDS === table.length ? 0 : at + SLOT_WORDS
}
