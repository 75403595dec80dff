/**
 * The last minute of the log in memory, room by room, so that a wave of returning connections costs no queries.
 *
 * It begins at a snapshot and holds every change since; a cursor that saw all that its beginning saw can be served.
 */
import type { Batch, LogRow, SnapshotText } from '../log-row.ts'
import { covers, transactionId, visibleIn } from './cursor.ts'

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
  /** Null for a batch of few rows, in which it is quicker to look than to keep a table of it for a minute. */
  readonly rooms: ReadonlyMap<string, readonly LogRow[]> | null
  readonly overflowing: ReadonlySet<string>
  readonly size: number
}

/** Stands where a batch was, so that its rows can be collected. */
const GONE: Kept = { to: '0:0:', atMs: 0, rows: [], rooms: null, overflowing: new Set(), size: 0 }

export class RecentChanges {
  #begin: SnapshotText
  #kept: Kept[] = []
  /** Batches at the front of `#kept` that are forgotten already; cut off when they are half of it. */
  #forgotten = 0
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
    this.#forgotten = 0
    this.#size = 0
  }

  add(batch: Batch): void {
    let size = 0
    for (const row of batch.rows) size += sizeOf(row)
    this.#kept.push({
      to: batch.to,
      atMs: this.#options.nowMs(),
      rows: batch.rows,
      rooms: batch.rows.length > FEW_ROWS ? byRoom(batch.rows) : null,
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
    const sees = visibleIn(cursor)
    for (let index = this.#firstUnseen(cursor); index < this.#kept.length; index++) {
      const kept = this.#kept[index] as Kept
      const isCut =
        rooms === 'all' ? kept.overflowing.size > 0 : rooms.some((room) => kept.overflowing.has(room))
      if (isCut) return null
      const rows = rooms === 'all' ? kept.rows : rowsOf(kept, rooms)
      for (const row of rows) if (!sees(transactionId(row.xid))) missed.push(row)
    }
    return missed
  }

  /** Place of the first batch that the cursor has not seen whole: whoever saw one saw all before it. */
  #firstUnseen(cursor: SnapshotText): number {
    let [low, high] = [this.#forgotten, this.#kept.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (covers(cursor, (this.#kept[middle] as Kept).to)) low = middle + 1
      else high = middle
    }
    return low
  }

  #forget(): void {
    const { keptMs, capacity, nowMs } = this.#options
    const now = nowMs()
    while (this.#forgotten < this.#kept.length) {
      const oldest = this.#kept[this.#forgotten] as Kept
      if (this.#size <= capacity && now - oldest.atMs < keptMs) break
      this.#size -= oldest.size
      this.#begin = oldest.to
      this.#kept[this.#forgotten++] = GONE
    }
    // Cutting each one off would copy all the others for every batch of a busy minute.
    if (this.#forgotten * 2 <= this.#kept.length) return
    this.#kept = this.#kept.slice(this.#forgotten)
    this.#forgotten = 0
  }
}

/** A change without its text costs about this. */
const ROW_SIZE = 300

function sizeOf(row: LogRow): number {
  return ROW_SIZE + (row.fields?.length ?? 0) + (row.fieldVersions?.length ?? 0) + (row.marks?.length ?? 0)
}

const FEW_ROWS = 8

function rowsOf({ rooms: table, rows }: Kept, rooms: readonly string[]): readonly LogRow[] {
  return rooms.flatMap((name) => table?.get(name) ?? (table ? [] : rows.filter(({ room }) => room === name)))
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
