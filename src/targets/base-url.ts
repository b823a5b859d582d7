// What lines that are paths are paths of (`--base-url`).

import { ValueError } from '../settings/errors.js'
import { parseUrl } from './parse-url.js'

/** The URL, normalised. Throws `ValueError`, whose words hold nothing of the text: it may hold a password. */
export function parseBaseUrl(text: string): string {
  const { url, problem } = parseUrl(text)
  if (problem === null) return url
  const [reason] = problem.reason.split(':')
  throw new ValueError(`an http or https URL such as https://staging.example.com; this is ${reason}`)
}
