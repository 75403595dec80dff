/** Which devices are pieces of the library: whoever deletes one is told. */
import { useMemo } from 'react'
import { useAllProductions } from '../search/use-all-productions.ts'
import { useQuery } from './hooks.ts'

export interface Uses {
  /** How many devices are this piece. */
  of(pieceId: string): number
  /** Every production has been looked at. */
  readonly areAll: boolean
}

/** Reads the productions while `isWanted`. */
export function useUses(isWanted: boolean): Uses {
  const { reading, missing } = useAllProductions(isWanted)
  const areAll = reading === 0 && missing === 0
  const lists = [
    useQuery('ccu').data,
    useQuery('mediaServer').data,
    useQuery('switcher').data,
    useQuery('router').data,
    useQuery('ledScreen').data,
    useQuery('projectionScreen').data,
    useQuery('record').data,
    useQuery('stream').data,
  ]
  return useMemo(() => {
    const counts = new Map<string, number>()
    for (const { equipmentId } of lists.flat()) {
      if (equipmentId !== null) counts.set(equipmentId, (counts.get(equipmentId) ?? 0) + 1)
    }
    return { of: (id) => counts.get(id) ?? 0, areAll }
    // Each list is the same until it changes, and there are always as many.
  }, [areAll, ...lists])
}

/** "8 devices are one, and stay without until it comes back." */
export function describeUses(uses: number, areAll: boolean): string {
  if (uses === 0) return areAll ? '' : 'Productions that were not looked at may use it.'
  const devices = `${areAll ? '' : 'At least '}${uses} ${uses === 1 ? 'device uses' : 'devices use'} it`
  return `${devices}: Undo makes ${uses === 1 ? 'it' : 'them'} whole again.`
}
