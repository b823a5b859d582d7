// A priority queue: the item with the smallest `at` first, among equals the one that came first.

export function createHeap() {
  const items = []
  let added = 0
  const isBefore = (a, b) => a.at < b.at || (a.at === b.at && a.order < b.order)
  const swap = (a, b) => {
    ;[items[a], items[b]] = [items[b], items[a]]
  }
  return {
    push(item) {
      items.push({ ...item, order: added++ })
      let place = items.length - 1
      while (place > 0 && isBefore(items[place], items[(place - 1) >> 1])) {
        swap(place, (place - 1) >> 1)
        place = (place - 1) >> 1
      }
    },
    /** undefined when empty. */
    pop() {
      if (items.length <= 1) return items.pop()
      const [first] = items
      items[0] = items.pop()
      for (let place = 0; ; ) {
        const [left, right] = [2 * place + 1, 2 * place + 2]
        let least = place
        if (left < items.length && isBefore(items[left], items[least])) least = left
        if (right < items.length && isBefore(items[right], items[least])) least = right
        if (least === place) return first
        swap(place, least)
        place = least
      }
    },
  }
}
