// On paper: all groups open, and of the rows what is filtered, else what is not fine. Nobody needs pages of what is fine.

import { grouped as count } from '../../../words/counted.js'
import { byId, element } from './element.js'
import type { RowList } from './row-list.js'

/** Rows on paper, 25 pages of them. */
const PRINTED_MAX = 1000

export interface Printed {
  /** Rows worth paper now, and how many more are shown on the screen. */
  rows(): { readonly shown: readonly number[]; readonly onScreen: number }
  /** Puts the screen back. */
  restore(): void
}

/** Prepares the page whenever it is printed. */
export function onPrint(list: RowList, printed: Printed): void {
  let closed: readonly HTMLDetailsElement[] = []
  addEventListener('beforeprint', () => {
    closed = [...document.querySelectorAll<HTMLDetailsElement>('details:not([open])')]
    for (const one of closed) one.open = true
    const { shown, onScreen } = printed.rows()
    const kept = shown.slice(0, PRINTED_MAX)
    list.lay(kept)
    const rest = onScreen - kept.length
    if (rest > 0)
      byId('rows').append(
        element(
          'p',
          { class: 'not-printed' },
          `${count(rest)} more rows are not printed; filter the table to print others`,
        ),
      )
  })
  addEventListener('afterprint', () => {
    for (const one of closed) one.open = false
    printed.restore()
  })
}
