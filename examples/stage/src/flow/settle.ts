/** Places things one below the other, each as near as possible to where it wants to be. */

interface Group {
  /** Sum of where the members want the group to begin. */
  sum: number
  count: number
  readonly first: number
}

/**
 * Tops of things of given heights that keep their order and a gap, with the least sum of squared distances from the
 * wanted tops: those that would overlap are pooled, and the pool stands where its members want it on average.
 */
export function settle(wanted: readonly number[], heights: readonly number[], gap: number): number[] {
  const offsets: number[] = []
  let offset = 0
  for (const height of heights) {
    offsets.push(offset)
    offset += height + gap
  }
  const groups: Group[] = []
  for (const [index, top] of wanted.entries()) {
    groups.push({ sum: top - (offsets[index] ?? 0), count: 1, first: index })
    mergeBackwards(groups)
  }
  return wanted.map((_, index) => {
    const group = groups.findLast(({ first }) => first <= index) as Group
    return group.sum / group.count + (offsets[index] ?? 0)
  })
}

function mergeBackwards(groups: Group[]): void {
  for (;;) {
    const last = groups.at(-1)
    const before = groups.at(-2)
    if (!last || !before || before.sum / before.count <= last.sum / last.count) return
    before.sum += last.sum
    before.count += last.count
    groups.pop()
  }
}
