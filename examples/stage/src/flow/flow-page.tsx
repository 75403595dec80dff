/** The signal flow of a production, drawn from its connections, and kept up to date. */
import { useMemo, useState } from 'react'
import { productionPath } from '../router.ts'
import { useDevices } from '../sync/devices.tsx'
import { useQuery } from '../sync/hooks.ts'
import { FlowDetails } from './flow-details.tsx'
import { FlowPicture } from './flow-picture.tsx'
import { graphOf } from './graph.ts'
import { Legend } from './legend.tsx'
import { loopsOf } from './loops.ts'
import { traceOf } from './trace.ts'

export function FlowPage({ productionId }: { readonly productionId: string }) {
  const { all } = useDevices()
  const { data: connections } = useQuery('connection', { where: { productionId }, orderBy: 'sortOrder' })
  const graph = useMemo(() => graphOf(all, connections), [all, connections])
  const [chosen, setChosen] = useState<string>()
  const [pointed, setPointed] = useState<string>()
  const selected = chosen !== undefined && graph.nodes.has(chosen) ? chosen : undefined
  const traced = pointed ?? selected
  const trace = useMemo(
    () => (traced === undefined ? undefined : traceOf(graph.edges, traced)),
    [graph, traced],
  )

  if (graph.nodes.size === 0) return <NothingConnected productionId={productionId} />
  return (
    <section className="flow" aria-labelledby="flow-title">
      <header>
        <h2 id="flow-title">Signal flow</h2>
        <p className="count">
          {graph.nodes.size} devices, {graph.edges.length} connections
        </p>
        <Legend edges={graph.edges} />
      </header>
      <FlowDetails graph={graph} device={selected} productionId={productionId} />
      <FlowPicture
        graph={graph}
        trace={trace}
        selected={selected}
        onSelect={(id) => setChosen(id === selected ? undefined : id)}
        onPoint={setPointed}
      />
      <Leftovers graph={graph} productionId={productionId} />
    </section>
  )
}

function NothingConnected({ productionId }: { readonly productionId: string }) {
  return (
    <section className="flow" aria-labelledby="flow-title">
      <header>
        <h2 id="flow-title">Signal flow</h2>
      </header>
      <p className="empty">
        Nothing is connected yet. The picture is drawn from the{' '}
        <a href={productionPath(productionId, 'cabling')}>connections</a> between devices.
      </p>
    </section>
  )
}

interface LeftoversProps {
  readonly graph: ReturnType<typeof graphOf>
  readonly productionId: string
}

/** What is not in the picture, or not easily seen in it. */
function Leftovers({ graph: { nodes, edges, loose, broken }, productionId }: LeftoversProps) {
  const loops = useMemo(() => loopsOf(edges), [edges])
  const nameOf = (id = '') => nodes.get(id)?.device.name ?? id
  return (
    <div className="leftovers">
      {loose.length > 0 && (
        <p>
          <strong>Not connected</strong> {loose.map(({ name }) => name).join(', ')}
        </p>
      )}
      {loops.map((loop) => (
        <p key={loop.join()}>
          <strong>Loop</strong> {[...loop, loop[0]].map(nameOf).join(' → ')}. A signal comes back to where it
          began: unplug one of these cables, unless it is meant.
        </p>
      ))}
      {broken.length > 0 && (
        <p>
          <strong>Leading nowhere</strong>{' '}
          <a href={productionPath(productionId, 'cabling', broken[0]?.id)}>
            {broken.length === 1 ? '1 connection' : `${broken.length} connections`}
          </a>
        </p>
      )}
    </div>
  )
}
