/** The seam between the log (postgres) and routing (server). */
import type { Batch, SnapshotText } from '../log-row.ts'

/** Reads the log as it grows and hands every batch to one listener, in order. */
export interface Tail {
  /** Everything up to this snapshot has been handed on. */
  readonly position: SnapshotText
  /** Id of the newest history row visible at `position`; part of every cursor. */
  readonly history: string
  /** Tells the tail that this process has committed something, so that it need not wait for a notification. */
  wake(): void
  /** Resolves when the batch that holds all these transactions has been handed on. */
  reached(xids: readonly string[]): Promise<void>
  /** Time since the last read that was complete, in ms. */
  readonly lagMs: number
  close(): Promise<void>
}

export type BatchListener = (batch: Batch) => void
