/**
 * A production's room for as long as its page is open.
 *
 *   A2 revoked   who loses the right sees the room go; when the production comes back to the user's list, the room
 *                is joined again
 */
import { useEffect, useRef, useState } from 'react'
import { doubtMs } from './doubt.ts'
import { useRecord, useRoom, useSyncStatus } from './hooks.ts'
import { doubtful, type Presence, presenceOf } from './presence.ts'
import { reasonOf } from './reason-of.ts'
import type { Production } from './rows.ts'

export interface ProductionRoom {
  readonly presence: Presence
  readonly production: Production | undefined
  /** Why it is `refused`. */
  readonly reason: string
  readonly retry: () => void
}

/** Joins the room; its rows are read with `useQuery`. */
export function useProductionRoom(id: string): ProductionRoom {
  const { phase, error, refetch } = useRoom('production', id)
  const { data: production } = useRecord('production', id)
  const isOffline = useSyncStatus(({ status }) => status === 'offline')
  const isListed = production !== undefined
  const wasListed = useRef(isListed)
  /** How often the room was asked for since it went, while the list named it. */
  const [asked, setAsked] = useState(0)

  useEffect(() => {
    const isBack = isListed && !wasListed.current
    wasListed.current = isListed
    if (!isListed || phase === 'live') setAsked(0)
    if (phase !== 'gone' || !isListed) return
    // A right that is taken and given back at once can be missed by the list: then it names the production all the time.
    const waitMs = isBack ? 0 : doubtMs(asked)
    const timer = setTimeout(() => {
      setAsked(asked + 1)
      refetch()
    }, waitMs)
    return () => clearTimeout(timer)
  }, [asked, isListed, phase, refetch])

  const presence = asked > 0 && isListed ? doubtful(phase, isOffline) : presenceOf(phase, isOffline)
  return { presence, production, reason: error ? reasonOf(error) : '', retry: refetch }
}
