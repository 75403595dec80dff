/** Everybody who can sign in, by id: to say who changed what. */
import { useMemo } from 'react'
import { useQuery } from './hooks.ts'
import type { Person } from './rows.ts'
import { useCrew } from './crew-context.ts'

/** People by id. */
export function usePeople(): ReadonlyMap<string, Person> {
  const { data } = useQuery('person', { orderBy: 'name' })
  return useMemo(() => new Map(data.map((person) => [person.id, person])), [data])
}

/** Whether whoever is signed in runs productions. The server decides; the page only offers what it would allow. */
export function useIsAdmin(): boolean {
  const { user } = useCrew()
  return usePeople().get(user.id)?.isAdmin ?? false
}
