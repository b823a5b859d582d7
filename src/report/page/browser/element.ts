// Elements without markup: text goes in as text, whatever it says.

type Child = Node | string | null | false | readonly Child[]

/** Attributes by name; null and false leave one out, a function listens to the event of that name. */
export type Attributes = Readonly<Record<string, string | number | null | false | ((event: Event) => void)>>

/** A new element. */
export function element(tag: string, attributes: Attributes = {}, children: Child = null): HTMLElement {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue
    if (typeof value === 'function') made.addEventListener(name, value)
    else made.setAttribute(name, `${value}`)
  }
  append(made, children)
  return made
}

/** The element of the page with that id. */
export function byId<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`no #${id} in this page`)
  return found as T
}

/** A bar of a hundred, drawn by attributes: the page allows no styles of elements. */
export function bar(from: number, width: number): SVGElement {
  const svg = svgElement('svg', { viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' })
  svg.append(svgElement('rect', { x: from, y: 0, width: Math.max(width, 0.6), height: 10 }))
  return svg
}

function svgElement(tag: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, `${value}`)
  return made
}

function append(parent: HTMLElement, child: Child): void {
  if (child === null || child === false) return
  if (typeof child === 'string' || child instanceof Node) parent.append(child)
  else for (const one of child) append(parent, one)
}
