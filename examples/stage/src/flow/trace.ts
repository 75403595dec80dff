/** Everything that feeds a device, and everything that it feeds. */
import type { FlowEdge } from './graph.ts'

export interface Trace {
  readonly devices: ReadonlySet<string>
  readonly edges: ReadonlySet<string>
}

/** Follows the lines from a device to both sides, as far as they lead. */
export function traceOf(edges: readonly FlowEdge[], device: string): Trace {
  const found = { devices: new Set([device]), edges: new Set<string>() }
  follow(edges, device, 'from', 'to', found)
  follow(edges, device, 'to', 'from', found)
  return found
}

function follow(
  edges: readonly FlowEdge[],
  start: string,
  near: 'from' | 'to',
  far: 'from' | 'to',
  found: { readonly devices: Set<string>; readonly edges: Set<string> },
): void {
  const seen = new Set([start])
  const waiting = [start]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const edge of edges) {
      if (edge[near] !== id) continue
      found.edges.add(edge.id)
      found.devices.add(edge[far])
      if (seen.has(edge[far])) continue
      seen.add(edge[far])
      waiting.push(edge[far])
    }
  }
}
