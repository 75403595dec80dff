/** Connections between devices, and the snakes that they run in. */
import { useMemo } from 'react'
import { cableSnakes, connections } from '../entities/cabling.ts'
import { distinctNames } from '../entities/distinct-names.ts'
import { useCrew } from '../sync/crew-context.ts'
import { connectionName, useDevices } from '../sync/devices.tsx'
import { useQuery } from '../sync/hooks.ts'
import type { AnyRow, Connection } from '../sync/rows.ts'
import { ConnectForm } from '../table/connect-form.tsx'
import { EntityTable } from '../table/entity-table.tsx'
import { Tables } from './records-page.tsx'

interface CablingPageProps {
  readonly productionId: string
  readonly target?: string
}

export function CablingPage({ productionId, target }: CablingPageProps) {
  const { crew } = useCrew()
  const devices = useDevices()
  const { data } = useQuery('connection', { where: { productionId }, orderBy: 'sortOrder' })
  const names = useMemo(() => {
    const nameOf = (row: AnyRow) => connectionName(row as Connection, devices)
    return distinctNames([{ kind: connections, rows: data, nameOf }])
  }, [data, devices])
  return (
    <div className="stack">
      <EntityTable
        kind={connections}
        defaults={{ productionId }}
        rows={data}
        target={target}
        nameOf={({ id }) => names.get(id) ?? ''}
        addForm={(nextPlace) => (
          <ConnectForm
            cablesBetween={(ends) =>
              data.filter(({ fromId, toId }) => fromId === ends.fromId && toId === ends.toId).length
            }
            onConnect={(ends) => {
              const sortOrder = nextPlace()
              void crew.add('connection', { productionId, sortOrder, ...ends }, connectionName(ends, devices))
            }}
          />
        )}
      />
      <Tables kinds={[cableSnakes]} productionId={productionId} target={target} />
    </div>
  )
}
