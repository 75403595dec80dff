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
  const stores = [transaction.store('devices'), transaction.store('parked')]
  const requests = stores.flatMap((store) => [store.getAllKeys(), store.getAll()])
  for (const request of requests as IDBRequest<unknown[]>[]) {
    transaction.onResult(request, (list) => {
      if (lists.push(list) === requests.length) take(slotsOf(lists))
    })
  }
}

function slotsOf([slots = [], records = [], parkedOf = [], parked = []]: unknown[][]): KnownSlot[] {
  return slots.flatMap((slot, at) => {
    if (typeof slot !== 'number') return []
    const record = checkedDevice(records[at])
    // One that is damaged does not tell; something may lie there.
    const unsent = record ? record.drawn - record.lastOp : 1
    return [{ slot, unsent, hasParked: (parked[parkedOf.indexOf(slot)] ?? '[]') !== '[]' }]
  })
}
