/** Where an arrow key leads from a device: along the signal, or up and down its column. */
import type { FlowEdge } from './graph.ts'
import type { Layout } from './layout.ts'

/** Id of the device, if there is one in that direction. */
export function nextDevice(
  { boxes }: Pick<Layout, 'boxes'>,
  edges: readonly FlowEdge[],
  id: string,
  key: string,
): string | undefined {
  if (key === 'ArrowRight') return edges.find(({ from }) => from === id)?.to
  if (key === 'ArrowLeft') return edges.find(({ to }) => to === id)?.from
  const here = boxes.find(({ node }) => node.device.id === id)
  const column = boxes.filter(({ x }) => x === here?.x).map(({ node }) => node.device.id)
  if (key === 'ArrowDown') return column[column.indexOf(id) + 1]
  if (key === 'ArrowUp') return column[column.indexOf(id) - 1]
  return undefined
}
