/** What the picture says of the chosen device, in words: what feeds it, what it feeds, where to change it. */
import { kindOf } from '../entities/kinds.ts'
import { productionPath } from '../router.ts'
import { kindName } from '../sync/devices.tsx'
import { Edited } from '../table/edited.tsx'
import type { FlowEdge, FlowGraph } from './graph.ts'

interface FlowDetailsProps {
  readonly graph: FlowGraph
  readonly device: string | undefined
  readonly productionId: string
}

export function FlowDetails({ graph, device, productionId }: FlowDetailsProps) {
  const node = device === undefined ? undefined : graph.nodes.get(device)
  if (!node) {
    return (
      <p className="flow-details" role="status">
        Choose a device to see what feeds it and what it feeds.
      </p>
    )
  }
  const { id, name, model, row } = node.device
  const nameOf = (other: string) => graph.nodes.get(other)?.device.name ?? ''
  const from = graph.edges
    .filter(({ to }) => to === id)
    .map((edge) => describe(nameOf(edge.from), edge, 'toPort'))
  const to = graph.edges
    .filter((edge) => edge.from === id)
    .map((edge) => describe(nameOf(edge.to), edge, 'fromPort'))
  return (
    <p className="flow-details" role="status">
      <strong dir="auto">{name}</strong> <span className="what">{kindName(model)}</span>
      {from.length > 0 && <span>from {from.join(', ')}</span>}
      {to.length > 0 && <span>to {to.join(', ')}</span>}
      <Edited row={row} />
      <a href={productionPath(productionId, kindOf[model].tab, id)}>Edit</a>
    </p>
  )
}

/** "CCU 1 (In 3)". */
function describe(name: string, edge: FlowEdge, port: 'fromPort' | 'toPort'): string {
  return edge[port] === '' ? name : `${name} (${edge[port]})`
}
