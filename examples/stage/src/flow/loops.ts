/** Circles of the signal: what is fed by what it feeds. Data may hold them, and some are meant; nothing is refused. */
import type { FlowEdge } from './graph.ts'

type Feeds = ReadonlyMap<string, readonly string[]>

/** Each loop once, as the ids of its devices in the order of the signal; of loops that share a device, one at least. */
export function loopsOf(edges: readonly Pick<FlowEdge, 'from' | 'to'>[]): string[][] {
  const feeds = new Map<string, string[]>()
  for (const { from, to } of edges) feeds.set(from, [...(feeds.get(from) ?? []), to])
  const loops: string[][] = []
  const done = new Set<string>()
  for (const id of feeds.keys()) follow(id, feeds, done, loops)
  return loops
}

/** Follows the signal without recursion: a chain may be as long as there are devices. */
function follow(start: string, feeds: Feeds, done: Set<string>, loops: string[][]): void {
  if (done.has(start)) return
  const path = [start]
  const next = [0]
  while (path.length > 0) {
    const id = path.at(-1) as string
    const at = next.at(-1) as number
    const fed = feeds.get(id)?.[at]
    if (fed === undefined) {
      done.add(id)
      path.pop()
      next.pop()
      continue
    }
    next[next.length - 1] = at + 1
    const begun = path.indexOf(fed)
    if (begun >= 0) addOnce(loops, path.slice(begun))
    else if (!done.has(fed)) {
      path.push(fed)
      next.push(0)
    }
  }
}

/** Two cables between the same devices are one loop. */
function addOnce(loops: string[][], loop: readonly string[]): void {
  const isSame = (other: readonly string[]) =>
    other.length === loop.length && other.every((id) => loop.includes(id))
  if (!loops.some(isSame)) loops.push([...loop])
}
