/** Long work in slices, so that the page can answer between them. */

// 8 ms: half a frame.
const SLICE_MS = 8

/** Maps the items one by one, and lets the page do other things whenever a slice of time is used up. */
export async function mapInSlices<Item, Made>(
  items: Iterable<Item>,
  map: (item: Item) => Made,
): Promise<Made[]> {
  const made: Made[] = []
  let end = performance.now() + SLICE_MS
  for (const item of items) {
    if (performance.now() > end) {
      await nextTurn()
      end = performance.now() + SLICE_MS
    }
    made.push(map(item))
  }
  return made
}

/** Resolves in another task. */
function nextTurn(): Promise<void> {
  const { scheduler } = globalThis as { scheduler?: { yield?: () => Promise<void> } }
  if (scheduler?.yield) return scheduler.yield()
  return new Promise((resolve) => setTimeout(resolve))
}
