/** The devices in the database, and what each has left to be dealt with (W3). */
import { STORES, type Transaction, transact } from './database.ts'
import { checkedDevice } from './device-record.ts'

/** What is known of a device before it is claimed. */
export interface KnownSlot {
  readonly slot: number
  /** Ops that are not known to be on the server. */
  readonly unsent: number
  readonly hasParked: boolean
}

/** It has something to be dealt with. */
export function isLeft({ unsent, hasParked }: KnownSlot): boolean {
  return unsent > 0 || hasParked
}

export async function knownSlots(database: IDBDatabase): Promise<readonly KnownSlot[]> {
  const found: KnownSlot[] = []
  await transact(database, STORES, 'readonly', (transaction) =>
    readSlots(transaction, (slots) => found.push(...slots)),
  )
  return found
}

/** Reads them inside a transaction, and hands them on in it. */
export function readSlots(transaction: Transaction, take: (slots: readonly KnownSlot[]) => void): void {
  const lists: unknown[][] = []
  const devices = transaction.store('devices')
  const requests = [devices.getAllKeys(), devices.getAll(), transaction.store('parked').getAllKeys()]
  for (const request of requests as IDBRequest<unknown[]>[]) {
    transaction.onResult(request, (list) => {
      if (lists.push(list) === requests.length) take(slotsOf(lists))
    })
  }
}

function slotsOf([slots = [], records = [], parked = []]: unknown[][]): KnownSlot[] {
  return slots.flatMap((slot, at) => {
    if (typeof slot !== 'number') return []
    const record = checkedDevice(records[at])
    // One that is damaged does not tell; something may lie there.
    const unsent = record ? record.drawn - record.lastOp : 1
    return [{ slot, unsent, hasParked: parked.includes(slot) }]
  })
}
