// What a list is read as when it is not UTF-8. By hand, because a Node without full ICU has no such decoder, and some
// releases of Node read 0x80-0x9f as latin1 (nodejs/node#56542).

/** 0x80 to 0x9f (WHATWG Encoding, index windows-1252); the five holes stay control characters. */
const HIGH = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'

/** Reads every byte as one character; never fails. */
export function decodeWindows1252(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[\x80-\x9f]/g, (c) => HIGH[c.charCodeAt(0) - 0x80]!)
}
