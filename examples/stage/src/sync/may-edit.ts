/**
 * Whether what is on the page may be edited by who looks at it. The server decides; the page only offers what it would
 * allow, and follows the role while it is open.
 */
import { createContext, useContext } from 'react'
import { useCrew } from './crew-context.ts'
import { useQuery } from './hooks.ts'
import { useIsAdmin } from './use-people.ts'

/** Wraps what belongs to one production. */
export const MayEditProvider = createContext(true)

/** Whether the parts of the page around here may be edited. */
export function useMayEdit(): boolean {
  return useContext(MayEditProvider)
}

/** Whether whoever is signed in may change a production: not when they are known to be no more than a viewer of it. */
export function useMayEditProduction(productionId: string): boolean {
  const { user } = useCrew()
  const isAdmin = useIsAdmin()
  const { data } = useQuery('productionMember', { where: { productionId, userId: user.id } })
  return isAdmin || data.every(({ role }) => role === 'crew')
}
