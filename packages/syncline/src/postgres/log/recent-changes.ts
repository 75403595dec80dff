/**
 * The last minute of the log in memory, room by room, so that a wave of returning connections costs no queries.
 *
 * It begins at a snapshot and holds every change since; a cursor that saw all that its beginning saw can be served.
 */
import type { Batch, LogRow, SnapshotText } from '../log-row.ts'
import { covers, isVisible } from './cursor.ts'

export interface RecentOptions {
  /** Age after which a batch is forgotten, in ms. */
  readonly keptMs: number
  /** Most that is held, in characters of the changes' text. */
  readonly capacity: number
  readonly nowMs: () => number
}

interface Kept {
  readonly to: SnapshotText
  readonly atMs: number
  readonly rows: readonly LogRow[]
  readonly rooms: ReadonlyMap<string, readonly LogRow[]>
  readonly overflowing: ReadonlySet<string>
  readonly size: number
}

export class RecentChanges {
  #begin: SnapshotText
  #kept: Kept[] = []
  #size = 0
  readonly #options: RecentOptions

  constructor(begin: SnapshotText, options: RecentOptions) {
    this.#begin = begin
    this.#options = options
  }

  /** Forgets everything and begins at another snapshot. */
  reset(begin: SnapshotText): void {
    this.#begin = begin
    this.#kept = []
    this.#size = 0
  }

  add(batch: Batch): void {
    const size = batch.rows.reduce((sum, row) => sum + sizeOf(row), 0)
    this.#kept.push({
      to: batch.to,
      atMs: this.#options.nowMs(),
      rows: batch.rows,
      rooms: byRoom(batch.rows),
      overflowing: batch.overflowing,
      size,
    })
    this.#size += size
    this.#forget()
  }

  /**
   * Changes of these rooms, or of all rooms and of none, that the cursor has not seen, in order; null when it lies
   * before the beginning, or when one of the rooms had more changes than are held.
   */
  since(cursor: SnapshotText, rooms: readonly string[] | 'all'): LogRow[] | null {
    if (!covers(cursor, this.#begin)) return null
    const missed: LogRow[] = []
    for (const kept of this.#kept) {
      if (covers(cursor, kept.to)) continue
      const isCut =
        rooms === 'all' ? kept.overflowing.size > 0 : rooms.some((room) => kept.overflowing.has(room))
      if (isCut) return null
      const rows = rooms === 'all' ? kept.rows : rooms.flatMap((room) => kept.rooms.get(room) ?? [])
      for (const row of rows) if (!isVisible(row.xid, cursor)) missed.push(row)
    }
    return missed
  }

  #forget(): void {
    const { keptMs, capacity, nowMs } = this.#options
    let count = 0
    while (count < this.#kept.length) {
      const oldest = this.#kept[count] as Kept
      if (this.#size <= capacity && nowMs() - oldest.atMs < keptMs) break
      this.#size -= oldest.size
      this.#begin = oldest.to
      count++
    }
    if (count > 0) this.#kept = this.#kept.slice(count)
  }
}

/** A change without its text costs about this. */
const ROW_SIZE = 300

function sizeOf(row: LogRow): number {
  return ROW_SIZE + (row.fields?.length ?? 0) + (row.fieldVersions?.length ?? 0) + (row.marks?.length ?? 0)
}

function byRoom(rows: readonly LogRow[]): Map<string, LogRow[]> {
  const rooms = new Map<string, LogRow[]>()
  for (const row of rows) {
    if (row.room === null) continue
    const known = rooms.get(row.room)
    if (known) known.push(row)
    else rooms.set(row.room, [row])
  }
  return rooms
}
