// Rows on the screen and a few around it, however many there are; the window scrolls. The row that has the focus stays,
// or the keyboard would be lost with it.

import {
  defaultRangeExtractor,
  measureElement,
  observeWindowOffset,
  observeWindowRect,
  type Range,
  Virtualizer,
  windowScroll,
} from '@tanstack/virtual-core'
import type { Row } from '../page-row.js'
import { byId } from './element.js'
import { rowElement } from './row-element.js'

/** Rows above and below the screen. */
const OVERSCAN = 10
const HEIGHT = 38
const NARROW_HEIGHT = 62
const NARROW_PX = 720

/** The rows that are on the screen, of a list as long as it likes. */
export class RowList {
  readonly #rows: readonly Row[]
  readonly #box = byId('rows')
  readonly #open = new Set<number>()
  readonly #drawn = new Map<number, HTMLElement>()
  readonly #list: Virtualizer<Window, HTMLElement>
  #shown: readonly number[] = []
  #focused = -1
  // Asked for once, not for each of 50,000 rows: the width of the window is a question about the layout.
  #guess = heightGuess()

  constructor(rows: readonly Row[]) {
    this.#rows = rows
    this.#list = new Virtualizer<Window, HTMLElement>({
      count: 0,
      getScrollElement: () => window,
      estimateSize: () => this.#guess,
      overscan: OVERSCAN,
      rangeExtractor: placesWith(() => this.#focused),
      getItemKey: (at) => this.#shown[at]!,
      observeElementRect: observeWindowRect,
      observeElementOffset: observeWindowOffset,
      scrollToFn: windowScroll,
      measureElement,
      onChange: () => this.#draw(),
    })
    this.#box.addEventListener('keydown', (event) => this.#onKey(event))
    this.#box.addEventListener('focusout', (event) => {
      if (!this.#box.contains(event.relatedTarget as Node | null)) this.#focused = -1
    })
    this.#list._didMount()
    this.#list._willUpdate()
  }

  /** Shows these rows, by their places in the list of all. */
  show(shown: readonly number[]): void {
    this.#shown = shown
    this.#focused = -1
    this.#guess = heightGuess()
    this.#drawn.clear()
    this.#box.replaceChildren()
    this.#list.setOptions({ ...this.#list.options, count: shown.length })
    this.#list.measure()
    this.place()
    this.#draw()
  }

  /** Puts the rows into the page as they are, for paper. */
  lay(shown: readonly number[]): void {
    this.#shown = shown
    this.#drawn.clear()
    this.#box.replaceChildren(...shown.map((_, at) => this.#make(at)))
  }

  /** Measures again where the list begins: something above it was opened or closed. */
  place(): void {
    const top = this.#box.getBoundingClientRect().top + scrollY
    if (top === this.#list.options.scrollMargin) return
    this.#list.setOptions({ ...this.#list.options, scrollMargin: top })
    this.#draw()
  }

  #make(at: number): HTMLElement {
    const id = this.#shown[at]!
    const state = { at, isOpen: this.#open.has(id), toggle: () => this.#toggle(at) }
    const made = rowElement(this.#rows[id]!, state)
    made.addEventListener('focusin', () => {
      this.#focused = at
    })
    return made
  }

  #draw(): void {
    const items = this.#list.getVirtualItems()
    this.#box.style.height = `${this.#list.getTotalSize()}px`
    this.#removeOthers(new Set(items.map(({ key }) => key as number)))
    const added: HTMLElement[] = []
    let before: Element | null = null
    for (const item of items) {
      const id = item.key as number
      let made = this.#drawn.get(id)
      if (made === undefined) {
        made = this.#make(item.index)
        this.#drawn.set(id, made)
        added.push(made)
        // In their order, which is the order of the Tab key.
        if (before === null) this.#box.prepend(made)
        else before.after(made)
      }
      made.style.transform = `translateY(${item.start - this.#list.options.scrollMargin}px)`
      before = made
    }
    // All at once: a look at a height between two changes would lay the page out again each time.
    for (const made of added) this.#list.measureElement(made)
  }

  #removeOthers(keep: ReadonlySet<number>): void {
    for (const [id, made] of this.#drawn) {
      if (keep.has(id)) continue
      made.remove()
      this.#drawn.delete(id)
    }
  }

  #toggle(at: number): void {
    const id = this.#shown[at]!
    if (!this.#open.delete(id)) this.#open.add(id)
    const made = this.#make(at)
    const old = this.#drawn.get(id)!
    made.style.transform = old.style.transform
    old.replaceWith(made)
    this.#drawn.set(id, made)
    this.#list.measureElement(made)
    made.querySelector('button')!.focus({ preventScroll: true })
  }

  #onKey(event: KeyboardEvent): void {
    const to = moveTo(event, { focused: this.#focused, last: this.#shown.length - 1 })
    if (to === null) return
    event.preventDefault()
    if (to !== 'close') this.#focus(to)
    else if (this.#open.has(this.#shown[this.#focused]!)) this.#toggle(this.#focused)
  }

  #focus(at: number): void {
    if (at < 0 || at >= this.#shown.length) return
    this.#focused = at
    if (!this.#drawn.has(this.#shown[at]!)) {
      // A new function: by the old one it would not look again.
      this.#list.setOptions({ ...this.#list.options, rangeExtractor: placesWith(() => this.#focused) })
      this.#draw()
    }
    const made = this.#drawn.get(this.#shown[at]!)
    made?.querySelector('button')?.focus({ preventScroll: true })
    made?.scrollIntoView({ block: 'nearest', behavior: 'instant' })
  }
}

/** The height of a row before it is measured. */
function heightGuess(): number {
  return innerWidth <= NARROW_PX ? NARROW_HEIGHT : HEIGHT
}

/** What is on the screen, and the row that has the focus. */
function placesWith(focused: () => number): (range: Range) => number[] {
  return (range) => {
    const places = defaultRangeExtractor(range)
    const at = focused()
    const isAway = at >= 0 && at < range.count && !places.includes(at)
    return isAway ? [...places, at].sort((a, b) => a - b) : places
  }
}

/** Where a key leads from a row; null when it is none of ours. */
function moveTo(event: KeyboardEvent, { focused, last }: { focused: number; last: number }): number | 'close' | null {
  const isRow = event.target instanceof HTMLElement && event.target.closest('.url') !== null
  if (event.key === 'Escape') return 'close'
  if (!isRow || event.ctrlKey || event.metaKey || event.altKey) return null
  switch (event.key) {
    case 'ArrowDown':
      return Math.min(last, focused + 1)
    case 'ArrowUp':
      return Math.max(0, focused - 1)
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return null
  }
}
