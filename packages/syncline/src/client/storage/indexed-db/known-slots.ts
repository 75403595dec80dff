/** The devices in the database, and what each has left to be dealt with (W3). */
import type { Transaction } from './database.ts'
import { checkedDevice } from './device-record.ts'

/** What is known of a device before it is claimed. */
export interface KnownSlot {
  readonly slot: number
  /** Ops that are not known to be on the server. */
  readonly unsent: number
  readonly hasParked: boolean
}

/** Reads them inside a transaction, and hands them on in it. */
export function readSlots(transaction: Transaction, take: (slots: readonly KnownSlot[]) => void): void {
  const lists: unknown[][] = []
  const [devices, ops, parked] = [
    transaction.store('devices'),
    transaction.store('ops'),
    transaction.store('parked'),
  ]
  const keys = [devices, ops, parked].map((store) => store.getAllKeys())
  const requests = [...keys, devices.getAll(), parked.getAll()]
  for (const request of requests as IDBRequest<unknown[]>[]) {
    transaction.onResult(request, (list) => {
      if (lists.push(list) === requests.length) take(slotsOf(lists))
    })
  }
}

/** How many ops would be lost with these devices. */
export function unsentOf(slots: readonly KnownSlot[]): number {
  return slots.reduce((sum, { unsent }) => sum + unsent, 0)
}

function slotsOf([
  slots = [],
  records = [],
  runs = [],
  parkedOf = [],
  parked = [],
]: unknown[][]): KnownSlot[] {
  return slots.flatMap((slot, at) => {
    if (typeof slot !== 'number') return []
    const record = checkedDevice(records[at])
    const isOfSlot = (key: unknown) => Array.isArray(key) && key[0] === slot
    // A record that is damaged does not tell; what lies there may be unsent.
    const unsent = record ? record.drawn - record.lastOp : runs.filter(isOfSlot).length
    const hasParked = (parked[parkedOf.indexOf(slot)] ?? '[]') !== '[]'
    return [{ slot, unsent, hasParked }]
  })
}
