/**
 * Holds the rooms of all productions of the list while somebody searches, or is about to take something out of the
 * library: what the device keeps of them is read from
 * it, without a network too, and what it does not keep comes from the server.
 */
import { useEffect, useMemo, useState } from 'react'
import type { Room } from 'syncline/client'
import { useQuery, useSyncClient, useSyncStatus } from '../sync/hooks.ts'

/** Rooms are held at once up to here: a connection has a limit, and so has a phone. */
const MOST = 40

export interface Reach {
  /** How many productions are still read. */
  readonly reading: number
  /** How many cannot be searched: they are not on the device and the server does not answer, or there are too many. */
  readonly missing: number
}

/** Holds none while `isWanted` is false. */
export function useAllProductions(isWanted = true): Reach {
  const client = useSyncClient()
  const { data } = useQuery('production', { orderBy: { startsAt: 'desc' } })
  const isOffline = useSyncStatus(({ status }) => status === 'offline')
  const ids = data.slice(0, isWanted ? MOST : 0).map(({ id }) => id)
  const key = JSON.stringify(ids)
  const [waiting, setWaiting] = useState(ids.length)

  useEffect(() => {
    const rooms = (JSON.parse(key) as string[]).map((id) => client.join('production', id))
    const count = () => setWaiting(rooms.filter(isWaiting).length)
    const stops = rooms.map((room) => room.status.subscribe(count))
    count()
    return () => {
      for (const stop of stops) stop()
      for (const room of rooms) room.leave()
    }
  }, [client, key])

  return useMemo(() => {
    const beyond = Math.max(data.length - MOST, 0)
    return isOffline ? { reading: 0, missing: waiting + beyond } : { reading: waiting, missing: beyond }
  }, [waiting, isOffline, data.length])
}

function isWaiting({ status }: Room): boolean {
  return status.current === 'joining'
}
