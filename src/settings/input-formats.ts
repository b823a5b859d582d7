// The formats that a list can have, by the names that the user gives them. How each is read is known above, in
// `targets/formats/`, whose map has an entry for every name here.

/** The names, as in `--input-format` and `FORMAT=FILE`. */
export const INPUT_FORMAT_NAMES = ['text', 'csv', 'tsv', 'json', 'ndjson', 'sitemap'] as const

/** One of them. */
export type InputFormatName = (typeof INPUT_FORMAT_NAMES)[number]
