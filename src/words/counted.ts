// Numbers with their noun.

/** `1 URL`, `2 URLs`; for nouns with a plain plural. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
