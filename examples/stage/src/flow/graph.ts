/**
 * The signal flow as a graph: devices with the ports that are used, and the connections between them.
 *
 * Flow: `graphOf` → `layersOf` → `orderLayers` → `layOut` → SVG. All of it is computed from the rows, each time that
 * they change.
 */
import type { Device } from '../sync/devices.tsx'
import type { Connection } from '../sync/rows.ts'

export interface FlowNode {
  readonly device: Device
  /** Labels of the ports that a signal comes in by; a port without a label is an empty text. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

export interface FlowEdge {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly fromPort: string
  readonly toPort: string
  readonly cable: string
  /** It carries what is on air. */
  readonly isLive: boolean
}

export interface FlowGraph {
  /** Devices that are connected, by id, in the order of the devices. */
  readonly nodes: ReadonlyMap<string, FlowNode>
  readonly edges: readonly FlowEdge[]
  /** Devices without any connection. */
  readonly loose: readonly Device[]
  /** Connections of which an end is not there. */
  readonly broken: readonly Connection[]
}

const ON_AIR = new Set(['live', 'recording'])

/** Builds the graph. */
export function graphOf(devices: readonly Device[], connections: readonly Connection[]): FlowGraph {
  const byId = new Map(devices.map((device) => [device.id, device]))
  const isWhole = ({ fromId, toId }: Connection) => byId.has(fromId) && byId.has(toId) && fromId !== toId
  const edges = connections.filter(isWhole).map((connection) => edgeOf(connection, byId))
  const used = new Set(edges.flatMap(({ from, to }) => [from, to]))
  const nodes = devices
    .filter(({ id }) => used.has(id))
    .map((device): [string, FlowNode] => [device.id, nodeOf(device, edges)])
  return {
    nodes: new Map(nodes),
    edges,
    loose: devices.filter(({ id }) => !used.has(id)),
    broken: connections.filter((connection) => !isWhole(connection)),
  }
}

function edgeOf(connection: Connection, byId: ReadonlyMap<string, Device>): FlowEdge {
  const { id, fromId: from, toId: to, fromPort, toPort, cable } = connection
  const isLive = [from, to].some((end) => ON_AIR.has(String(byId.get(end)?.row['status'])))
  return { id, from, to, fromPort, toPort, cable, isLive }
}

function nodeOf(device: Device, edges: readonly FlowEdge[]): FlowNode {
  const inputs = edges.filter(({ to }) => to === device.id).map(({ toPort }) => toPort)
  const outputs = edges.filter(({ from }) => from === device.id).map(({ fromPort }) => fromPort)
  const byNumber = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true })
  // Inputs as they are numbered, `In 2` before `In 10`; outputs as people have put them: program first.
  return { device, inputs: [...new Set(inputs)].sort(byNumber), outputs: [...new Set(outputs)] }
}
