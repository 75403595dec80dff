/** Long work in slices, so that the page can answer between them. */

// 8 ms: half a frame.
const SLICE_MS = 8

/**
 * Does something with each item, and lets the page do other things whenever a slice of time is used up. Work that
 * fits into one slice is done when this returns; of longer work there is a promise.
 */
export function inSlices<Item>(items: Iterable<Item>, work: (item: Item) => void): Promise<void> | undefined {
  const iterator = items[Symbol.iterator]()
  const go = (): Promise<void> | undefined => {
    const end = performance.now() + SLICE_MS
    do {
      const next = iterator.next()
      if (next.done) return undefined
      work(next.value)
    } while (performance.now() < end)
    return nextTurn().then(go)
  }
  return go()
}

/** Resolves in another task. */
function nextTurn(): Promise<void> {
  const { scheduler, setImmediate = setTimeout } = globalThis as {
    scheduler?: { yield?: () => Promise<void> }
    setImmediate?: (resolve: () => void) => unknown
  }
  return scheduler?.yield?.() ?? new Promise((resolve) => void setImmediate(resolve))
}
