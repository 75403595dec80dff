/**
 * Where a tail stands in the log, and what it remembers of the way there.
 *
 *   L2   it moves on only by a read that began where it stands
 *   L4   a read that does not go on where it stands is refused
 */
import type { Batch, LogRow, SnapshotText } from '../log-row.ts'
import { firstUnseen } from './cursor.ts'
import type { Beginning, Stand } from './open-tail.ts'
import { Past, type PastContent } from './past.ts'
import { RecentChanges } from './recent-changes.ts'
import type { ReadResult } from './tail-reader.ts'

/** Last minute of changes, for connections that come back. */
export const RECENT_MS = 60_000
/** 32 million characters: 64 MB at most. */
const RECENT_CHARACTERS = 32_000_000
/** Changes whose identity is kept to compare cursors: about 2 MB. */
export const PAST_CHANGES = 20_000

export class TailStand {
  #position: SnapshotText = '0:0:'
  #epoch = ''
  readonly #past = new Past(PAST_CHANGES)
  readonly #recent = new RecentChanges('0:0:', {
    keptMs: RECENT_MS,
    capacity: RECENT_CHARACTERS,
    nowMs: () => performance.now(),
  })
  #history: { readonly position: SnapshotText; readonly history: string } | undefined
  #life: string | null = null
  #readAtMs = performance.now()
  #readAtMicros = 0

  get position(): SnapshotText {
    return this.#position
  }

  get epoch(): string {
    return this.#epoch
  }

  get history(): string {
    if (this.#history?.position !== this.#position) {
      const history = this.#past.fingerprint(this.#position)
      if (history === null) throw new Error(`The past of position ${this.#position} is not in memory.`)
      this.#history = { position: this.#position, history }
    }
    return this.#history.history
  }

  /** Newest history row; null before the first position. */
  get life(): string | null {
    return this.#life
  }

  get readAtMicros(): number {
    return this.#readAtMicros
  }

  get lagMs(): number {
    return performance.now() - this.#readAtMs
  }

  /** What the database must still show for the log to be continued; null before the first position. */
  get known(): Stand | null {
    return this.#life === null ? null : { snapshot: this.#position, history: this.history, life: this.#life }
  }

  historyAt(snapshot: SnapshotText): string | null {
    return this.#past.fingerprint(snapshot)
  }

  recent(snapshot: SnapshotText, rooms: readonly string[] | 'all'): readonly LogRow[] | null {
    return this.#recent.since(snapshot, rooms)
  }

  /** The first position, or another one after the log could not be continued. */
  begin({ batch, past, life, readAtMicros, epoch }: Beginning): void {
    this.#past.reset(past)
    this.#life = life
    this.#epoch = epoch
    this.#position = batch.to
    this.#note(readAtMicros)
    this.#recent.reset(batch.from)
    this.#recent.add(batch)
    this.#readAtMs = performance.now()
  }

  /** Whether this read goes on here, with nothing to look into. */
  isPlain(from: SnapshotText, { life, floor }: ReadResult): boolean {
    return from === this.#position && life === this.#life && floor <= firstUnseen(from)
  }

  /** Throws when the log does not go on here; opening it again finds out why, and begins anew. */
  refuseHole(from: SnapshotText, { floor, life }: ReadResult): void {
    if (floor > firstUnseen(from))
      throw new Error(`The log is pruned below transaction ${floor}, beyond the tail's position.`)
    if (life === null || life.endsWith(' restored')) throw new Error('The log was restored from a dump.')
  }

  /** Whether the past goes on with what this read says of it; else it must be read. */
  knowsPastOf({ past, life }: ReadResult): boolean {
    return past !== null && life === this.#life
  }

  /** Moves on; answers what is new, if anything is. `past` when it does not go on with the read's. */
  take(from: SnapshotText, result: ReadResult, past: PastContent | null): Batch | undefined {
    this.#readAtMs = performance.now()
    if (past) this.#past.reset(past)
    else this.#past.add(result.past ?? [])
    this.#life = result.life
    this.#position = result.position
    this.#note(result.readAtMicros)
    if (result.rows.length === 0 && result.overflowing.size === 0) return undefined
    const batch = { from, to: result.position, rows: result.rows, overflowing: result.overflowing }
    this.#recent.add(batch)
    return batch
  }

  /** The clock may be set back; what is found later must never seem to have been found earlier. */
  #note(readAtMicros: number): void {
    this.#readAtMicros = Math.max(readAtMicros, this.#readAtMicros + 1)
  }
}
