/** The seam between the log (postgres) and routing (server). */
import type { Row, Statement } from '../database.ts'
import type { ChangeRow } from './change-row.ts'
import type { Batch, LogRow, SnapshotText } from '../log-row.ts'

export { startTail, type TailOptions } from './start-tail.ts'

/** A read of the log for somebody else's pipeline. */
export interface ReadAlong {
  readonly statement: Statement
  /** Instead of `statement`, behind a writer that knows all that its transaction has logged. */
  readonly shortStatement: Statement
  /** Takes the rows of the answer, and with those of the short statement all that the writer has logged, by `seq`. */
  handOver(answer: readonly Row[], own?: readonly ChangeRow[]): void
  /** Must be called when the pipeline has ended, well or not. */
  end(): void
}

/** Must be called when a quiet transaction has ended, with its id, or with nothing when that is not known. */
export type EndQuiet = (xid?: string) => void

/** Reads the log as it grows and hands every batch to one listener, in order. */
export interface Tail {
  /** Everything up to this snapshot has been handed on. */
  readonly position: SnapshotText
  /**
   * Fingerprint of the past that `position` saw; part of every cursor made at it. It changes with every batch:
   * read it together with `position`.
   */
  readonly history: string
  /**
   * The database's clock in the read that led to `position`, in µs since 1970; it rises with every read. What that read
   * found was committed before it.
   */
  readonly readAtMicros: number
  /** Id of this life of the log as long as the tail knows it; another id, other cursors. */
  readonly epoch: string
  /** Whether other tails read this database. */
  readonly hasPeers: boolean
  /**
   * Lets a transaction of this process commit without a notification (`syncline.wake` = `never`), which would cost it
   * more than its tail's own reading: other programs that listen are told a moment later. Undefined where other tails
   * must be woken, as any writer does.
   */
  beginQuiet(): EndQuiet | undefined
  /** Tells the tail that this process has committed something, so that it need not wait for a notification. */
  wake(): void
  /**
   * A read that a writer appends to the pipeline of its own commit, to save the tail's round trip. An answer that comes
   * too late is only a wake-up.
   */
  readAlong(): ReadAlong
  /**
   * Resolves when the batch that holds all these transactions has been handed on, and wakes the tail; undefined when it
   * has been.
   */
  reached(xids: readonly string[]): Promise<void> | undefined
  /** Resolves right after a read that began after this call; rejects when there is none within 2 s. */
  readAgain(): Promise<void>
  /** The fingerprint of a snapshot of the last minutes, from memory; null when it lies further back. */
  historyAt(snapshot: SnapshotText): string | null
  /**
   * Changes of these rooms, or of all rooms and of none, that the snapshot has not seen and `position` has, from memory; null when it lies further
   * back than the last minute. The caller has compared its history.
   */
  recent(snapshot: SnapshotText, rooms: readonly string[] | 'all'): readonly LogRow[] | null
  /** Time since the last read that was complete, in ms. */
  readonly lagMs: number
  close(): Promise<void>
}

export type BatchListener = (batch: Batch) => void
