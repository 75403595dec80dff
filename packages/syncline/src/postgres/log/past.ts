/**
 * What a snapshot saw, as a fingerprint: how a cursor of another life of the database is recognised (L4).
 *
 * A restored backup, a volume put back or a promoted standby keeps every identity and goes on from an older state, with
 * the same transaction ids for other changes. So a cursor carries a digest of what it saw: the newest history row (one
 * is written each time a tail connects) and the newest rows of the log. Whoever presents it here is refused unless the
 * same snapshot shows the same past here.
 *
 * The history row finds a life that began before the cursor was issued, even if nothing was logged. The log rows find
 * what was written before a tail had connected, and transactions whose commit was lost in a failover.
 */
import type { SnapshotText } from '../log-row.ts'
import { parseSnapshot, visibleIn } from './cursor.ts'
import { MixedWords } from './mixed-words.ts'

/** Newest log rows in a fingerprint: more than are usually in flight when a failover cuts them off. */
export const FINGERPRINT_ROWS = 32

/** What of a log row goes into a fingerprint. */
export interface PastChange {
  readonly xid: number
  readonly seq: number
  /** As PostgreSQL prints it in UTC, to the microsecond. */
  readonly at: string
  /** What stands in a fingerprint, once it was asked for: a row stays among the newest for many cursors (`bench`: G3). */
  first?: number
  second?: number
}

/** A history row. */
export interface Birth {
  readonly id: string
  readonly xid: number
}

/** What the database shows of its past. */
export interface PastContent {
  readonly births: readonly Birth[]
  readonly changes: readonly PastChange[]
  /** True when it shows nothing older. */
  readonly isWhole: boolean
}

const words = new MixedWords()

/**
 * A digest, as hexadecimal digits. `changes` are at most `FINGERPRINT_ROWS`, in any order: each tells its place by itself,
 * so the sum of their digests is one of them all.
 */
export function fingerprint(birth: string | null, changes: readonly PastChange[]): string {
  const sum = new DigestSum()
  for (const change of changes) sum.add(change)
  return sum.fingerprint(birth)
}

class DigestSum {
  #first = 0
  #second = 0
  #count = 0

  add(change: PastChange): void {
    if (change.first === undefined) mix(change)
    this.#first = (this.#first + (change.first as number)) | 0
    this.#second = (this.#second + (change.second as number)) | 0
    this.#count++
  }

  /** Of a change that was added. */
  remove({ first, second }: PastChange): void {
    this.#first = (this.#first - (first as number)) | 0
    this.#second = (this.#second - (second as number)) | 0
    this.#count--
  }

  fingerprint(birth: string | null): string {
    words.begin()
    words.addText(birth ?? 'none')
    words.add(this.#first, this.#second, this.#count, 0)
    return words.end()
  }
}

function mix(change: PastChange): void {
  const { xid, seq, at } = change
  words.begin()
  words.add(xid | 0, xid / 2 ** 32, seq | 0, seq / 2 ** 32)
  words.addText(at)
  ;[change.first, change.second] = words.endHalf()
}

/** The newest part of the log and the history in memory, so that fingerprints of recent cursors cost no query. */
export class Past {
  #births: readonly Birth[] = []
  #changes: PastChange[] = []
  /** True while nothing older exists than what is held here. */
  #isWhole = false
  /** Of the newest changes, as many as stand in a fingerprint; null when it must be made anew. */
  #newestSum: DigestSum | null = null
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Starts anew from what the database shows. */
  reset({ births, changes, isWhole }: PastContent): void {
    this.#births = births.toSorted((a, b) => b.xid - a.xid)
    this.#changes = changes.toSorted(byAge)
    this.#isWhole = isWhole
    this.#newestSum = null
  }

  add(changes: readonly PastChange[]): void {
    for (const change of changes) this.#insert(change)
    // Trimmed rarely: each time costs a copy.
    if (this.#changes.length <= 2 * this.#capacity) return
    this.#changes = this.#changes.slice(-this.#capacity)
    this.#isWhole = false
    this.#newestSum = null
  }

  /** The fingerprint of what the snapshot saw, or null when that lies further back than what is held. */
  fingerprint(snapshot: SnapshotText): string | null {
    const sees = visibleIn(snapshot)
    const birth = this.#births.find(({ xid }) => sees(xid))
    if (!birth) return null
    if (this.#isSeenWhole(snapshot)) return this.#ofNewest().fingerprint(birth.id)
    const seen = this.#newest(snapshot)
    return seen.length === FINGERPRINT_ROWS || this.#isWhole ? fingerprint(birth.id, seen) : null
  }

  /** Whether it saw all that is held, and that is enough: so it is wherever the tail stands (`bench`: G3). */
  #isSeenWhole(snapshot: SnapshotText): boolean {
    const { xmax, open } = parseSnapshot(snapshot)
    const length = this.#changes.length
    const isEnough = length >= FINGERPRINT_ROWS || this.#isWhole
    return (
      isEnough && open.length === 0 && (length === 0 || (this.#changes[length - 1] as PastChange).xid < xmax)
    )
  }

  #ofNewest(): DigestSum {
    if (this.#newestSum) return this.#newestSum
    const sum = new DigestSum()
    for (const change of this.#changes.slice(-FINGERPRINT_ROWS)) sum.add(change)
    return (this.#newestSum = sum)
  }

  /** What the snapshot saw of the changes, at most as many as stand in a fingerprint, newest first. */
  #newest(snapshot: SnapshotText): PastChange[] {
    const { xmax, open } = parseSnapshot(snapshot)
    const sees = visibleIn(snapshot)
    const newest: PastChange[] = []
    for (let index = this.#changes.length - 1; index >= 0 && newest.length < FINGERPRINT_ROWS; index--) {
      const change = this.#changes[index] as PastChange
      if (open.length === 0 ? change.xid < xmax : sees(change.xid)) newest.push(change)
    }
    return newest
  }

  /** Almost always the newest, so looked for from the end. */
  #insert(change: PastChange): void {
    let index = this.#changes.length
    while (index > 0 && byAge(this.#changes[index - 1] as PastChange, change) > 0) index--
    if (index < this.#changes.length) {
      this.#changes.splice(index, 0, change)
      this.#newestSum = null
      return
    }
    this.#changes.push(change)
    if (!this.#newestSum) return
    this.#newestSum.add(change)
    if (index >= FINGERPRINT_ROWS)
      this.#newestSum.remove(this.#changes[index - FINGERPRINT_ROWS] as PastChange)
  }
}

function byAge(a: PastChange, b: PastChange): number {
  return a.xid - b.xid || a.seq - b.seq
}
