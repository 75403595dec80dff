/** What was found, as a list to choose from; it stays current while it is open. */
import { useEffect, useMemo } from 'react'
import { useSyncStatus } from '../sync/hooks.ts'
import { type Findable, findMatches } from './find-matches.ts'
import { nothingFound } from './nothing-found.ts'
import { useAllProductions } from './use-all-productions.ts'
import { useFindables } from './use-findables.ts'

interface SearchResultsProps {
  readonly id: string
  readonly query: string
  /** Index of the one that Enter opens. */
  readonly chosen: number
  onFound(matches: readonly Findable[]): void
  onOpen(match: Findable): void
}

export function SearchResults({ id, query, chosen, onFound, onOpen }: SearchResultsProps) {
  const reach = useAllProductions()
  const isOffline = useSyncStatus(({ status }) => status === 'offline')
  const findables = useFindables()
  const { best, count } = useMemo(() => findMatches(findables, query), [findables, query])
  useEffect(() => onFound(best), [best, onFound])
  return (
    <div className="found">
      <ul id={id} role="listbox" aria-label="Found">
        {best.map((match, index) => (
          <li
            key={match.href}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            // The field keeps the focus, so that it does not close the list before the click.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onOpen(match)}
          >
            <strong dir="auto">{match.name}</strong>
            <span>{match.place}</span>
          </li>
        ))}
      </ul>
      <p role="status" className={count > 0 && count === best.length ? 'unseen' : 'empty'}>
        {count === 0 ? nothingFound(query, reach, isOffline) : howMany(count, best.length)}
      </p>
    </div>
  )
}

function howMany(count: number, shown: number): string {
  return count === shown ? `${count} found` : `The best ${shown} of ${count}. Write more to find less.`
}
