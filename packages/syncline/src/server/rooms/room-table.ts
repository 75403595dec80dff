/** All rooms that have members, by the name the log uses, and by the model whose rule guards them. */
import type { Room } from './room.ts'

/** How a room is found: its name in the log, and the root model and id whose access rule guards it. */
export interface RoomKey {
  /** `Production:42`, `Lens:all`, or a name that no log row has. */
  readonly name: string
  /** Model whose read rule guards it; null when no table does. */
  readonly guardModel: string | null
  /** Record of that model; null when it is not about one record. */
  readonly guardId: string | null
}

/** A room as the table sees it. */
interface Tabled {
  readonly members: { readonly size: number }
  close(): void
}

export class RoomTable<R extends Tabled = Room> {
  readonly #rooms = new Map<string, R>()
  readonly #guarded = new Map<string, Map<R, RoomKey>>()

  get size(): number {
    return this.#rooms.size
  }

  find(name: string): R | undefined {
    return this.#rooms.get(name)
  }

  all(): IterableIterator<R> {
    return this.#rooms.values()
  }

  /** The room, made when nobody is in it yet. */
  open(key: RoomKey, create: () => R): R {
    const known = this.#rooms.get(key.name)
    if (known) return known
    const room = create()
    this.#rooms.set(key.name, room)
    if (key.guardModel !== null) {
      const rooms = this.#guarded.get(key.guardModel) ?? new Map<R, RoomKey>()
      this.#guarded.set(key.guardModel, rooms.set(room, key))
    }
    return room
  }

  /** Forgets the room when nobody is left in it. */
  closeIfEmpty(key: RoomKey): void {
    const room = this.#rooms.get(key.name)
    if (!room || room.members.size > 0) return
    room.close()
    this.#rooms.delete(key.name)
    if (key.guardModel !== null) this.#guarded.get(key.guardModel)?.delete(room)
  }

  /** Rooms guarded by the rule of a model: of these records, or of all. */
  guardedBy(model: string, ids: ReadonlySet<string> | 'all'): readonly R[] {
    const found: R[] = []
    const guarded = this.#guarded.get(model)
    if (!guarded || guarded.size === 0) return found
    for (const [room, key] of guarded) {
      if (ids === 'all' || (key.guardId !== null && ids.has(key.guardId))) found.push(room)
    }
    return found
  }
}
