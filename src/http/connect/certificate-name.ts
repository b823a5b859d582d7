// Whose a certificate is, in as few words as there are.

/** The common name of a subject's or issuer's lines, else its organisation, else all of it. */
export function certificateName(lines: string): string {
  const field = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(lines)?.[1]
  return field('CN') ?? field('O') ?? lines.replaceAll('\n', ', ')
}
