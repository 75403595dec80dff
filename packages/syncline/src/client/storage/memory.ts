/** Storage that lives as long as its object: for tests, server rendering, and devices that may keep nothing. */
import { keptIn } from '../kept-in.ts'
import { inSlices } from '../slices.ts'
import type { StoreRecord } from '../store/store-record.ts'
import type { KeptRoom, RoomWrite, Storage, StorageWrite, StoredDevice, UserStorage } from './storage.ts'
import { recordKey } from '../record-key.ts'

/** Keeps everything in memory. A client made with the same object finds what the last one left. */
export function memory(): Storage {
  const users = new Map<string, MemoryStorage>()
  return {
    open: (user) => keptIn(users, user, () => new MemoryStorage()),
  }
}

interface RoomInMemory {
  readonly cursor: string
  readonly schema: string
  /** As they were loaded; what changed since is in `changed`, so that a load costs nothing (bench: G7). */
  readonly loaded: readonly StoreRecord[]
  /** By model and id; null for those that went. */
  readonly changed: Map<string, StoreRecord | null>
}

class MemoryStorage implements UserStorage {
  device: StoredDevice | undefined
  readonly #rooms = new Map<string, RoomInMemory>()

  async commit({ device, room }: StorageWrite): Promise<void> {
    if (device) this.device = device
    if (room) this.#writeRoom(room)
  }

  loadRoom(channel: string): KeptRoom | undefined {
    const room = this.#rooms.get(channel)
    return room && { ...room, read: (take) => inSlices(portionsOf(recordsOf(room)), take) }
  }

  async purge(discard?: boolean): Promise<number> {
    const unsent = this.device?.outbox.ops.length
    if (unsent && !discard) return unsent
    this.device = undefined
    this.#rooms.clear()
    return 0
  }

  #writeRoom(write: RoomWrite): void {
    if (write.type === 'purge') {
      this.#rooms.delete(write.channel)
      return
    }
    if (write.type === 'replace') {
      const { cursor, schema, records } = write.room
      this.#rooms.set(write.channel, { cursor, schema, loaded: Array.from(records), changed: new Map() })
      return
    }
    const room = this.#rooms.get(write.channel)
    if (!room) return
    for (const { model, id } of write.remove) room.changed.set(recordKey(model, id), null)
    for (const record of write.put) room.changed.set(recordKey(record.model, record.fields.id), record)
    // A page that stays open for days must not remember every record that ever went.
    const isLong = room.changed.size > room.loaded.length + PORTION
    const rows = isLong ? { loaded: recordsOf(room), changed: new Map() } : {}
    this.#rooms.set(write.channel, { ...room, ...rows, cursor: write.cursor })
  }
}

function recordsOf({ loaded, changed }: RoomInMemory): readonly StoreRecord[] {
  if (changed.size === 0) return loaded
  const unchanged = loaded.filter(({ model, fields }) => !changed.has(recordKey(model, fields.id)))
  return [...unchanged, ...[...changed.values()].filter((record) => record !== null)]
}

// 1,000: what a store takes in within a millisecond or two.
const PORTION = 1_000

function* portionsOf(records: readonly StoreRecord[]): Iterable<readonly StoreRecord[]> {
  for (let at = 0; at < records.length; at += PORTION) yield records.slice(at, at + PORTION)
}
