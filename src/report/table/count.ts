// Numbers for people.

/** `10,000`; four digits stay as they are. */
export function count(value: number): string {
  const digits = `${value}`
  return digits.length < 5 ? digits : digits.replace(/\B(?=(?:\d{3})+$)/g, ',')
}
