/** The tables of one part of a production, one below the other. */
import { kinds } from '../entities/kinds.ts'
import { type Kind, nameOf, type Tab } from '../entities/kind.ts'
import { useQuery } from '../sync/hooks.ts'
import type { ListedModel } from '../sync/rows.ts'
import { EntityTable } from '../table/entity-table.tsx'

interface RecordsPageProps {
  readonly productionId: string
  readonly tab: Tab
  readonly target?: string
}

export function RecordsPage({ productionId, tab, target }: RecordsPageProps) {
  return (
    <div className="stack">
      {kinds
        .filter((kind) => kind.tab === tab)
        .map((kind) => (
          <Records key={kind.model} kind={kind} productionId={productionId} target={target} />
        ))}
    </div>
  )
}

/** The table of one kind. */
export function Records({
  kind,
  productionId,
  target,
}: Omit<RecordsPageProps, 'tab'> & { readonly kind: Kind }) {
  const { data } = useQuery(kind.model as ListedModel, { where: { productionId }, orderBy: 'sortOrder' })
  return <EntityTable kind={kind} defaults={{ productionId }} rows={data} target={target} nameOf={nameOf} />
}
