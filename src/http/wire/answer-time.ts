// What time it is by an answer's head (RFC 9110 §6.6.1, RFC 9111 §5.1).

import { headerValues } from './reply-headers.js'

/** Ms since 1970; null where the answer does not say. A cache's own time is that of its origin and the age since then. */
export function answerTime(rawHeaders: readonly Buffer[]): number | null {
  const [date] = headerValues(rawHeaders, 'date')
  const saidMs = date === undefined ? Number.NaN : Date.parse(date)
  if (Number.isNaN(saidMs)) return null
  const [age = ''] = headerValues(rawHeaders, 'age')
  return /^\d{1,9}$/.test(age) ? saidMs + Number(age) * 1000 : saidMs
}
