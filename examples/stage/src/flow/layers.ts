/**
 * Which column each device stands in, and in which order: a signal runs from left to right, and lines cross as little
 * as a few sweeps can achieve.
 */
import type { DeviceModel } from '../sync/devices.tsx'
import type { FlowEdge, FlowGraph } from './graph.ts'

/** A device, or the place where a line passes through a column. */
export interface Slot {
  readonly key: string
  /** Id of the device; undefined for a line that passes. */
  readonly device?: string
}

/** A part of a line between neighbouring columns. */
export interface Segment {
  readonly edge: FlowEdge
  readonly from: string
  readonly to: string
}

export interface Layers {
  /** Columns from left to right, each from top to bottom. */
  readonly columns: readonly (readonly Slot[])[]
  readonly segments: readonly Segment[]
  /** Lines that lead back to the left, or stay in a column. */
  readonly returning: readonly FlowEdge[]
}

/** The first column in which a device of a kind may stand. */
const FIRST_COLUMN: Record<DeviceModel, number> = {
  camera: 0,
  source: 0,
  mediaServer: 0,
  ccu: 1,
  router: 2,
  switcher: 3,
  send: 4,
  ledScreen: 5,
  projectionScreen: 5,
  record: 5,
  stream: 5,
}

const SWEEPS = 10

/** Puts the devices into columns; columns in which nothing stands are left out. */
export function layersOf(graph: FlowGraph): Layers {
  const column = columnsOf(graph)
  const forward = graph.edges.filter(({ from, to }) => at(column, from) < at(column, to))
  const columns: Slot[][] = Array.from({ length: Math.max(0, ...column.values()) + 1 }, () => [])
  for (const id of graph.nodes.keys()) columns[at(column, id)]?.push({ key: id, device: id })
  const segments = forward.flatMap((edge) =>
    passThrough(edge, at(column, edge.from), at(column, edge.to), columns),
  )
  const returning = graph.edges.filter((edge) => !forward.includes(edge))
  return { columns: sweep(columns, segments, graph.nodes), segments, returning }
}

function at(column: ReadonlyMap<string, number>, id: string): number {
  return column.get(id) ?? 0
}

/** To the right of whatever feeds it; a circle is cut where it is first closed. */
function columnsOf({ nodes, edges }: FlowGraph): Map<string, number> {
  const feeders = new Map<string, string[]>()
  for (const { from, to } of edges) feeders.set(to, [...(feeders.get(to) ?? []), from])
  const column = new Map<string, number>()
  const visiting = new Set<string>()
  const visit = (id: string): number => {
    const known = column.get(id)
    if (known !== undefined) return known
    const node = nodes.get(id)
    if (!node || visiting.has(id)) return -1
    visiting.add(id)
    const left = Math.max(-1, ...(feeders.get(id) ?? []).map(visit))
    visiting.delete(id)
    const found = Math.max(FIRST_COLUMN[node.device.model], left + 1)
    column.set(id, found)
    return found
  }
  for (const id of nodes.keys()) visit(id)
  return withoutGaps(column)
}

function withoutGaps(column: ReadonlyMap<string, number>): Map<string, number> {
  const used = [...new Set(column.values())].sort((a, b) => a - b)
  return new Map([...column].map(([id, number]) => [id, used.indexOf(number)]))
}

/** Cuts a line at each column that it passes, and takes a slot there. */
function passThrough(edge: FlowEdge, first: number, last: number, columns: Slot[][]): Segment[] {
  const keys = [edge.from]
  for (let index = first + 1; index < last; index++) {
    const key = `${edge.id} ${index}`
    columns[index]?.push({ key })
    keys.push(key)
  }
  keys.push(edge.to)
  return keys.slice(1).map((to, index) => ({ edge, from: keys[index] as string, to }))
}

/** Sorts each column by where its lines come from, then by where they go to, and again; the best of all rounds stands. */
function sweep(
  columns: readonly (readonly Slot[])[],
  segments: readonly Segment[],
  nodes: FlowGraph['nodes'],
): readonly (readonly Slot[])[] {
  let best = columns
  let least = costOf(columns, segments, nodes)
  const sorted = columns.map((column) => [...column])
  for (let round = 0; round < SWEEPS && least > 0; round++) {
    const isRightward = round % 2 === 0
    for (let step = 1; step < sorted.length; step++) {
      const index = isRightward ? step : sorted.length - 1 - step
      const beside = sorted[isRightward ? index - 1 : index + 1] ?? []
      const ends = segments.map((segment) => endOf(segment, isRightward, beside, nodes))
      sorted[index] = byMiddle(sorted[index] ?? [], beside.length, ends)
    }
    const cost = costOf(sorted, segments, nodes)
    if (cost >= least) continue
    least = cost
    best = sorted.map((column) => [...column])
  }
  return best
}

/** Where a line from a slot ends in the column beside it. */
interface End {
  readonly slot: string
  /** Place in that column: the box, and within it the port. */
  readonly place: number | undefined
}

function endOf(
  { edge, from, to }: Segment,
  isRightward: boolean,
  beside: readonly Slot[],
  nodes: FlowGraph['nodes'],
): End {
  const [slot, other] = isRightward ? [to, from] : [from, to]
  const box = beside.findIndex(({ key }) => key === other)
  if (box < 0) return { slot, place: undefined }
  const ports = nodes.get(other)?.[isRightward ? 'outputs' : 'inputs'] ?? []
  const port = ports.indexOf(isRightward ? edge.fromPort : edge.toPort)
  return { slot, place: box + (port + 0.5) / Math.max(ports.length, 1) }
}

function byMiddle(column: readonly Slot[], besideLength: number, ends: readonly End[]): Slot[] {
  const middle = new Map<string, number>()
  for (const [index, { key }] of column.entries()) {
    const places = ends.flatMap(({ slot, place }) => (slot === key && place !== undefined ? [place] : []))
    const mean = places.reduce((sum, place) => sum + place, 0) / places.length
    // What is connected to nothing on that side stays about where it is.
    middle.set(key, places.length > 0 ? mean : (index * besideLength) / Math.max(column.length, 1))
  }
  return column.toSorted((a, b) => (middle.get(a.key) ?? 0) - (middle.get(b.key) ?? 0))
}

/** How often lines cross. */
function costOf(
  columns: readonly (readonly Slot[])[],
  segments: readonly Segment[],
  nodes: FlowGraph['nodes'],
): number {
  return columns.slice(1).reduce((sum, right, index) => {
    const left = columns[index] ?? []
    const lines = segments.flatMap((segment) => {
      const start = endOf(segment, true, left, nodes).place
      const end = endOf(segment, false, right, nodes).place
      return start === undefined || end === undefined ? [] : [{ start, end }]
    })
    return sum + crossings(lines)
  }, 0)
}

function crossings(lines: readonly { readonly start: number; readonly end: number }[]): number {
  let count = 0
  for (const [index, a] of lines.entries()) {
    for (const b of lines.slice(index + 1)) if ((a.start - b.start) * (a.end - b.end) < 0) count += 1
  }
  return count
}
