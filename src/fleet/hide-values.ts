// What `$NAME` stands for on a worker, out of what it tells: a server may send back what it was sent, in a redirect say.

const HIDDEN = '***'
/** Shorter ones are in too many words. */
const SHORTEST = 6

/** A text in JSON, without these values in any of its texts, as they are or as a URL has them. */
export function hideValues(json: string, values: readonly string[]): string {
  const forms = values
    .filter(({ length }) => length >= SHORTEST)
    .flatMap((value) => [value, encodeURIComponent(value), encodeURI(value), Buffer.from(value).toString('base64')])
  const wanted = [...new Set(forms)].toSorted((a, b) => b.length - a.length)
  const isIn = wanted.some((form) => json.includes(JSON.stringify(form).slice(1, -1)))
  if (!isIn) return json
  const hide = (text: string) => wanted.reduce((left, form) => left.replaceAll(form, HIDDEN), text)
  return JSON.stringify(JSON.parse(json), (_, value: unknown) => (typeof value === 'string' ? hide(value) : value))
}
