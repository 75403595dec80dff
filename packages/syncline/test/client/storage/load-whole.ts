/** A cached room with all its rows, as a client gets it. */
import type { StoredRoom, UserStorage } from '../../../src/client/storage/storage.ts'
import type { StoreRecord } from '../../../src/client/store/store-record.ts'

/** Nothing when there is none, or when its rows cannot be had. */
export async function loadWhole(storage: UserStorage, channel: string): Promise<StoredRoom | undefined> {
  const kept = await storage.loadRoom(channel)
  if (!kept) return undefined
  const all: (readonly StoreRecord[])[] = []
  try {
    await kept.read((records) => all.push(records))
  } catch {
    return undefined
  }
  return { cursor: kept.cursor, schema: kept.schema, records: all.flat() }
}
