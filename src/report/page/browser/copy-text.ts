// Text to the clipboard, also where the page was opened from a place that the browser does not trust with it (plain http).

import { element } from './element.js'

/** Resolves to whether it is there. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

function copyBySelection(text: string): boolean {
  const area = element('textarea', { class: 'unseen', 'aria-hidden': 'true' }) as HTMLTextAreaElement
  area.value = text
  document.body.append(area)
  area.select()
  // Deprecated, and the only way there.
  const done = document.execCommand('copy')
  area.remove()
  return done
}
