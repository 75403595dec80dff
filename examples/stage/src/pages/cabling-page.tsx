/** Connections between devices, and the snakes that they run in. */
import { useCallback } from 'react'
import { cableSnakes, connections } from '../entities/cabling.ts'
import { useCrew } from '../sync/crew-context.ts'
import { connectionName, useDevices } from '../sync/devices.tsx'
import { useQuery } from '../sync/hooks.ts'
import type { AnyRow, Connection } from '../sync/rows.ts'
import { ConnectForm } from '../table/connect-form.tsx'
import { EntityTable } from '../table/entity-table.tsx'
import { Records } from './records-page.tsx'

interface CablingPageProps {
  readonly productionId: string
  readonly target?: string
}

export function CablingPage({ productionId, target }: CablingPageProps) {
  const { crew } = useCrew()
  const devices = useDevices()
  const { data } = useQuery('connection', { where: { productionId }, orderBy: 'sortOrder' })
  const nameOf = useCallback((row: AnyRow) => connectionName(row as Connection, devices), [devices])
  return (
    <div className="stack">
      <EntityTable
        kind={connections}
        defaults={{ productionId }}
        rows={data}
        target={target}
        nameOf={nameOf}
        addForm={(nextPlace) => (
          <ConnectForm
            onConnect={(ends) => {
              const sortOrder = nextPlace()
              void crew.add('connection', { productionId, sortOrder, ...ends }, connectionName(ends, devices))
            }}
          />
        )}
      />
      <Records kind={cableSnakes} productionId={productionId} target={target} />
    </div>
  )
}
