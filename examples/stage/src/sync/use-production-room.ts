/**
 * A production's room for as long as its page is open.
 *
 *   A2 revoked   who loses the right sees the room go; when the production comes back to the user's list, the room
 *                is joined again
 */
import { useEffect, useRef } from 'react'
import { useRecord, useRoom, useSyncStatus } from './hooks.ts'
import type { Production } from './rows.ts'

/** Whether what a page asked for is there. `away`: it is not on this device, and the server does not answer. */
type Presence = 'loading' | 'here' | 'gone' | 'away' | 'refused'

export interface ProductionRoom {
  readonly presence: Presence
  readonly production: Production | undefined
  /** Why it is `refused`. */
  readonly reason: string
  readonly retry: () => void
}

/** How long the list may go on naming a production whose room is gone, in ms, before the room is asked for again. */
const DOUBT_MS = 500

/** Joins the room; its rows are read with `useQuery`. */
export function useProductionRoom(id: string): ProductionRoom {
  const { phase, error, refetch } = useRoom('production', id)
  const { data: production } = useRecord('production', id)
  const isOffline = useSyncStatus(({ status }) => status === 'offline')
  const isListed = production !== undefined
  const wasListed = useRef(isListed)

  useEffect(() => {
    const isBack = isListed && !wasListed.current
    wasListed.current = isListed
    if (phase !== 'gone' || !isListed) return
    // A right that is taken and given back at once can be missed by the list: then it names the production all the time.
    const timer = setTimeout(refetch, isBack ? 0 : DOUBT_MS)
    return () => clearTimeout(timer)
  }, [isListed, phase, refetch])

  const presence = presenceOf(phase, isOffline)
  return { presence, production, reason: error?.message ?? '', retry: refetch }
}

function presenceOf(phase: string, isOffline: boolean): Presence {
  if (phase === 'gone') return 'gone'
  if (phase === 'error') return 'refused'
  if (phase === 'joining') return isOffline ? 'away' : 'loading'
  return 'here'
}
