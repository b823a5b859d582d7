// Which part of a list a host is in. Pure and the same for ever: reports, baselines and other machines lean on it, so a
// change here is a major version. Never knows which shard is running.

import type { Shard } from '../settings/values.js'
import { FNV1A_EMPTY, fnv1a } from '../words/fnv1a.js'
import { withoutTrailingDot } from '../words/without-trailing-dot.js'
import { parseUrl } from './parse-url.js'

/** Up to here `hash * count` is an exact integer in a double: 2^32 * 2^21 = 2^53. */
const MOST_SHARDS = 2 ** 21
const TWO_32 = 2 ** 32

/**
 * The shard of a host, 1 to `count`, as `--shard` counts. All URLs of a host are in the same one, whatever their scheme
 * and port. `host` is what a verdict's `host` says (`URL.hostname`: ASCII, IPv6 in brackets, no port); upper case and one
 * last dot do not count. '', which is the host of a line that holds no URL, is in shard 1. Throws `RangeError` for a
 * `count` that is not a whole number from 1 to 2^21.
 *
 * The algorithm, to be done again in any language: the host in UTF-8, one last dot taken off, A-Z made a-z; FNV-1a of 32
 * bits (draft-eastlake-fnv: from 0x811c9dc5, each byte xor-ed in, then times 0x01000193); the finaliser `fmix32` of
 * MurmurHash3 (Appleby), because the high bits of FNV-1a alone are uneven among neighbours (measured: 10.0.0.0 to
 * 10.0.0.255 in 8 shards are 7 to 60 each, with it 26 to 36); then `floor(hash * count / 2^32) + 1` (Lemire, "Fast random
 * integer generation in an interval", 2019).
 *
 * A multiplication instead of a remainder makes shards nest: shard i of n is exactly shards (i-1)k+1 to ik of nk. So a
 * shard can be split further, into jobs or threads, and every part is as even as the whole.
 */
export function shardOf(host: string, count: number): number {
  if (!(Number.isInteger(count) && count >= 1 && count <= MOST_SHARDS)) {
    throw new RangeError(`shardOf: expected a count from 1 to ${MOST_SHARDS}, got ${count}`)
  }
  if (host === '') return 1
  return Math.floor((mix(hashOf(withoutTrailingDot(host))) * count) / TWO_32) + 1
}

/** Of the UTF-8 bytes, A-Z as a-z; the result is signed. */
function hashOf(text: string): number {
  const bytes = Buffer.from(text)
  let hash = FNV1A_EMPTY
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!
    // Not `toLowerCase`, which follows Unicode from version to version. Bytes of other letters are above 0x7f.
    hash = fnv1a(hash, byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte)
  }
  return hash
}

/** `fmix32`: every bit of the input changes about half of the bits of the result, and no two inputs meet. */
function mix(hash: number): number {
  const first = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35)
  return (second ^ (second >>> 16)) >>> 0
}

/** Whether a row of a report is of this shard, by its URL: '' where the line held none, secrets taken out or not. */
export function isRowOf(shard: Shard | null, url: string): boolean {
  return shard === null || shardOf(parseUrl(url).host, shard.count) === shard.index
}
