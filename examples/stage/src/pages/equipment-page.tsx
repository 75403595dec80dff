/** The equipment library, which all productions share. */
import { useMemo } from 'react'
import { equipmentCategories } from '../../schema/choices.ts'
import { library } from '../entities/library.ts'
import { nameOf } from '../entities/kind.ts'
import { Heading, useTitle } from '../parts/heading.tsx'
import { equipmentPath, go } from '../router.ts'
import { useIsAdmin } from '../sync/use-people.ts'
import { useQuery, useRoom, useSyncStatus } from '../sync/hooks.ts'
import { describeUses, useUses } from '../sync/use-uses.ts'
import type { Equipment } from '../sync/rows.ts'
import { EntityTable } from '../table/entity-table.tsx'

export function EquipmentPage({ target }: { readonly target?: string }) {
  const { data } = useQuery('equipment', { orderBy: ['manufacturer', 'name'] })
  const rows = useMemo(() => data.toSorted(byCategory), [data])
  const { isLoading } = useRoom('equipment', 'all')
  const isOffline = useSyncStatus(({ status }) => status === 'offline')
  const isAdmin = useIsAdmin()
  const uses = useUses(isAdmin)
  useTitle('Equipment')
  return (
    <div className="library">
      <Heading>Equipment library</Heading>
      <p className="lead">One list for all productions. What is changed here is changed for everybody.</p>
      {isLoading && rows.length === 0 ? (
        <p className="empty">
          {isOffline ? 'The library is not on this device yet.' : 'Loading the library…'}
        </p>
      ) : (
        <EntityTable
          kind={library}
          defaults={{}}
          rows={rows}
          target={target}
          nameOf={nameOf}
          mayRemove={isAdmin}
          effectOf={({ id }) => describeUses(uses.of(id), uses.areAll)}
          onAdded={(id) => go(equipmentPath(id))}
        />
      )}
    </div>
  )
}

/** In the order in which a signal meets them. */
function byCategory(a: Equipment, b: Equipment): number {
  return equipmentCategories.indexOf(a.category) - equipmentCategories.indexOf(b.category)
}
