/** The tables of one part of a production, one below the other. */
import { distinctNames } from '../entities/distinct-names.ts'
import { kinds } from '../entities/kinds.ts'
import { type Kind, nameOf, type Tab } from '../entities/kind.ts'
import { useQuery } from '../sync/hooks.ts'
import type { AnyRow, ListedModel } from '../sync/rows.ts'
import { EntityTable } from '../table/entity-table.tsx'

interface RecordsPageProps {
  readonly productionId: string
  readonly tab: Tab
  readonly target?: string
}

/** Has the same kinds for as long as it is there: `key` it by its tab. */
export function RecordsPage({ productionId, tab, target }: RecordsPageProps) {
  const shown = kinds.filter((kind) => kind.tab === tab)
  return (
    <div className="stack">
      <Tables kinds={shown} productionId={productionId} target={target} />
    </div>
  )
}

interface TablesProps extends Omit<RecordsPageProps, 'tab'> {
  /** Always the same. */
  readonly kinds: readonly Kind[]
}

/** The tables of some kinds, in which no two records have one name. */
export function Tables({ kinds: shown, productionId, target }: TablesProps) {
  const lists = useLists(shown, productionId)
  const names = distinctNames(lists.map((list) => ({ ...list, nameOf })))
  return lists.map(({ kind, rows }) => (
    <EntityTable
      key={kind.model}
      kind={kind}
      defaults={{ productionId }}
      rows={rows}
      target={target}
      nameOf={({ id }) => names.get(id) ?? ''}
    />
  ))
}

function useLists(shown: readonly Kind[], productionId: string): { kind: Kind; rows: readonly AnyRow[] }[] {
  const options = { where: { productionId }, orderBy: 'sortOrder' } as const
  return shown.map((kind) => ({ kind, rows: useQuery(kind.model as ListedModel, options).data }))
}
