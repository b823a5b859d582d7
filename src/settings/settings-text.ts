// Settings as text, to tell whether two are the same.

/** JSON; sets of statuses and patterns are in it as they are written. */
export function settingsText(settings: unknown): string {
  return JSON.stringify(settings, (_name, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    const text = String(value)
    return text === '[object Object]' ? value : text
  })
}
