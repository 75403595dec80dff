/** Where everything stands: boxes, ports and lines, in px from the top left corner. */
import type { FlowEdge, FlowGraph, FlowNode } from './graph.ts'
import { type Layers, layersOf, type Segment, type Slot } from './layers.ts'
import { settle } from './settle.ts'

export const BOX_WIDTH = 158
/** Name, and a line below it. */
export const HEAD_HEIGHT = 38
const PORT_HEIGHT = 17
const FOOT_HEIGHT = 5
const GAP = 10
/** Space that a line takes where it passes between boxes. */
const LANE_HEIGHT = 10
const ROUNDS = 8

export interface Box {
  readonly node: FlowNode
  readonly x: number
  readonly y: number
  readonly height: number
}

export interface Line {
  readonly edge: FlowEdge
  /** For the `d` of a path. */
  readonly path: string
}

export interface Layout {
  readonly width: number
  readonly height: number
  /** Column by column, from top to bottom. */
  readonly boxes: readonly Box[]
  readonly lines: readonly Line[]
  readonly columns: readonly { readonly x: number; readonly nodes: readonly FlowNode[] }[]
}

/** Lays the graph out; `gap` is the space between columns. */
export function layOut(graph: FlowGraph, gap: number): Layout {
  const layers = layersOf(graph)
  const y = placeSlots(graph, layers)
  const xOf = (column: number) => column * (BOX_WIDTH + gap)
  const columnOf = new Map(
    layers.columns.flatMap((slots, index) => slots.map(({ key }) => [key, index] as const)),
  )
  const boxes = layers.columns.flatMap((slots, column) =>
    slots.flatMap(({ key }): Box[] => {
      const node = graph.nodes.get(key)
      return node ? [{ node, x: xOf(column), y: y.get(key) ?? 0, height: heightOf(node) }] : []
    }),
  )
  const place: Place = {
    x: (key) => xOf(columnOf.get(key) ?? 0),
    y: (key) => y.get(key) ?? 0,
    node: (key) => graph.nodes.get(key),
  }
  return {
    width: Math.max(0, xOf(layers.columns.length) - gap),
    height: Math.max(0, ...boxes.map((box) => box.y + box.height)),
    boxes,
    lines: [
      ...forwardLines(layers.segments, place, gap),
      ...layers.returning.map((edge) => returnLine(edge, place)),
    ],
    columns: layers.columns.map((slots, column) => ({
      x: xOf(column),
      nodes: slots.flatMap(({ key }) => graph.nodes.get(key) ?? []),
    })),
  }
}

interface Place {
  x(key: string): number
  y(key: string): number
  node(key: string): FlowNode | undefined
}

/** A box with one port a side needs no labels. */
export function hasLabels({ inputs, outputs }: FlowNode): boolean {
  return [...inputs, ...outputs].some((label) => label !== '') && Math.max(inputs.length, outputs.length) > 1
}

function heightOf(node: FlowNode): number {
  if (!hasLabels(node)) return HEAD_HEIGHT
  return HEAD_HEIGHT + Math.max(node.inputs.length, node.outputs.length) * PORT_HEIGHT + FOOT_HEIGHT
}

/** How far below the top of its box a port is. */
export function portOffset(node: FlowNode | undefined, side: 'inputs' | 'outputs', label: string): number {
  if (!node) return LANE_HEIGHT / 2
  if (!hasLabels(node)) return HEAD_HEIGHT / 2
  return HEAD_HEIGHT + (node[side].indexOf(label) + 0.5) * PORT_HEIGHT
}

/** Moves the slots of each column to where their lines run straight, as far as their order allows. */
function placeSlots({ nodes }: FlowGraph, { columns, segments }: Layers): Map<string, number> {
  const y = new Map<string, number>()
  const height = ({ key }: Slot) => {
    const node = nodes.get(key)
    return node ? heightOf(node) : LANE_HEIGHT
  }
  for (const slots of columns) for (const [index, { key }] of slots.entries()) y.set(key, index * HEAD_HEIGHT)
  for (let round = 0; round <= ROUNDS; round++) {
    const isRightward = round % 2 === 0
    const order = isRightward ? columns : columns.toReversed()
    for (const slots of order) {
      const wanted = slots.map(({ key }) => wantedY(key, segments, y, nodes, isRightward) ?? y.get(key) ?? 0)
      const placed = settle(wanted, slots.map(height), GAP)
      for (const [index, { key }] of slots.entries()) y.set(key, placed[index] ?? 0)
    }
  }
  const top = y.size === 0 ? 0 : Math.min(...y.values())
  for (const [key, value] of y) y.set(key, value - top)
  return y
}

function wantedY(
  key: string,
  segments: readonly Segment[],
  y: ReadonlyMap<string, number>,
  nodes: FlowGraph['nodes'],
  isRightward: boolean,
): number | undefined {
  const mine = segments.filter(({ from, to }) => (isRightward ? to : from) === key)
  if (mine.length === 0) return undefined
  const offsets = mine.map(({ edge, from, to }) => {
    const start = (y.get(from) ?? 0) + portOffset(nodes.get(from), 'outputs', edge.fromPort)
    const end = (y.get(to) ?? 0) + portOffset(nodes.get(to), 'inputs', edge.toPort)
    return isRightward ? start - (end - (y.get(to) ?? 0)) : end - (start - (y.get(from) ?? 0))
  })
  return offsets.reduce((sum, offset) => sum + offset, 0) / offsets.length
}

function forwardLines(segments: readonly Segment[], place: Place, gap: number): Line[] {
  const paths = new Map<string, { edge: FlowEdge; path: string }>()
  for (const { edge, from, to } of segments) {
    const x1 = place.x(from) + BOX_WIDTH
    const y1 = place.y(from) + portOffset(place.node(from), 'outputs', edge.fromPort)
    const x2 = place.x(to)
    const y2 = place.y(to) + portOffset(place.node(to), 'inputs', edge.toPort)
    const before = paths.get(edge.id)?.path
    const start = before === undefined ? `M${x1} ${y1}` : `${before}H${x1}`
    paths.set(edge.id, { edge, path: `${start}C${x1 + gap / 2} ${y1} ${x2 - gap / 2} ${y2} ${x2} ${y2}` })
  }
  return [...paths.values()]
}

function returnLine(edge: FlowEdge, place: Place): Line {
  const x1 = place.x(edge.from) + BOX_WIDTH
  const y1 = place.y(edge.from) + portOffset(place.node(edge.from), 'outputs', edge.fromPort)
  const x2 = place.x(edge.to)
  const y2 = place.y(edge.to) + portOffset(place.node(edge.to), 'inputs', edge.toPort)
  const below = Math.max(y1, y2) + 60
  return {
    edge,
    path: `M${x1} ${y1}C${x1 + 70} ${y1} ${x1 + 70} ${below} ${(x1 + x2) / 2} ${below}S${x2 - 70} ${y2} ${x2} ${y2}`,
  }
}
