// Numbers for people, alone and with their noun.

/** `1 URL`, `2 URLs`; for nouns with a plain plural. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** `10,000`; four digits stay as they are. */
export function grouped(count: number): string {
  const digits = `${count}`
  return digits.length < 5 ? digits : digits.replace(/\B(?=(?:\d{3})+$)/g, ',')
}
