/**
 * The way out: takes each batch of the tail to the rooms that have members for it.
 *
 * Flow: batch → which rights can it have changed? (those rooms are held for a check) → rows by room → one delivery
 * per room, encoded once → views. Cost per change depends on the members of its room only.
 */
import type { Batch, LogRow } from '../../postgres/log-row.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import { type BatchEdges, Delivery } from './delivery.ts'
import type { Guards, TouchedGuards } from './guards.ts'
import type { Room } from './room.ts'
import type { RoomTable } from './room-table.ts'

/** What routing asks of its surroundings. */
export interface RouterOptions {
  readonly rooms: RoomTable
  readonly guards: Guards
  /** Models whose rules guard rooms: all of them are checked when changes were left out of a batch. */
  readonly guardModels: readonly string[]
  /** Rooms that must be loaded again because a table of theirs was emptied, by the model's name in the log. */
  readonly roomsOfModel: (model: string) => Iterable<Room>
  /** Spells the ids of a room's changes as they are shown. */
  readonly show: (rows: readonly LogRow[]) => readonly LogRow[]
  /** Seals the cursor of a batch's end. */
  readonly sealPosition: () => string
  readonly log: Logger
  readonly metrics: Metrics
}

export class Router {
  readonly #options: RouterOptions

  constructor(options: RouterOptions) {
    this.#options = options
  }

  /** Routes one batch; never throws. */
  route(batch: Batch): TouchedGuards {
    this.#options.metrics.count('syncline_changes_total', batch.rows.length)
    const touched = this.#touched(batch)
    for (const [model, ids] of touched) {
      for (const room of this.#options.rooms.guardedBy(model, ids)) room.holdForCheck()
    }
    if (this.#options.rooms.size === 0) return touched
    const edges = this.#edges(batch)
    if (batch.reset) {
      for (const room of this.#options.rooms.all()) this.#deliver(room, [], edges, batch.reset)
      return touched
    }
    if (batch.rows.some(isTruncate))
      for (const room of this.#emptied(batch.rows)) this.#deliver(room, [], edges, 'truncated')
    for (const name of batch.overflowing)
      this.#deliver(this.#options.rooms.find(name), [], edges, 'too_many_changes')
    this.#deliverRows(batch.rows, edges)
    return touched
  }

  #touched({ rows, overflowing, reset }: Batch): TouchedGuards {
    const { guards, guardModels } = this.#options
    // Rows that were left out may have been anything, also a change of rights.
    const isWhole = overflowing.size === 0 && !reset
    return isWhole ? guards.find(rows) : new Map(guardModels.map((model) => [model, 'all']))
  }

  /** The cursor is sealed when the first room needs it, within the batch: most batches of a busy log concern nobody here. */
  #edges({ from, to }: Batch): () => BatchEdges {
    let edges: BatchEdges | undefined
    return () => (edges ??= { from, to, cursor: this.#options.sealPosition() })
  }

  #deliverRows(rows: readonly LogRow[], edges: () => BatchEdges): void {
    const [only, another] = rows
    if (only && !another) return this.#deliver(this.#roomOf(only), rows, edges, null)
    const byRoom = new Map<Room, LogRow[]>()
    for (const row of rows) {
      const room = this.#roomOf(row)
      if (!room) continue
      const known = byRoom.get(room)
      if (known) known.push(row)
      else byRoom.set(room, [row])
    }
    for (const [room, own] of byRoom) this.#deliver(room, own, edges, null)
  }

  #roomOf({ room, action }: LogRow): Room | undefined {
    return room === null || action === 'truncate' ? undefined : this.#options.rooms.find(room)
  }

  #emptied(rows: readonly LogRow[]): Set<Room> {
    const emptied = new Set<Room>()
    for (const row of rows) {
      if (row.action !== 'truncate') continue
      const named =
        row.room === null ? this.#options.roomsOfModel(row.model) : [this.#options.rooms.find(row.room)]
      for (const room of named) if (room) emptied.add(room)
    }
    return emptied
  }

  #deliver(
    room: Room | undefined,
    rows: readonly LogRow[],
    edgesOf: () => BatchEdges,
    reload: string | null,
  ): void {
    if (!room) return
    const edges = edgesOf()
    try {
      this.#options.metrics.count('syncline_deliveries_total', room.members.size)
      room.deliver(new Delivery(room.channel, this.#options.show(rows), edges, room.guard, reload))
    } catch (error) {
      // One broken room blocks nobody else (W4): its members load it again.
      this.#options.log.error({ error: String(error) }, 'A batch could not be delivered to a room.')
      room.deliver(new Delivery(room.channel, [], edges, room.guard, 'unavailable'))
    }
  }
}

function isTruncate({ action }: LogRow): boolean {
  return action === 'truncate'
}
