/** The productions that this user may see, as a live list. */
import { memo } from 'react'
import { AddForm } from '../fields/add-form.tsx'
import { useChangesOfOthers, useMark } from '../fields/use-mark.ts'
import { formatStart } from '../format.ts'
import { DetailsEdit } from '../parts/last-edit.tsx'
import { Heading, useTitle } from '../parts/heading.tsx'
import { go, productionPath } from '../router.ts'
import { useCrew } from '../sync/crew-context.ts'
import { useQuery, useRoom, useSyncStatus } from '../sync/hooks.ts'
import type { Production } from '../sync/rows.ts'
import { reasonOf } from '../sync/reason-of.ts'
import { useIsAdmin } from '../sync/use-people.ts'

export function ProductionsPage() {
  const { crew } = useCrew()
  const { data: productions } = useQuery('production', { orderBy: ['startsAt', 'name'] })
  const isAdmin = useIsAdmin()
  useTitle('Productions')

  const begin = (name: string) => {
    const id = crew.add('production', { name }, name)
    if (id) go(productionPath(id, 'settings'))
  }
  return (
    <div className="list">
      <Heading>Productions</Heading>
      {productions.length === 0 && <Nothing />}
      <ul className="productions">
        {productions.map((production) => (
          <ProductionRow key={production.id} production={production} />
        ))}
      </ul>
      {isAdmin && <AddForm placeholder="Begin a production" onAdd={begin} />}
    </div>
  )
}

function Nothing() {
  const { status, error } = useRoom('production', 'mine')
  const isOffline = useSyncStatus(({ status: sync }) => sync === 'offline')
  return <p className="empty">{wordsFor(status, isOffline, error ? reasonOf(error) : undefined)}</p>
}

function wordsFor(status: string, isOffline: boolean, problem: string | undefined): string {
  if (status === 'error') return problem ?? 'The list cannot be had now.'
  if (status === 'success')
    return 'You are not on the crew of a production yet. Whoever runs one can add you.'
  return isOffline
    ? 'The list is not on this device yet. It comes when the server answers.'
    : 'Loading productions…'
}

const ProductionRow = memo(function ProductionRow({ production }: { readonly production: Production }) {
  const { user } = useCrew()
  const isOurs = ({ lastModifiedBy }: Production) => lastModifiedBy === user.id
  const isMarked = useMark(useChangesOfOthers(production, isOurs))
  const { id, name, venue, startsAt, status } = production
  return (
    <li className={isMarked ? 'is-changed' : undefined}>
      <a href={productionPath(id)}>
        <strong dir="auto">{name}</strong>
        <span className="venue" dir="auto">
          {venue}
        </span>
        <span className="start">{formatStart(startsAt)}</span>
        <span className="stage" data-value={status}>
          {status}
        </span>
        {/* What is in a production is not on the device until it is opened. */}
        <DetailsEdit production={production} />
      </a>
    </li>
  )
})
