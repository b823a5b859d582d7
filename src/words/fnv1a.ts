// FNV-1a of 32 bits (draft-eastlake-fnv), unit by unit: a hash for fingerprints that nobody would forge.

/** Of nothing. */
export const FNV1A_EMPTY = 0x811c9dc5

/** The hash with one unit more: a byte, or a code unit of a text. The result is signed. */
export function fnv1a(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193)
}
