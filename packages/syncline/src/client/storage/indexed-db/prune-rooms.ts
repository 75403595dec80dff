/** Cached rooms that nobody looks at any more go; unsent writes lie elsewhere, and stay. */
import type { Transaction } from './database.ts'
import { checkedHeader } from './room-header.ts'
import { removeRoom } from './write-rooms.ts'

/** Removes the rooms last used before `since`. Those that this page has joined stay, and are noted as used now. */
export function pruneRooms(transaction: Transaction, joined: ReadonlySet<IDBValidKey>, since: number): void {
  const rooms = transaction.store('rooms')
  transaction.onResult(rooms.getAllKeys(), (channels) =>
    transaction.onResult(rooms.getAll(), (stored: unknown[]) =>
      channels.forEach((channel, at) => {
        const header = checkedHeader(stored[at])
        if (joined.has(channel)) {
          if (header) rooms.put({ ...header, usedAt: Date.now() }, channel)
        } else if ((header?.usedAt ?? 0) < since) removeRoom(transaction, channel as string)
      }),
    ),
  )
}
