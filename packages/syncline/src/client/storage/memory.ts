/** Storage that lives as long as its object: for tests, server rendering, and devices that may keep nothing. */
import type { StoreRecord } from '../store/store.ts'
import type { RoomWrite, Storage, StorageWrite, StoredDevice, StoredRoom, UserStorage } from './storage.ts'

/** Keeps everything in memory. A client made with the same object finds what the last one left. */
export function memory(): Storage {
  const users = new Map<string, MemoryStorage>()
  return {
    open(user) {
      const storage = users.get(user) ?? new MemoryStorage()
      users.set(user, storage)
      return storage
    },
  }
}

interface KeptRoom {
  readonly cursor: string
  readonly schema: string
  readonly records: Map<string, StoreRecord>
}

class MemoryStorage implements UserStorage {
  device: StoredDevice | undefined
  readonly #rooms = new Map<string, KeptRoom>()

  async commit({ device, room }: StorageWrite): Promise<void> {
    if (device) this.device = device
    if (room) this.#writeRoom(room)
  }

  loadRoom(channel: string): StoredRoom | undefined {
    const room = this.#rooms.get(channel)
    return room && { ...room, records: room.records.values() }
  }

  async purge(): Promise<void> {
    this.device = undefined
    this.#rooms.clear()
  }

  #writeRoom(write: RoomWrite): void {
    if (write.type === 'purge') {
      this.#rooms.delete(write.channel)
      return
    }
    if (write.type === 'replace') {
      const { cursor, schema, records } = write.room
      const byKey = new Map(Array.from(records, (record) => [keyOf(record.model, record.fields.id), record]))
      this.#rooms.set(write.channel, { cursor, schema, records: byKey })
      return
    }
    const room = this.#rooms.get(write.channel)
    if (!room) return
    for (const { model, id } of write.remove) room.records.delete(keyOf(model, id))
    for (const record of write.put) room.records.set(keyOf(record.model, record.fields.id), record)
    this.#rooms.set(write.channel, { ...room, cursor: write.cursor })
  }
}

function keyOf(model: string, id: string): string {
  return `${model} ${id}`
}
