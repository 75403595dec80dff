/** Everything that can be found: productions, the library, and all records of the productions that are held. */
import { useMemo } from 'react'
import { kindOf } from '../entities/kinds.ts'
import { nameOf } from '../entities/kind.ts'
import { equipmentPath, placeOf, productionPath, useAddress } from '../router.ts'
import { useQuery } from '../sync/hooks.ts'
import type { AnyRow, ListedModel } from '../sync/rows.ts'
import type { Findable } from './find-matches.ts'

/** Fields that are no words: ids, references, stamps. */
const NO_WORDS = /^id$|Id$|^lastModifiedBy$|^updatedAt$|^createdAt$|^startsAt$/

/** Reads them while somebody searches. */
export function useFindables(): readonly Findable[] {
  const near = useOpenProduction()
  const { data: productions } = useQuery('production')
  const { data: equipment } = useQuery('equipment')
  const { data: tasks } = useQuery('checklistItem')
  const lists = useLists()
  return useMemo(() => {
    const names = new Map(productions.map(({ id, name }) => [id, name]))
    const inProduction = (row: AnyRow, what: string) => {
      const production = names.get(String(row['productionId']))
      return production ? `${what}, ${production}` : what
    }
    return [
      ...productions.map((row) => findable(row, 'Production', productionPath(row.id))),
      ...equipment.map((row) => findable(row, `Equipment, ${row.category}`, equipmentPath(row.id))),
      ...tasks.map((row) => ({
        ...findable(row, inProduction(row, 'Task'), productionPath(row.productionId, 'floor', row.id)),
        isNear: row.productionId === near,
      })),
      ...lists.flatMap(({ model, rows }) => {
        const { one, tab } = kindOf[model]
        return rows.map((row) => ({
          ...findable(row, inProduction(row, one), productionPath(String(row['productionId']), tab, row.id)),
          isNear: row['productionId'] === near,
        }))
      }),
    ]
    // Each list is the same until it changes, and there are always as many.
  }, [near, productions, equipment, tasks, ...lists.map(({ rows }) => rows)])
}

/** Id of the production whose page is open. */
function useOpenProduction(): string | undefined {
  const place = placeOf(useAddress().path)
  return place.page === 'production' ? place.id : undefined
}

function findable(row: AnyRow, place: string, href: string): Findable {
  const words = Object.entries(row).filter(
    ([field, value]) => typeof value === 'string' && field !== 'name' && !NO_WORDS.test(field),
  )
  return { id: row.id, name: nameOf(row), place, text: words.map(([, value]) => value).join(' '), href }
}

/** Connections are found by the devices at their ends. */
function useLists(): readonly { readonly model: ListedModel; readonly rows: readonly AnyRow[] }[] {
  return [
    { model: 'camera', rows: useQuery('camera').data },
    { model: 'ccu', rows: useQuery('ccu').data },
    { model: 'source', rows: useQuery('source').data },
    { model: 'mediaServer', rows: useQuery('mediaServer').data },
    { model: 'switcher', rows: useQuery('switcher').data },
    { model: 'router', rows: useQuery('router').data },
    { model: 'send', rows: useQuery('send').data },
    { model: 'ledScreen', rows: useQuery('ledScreen').data },
    { model: 'projectionScreen', rows: useQuery('projectionScreen').data },
    { model: 'record', rows: useQuery('record').data },
    { model: 'stream', rows: useQuery('stream').data },
    { model: 'cableSnake', rows: useQuery('cableSnake').data },
  ]
}
