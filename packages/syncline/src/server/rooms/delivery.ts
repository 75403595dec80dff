/** What one batch means for one room: rows, and the frames made of them once for all members. */
import type { LogRow, SnapshotText } from '../../postgres/log-row.ts'
import { isVisible } from '../../postgres/log/cursor.ts'
import { changeFrame, changesFrames } from '../frames/changes-frames.ts'
import type { Frame } from '../frames/frame.ts'

/** What all rooms of one batch share. */
export interface BatchEdges {
  readonly from: SnapshotText
  readonly to: SnapshotText
  /** The sealed cursor of `to`. */
  readonly cursor: string
}

export class Delivery {
  readonly channel: string
  /** With ids as they are shown. */
  readonly rows: readonly LogRow[]
  readonly edges: BatchEdges
  /** How many guarding batches the room had seen with this one: a member must have passed a check that late. */
  readonly guard: number
  /** Why the room must be loaded again instead; null when its rows are all here. */
  readonly reload: string | null
  #frames: readonly Frame[] | undefined

  constructor(
    channel: string,
    rows: readonly LogRow[],
    edges: BatchEdges,
    guard: number,
    reload: string | null,
  ) {
    this.channel = channel
    this.rows = rows
    this.edges = edges
    this.guard = guard
    this.reload = reload
  }

  /** Rights were looked at again though nothing was written: no first load has these rows, however late it was (A2). */
  get isRecheck(): boolean {
    return this.edges.from === this.edges.to
  }

  /** The frames for everybody who stands at the batch's beginning. */
  frames(): readonly Frame[] {
    this.#frames ??= this.#framesOf(this.rows)
    return this.#frames
  }

  /** The frames for a member who has loaded `snapshot`, which lies inside this batch. */
  framesBeyond(snapshot: SnapshotText): readonly Frame[] {
    const unseen = this.rows.filter((row) => !isVisible(row.xid, snapshot))
    if (unseen.length === this.rows.length) return this.frames()
    return unseen.length === 0 ? [] : this.#framesOf(unseen)
  }

  #framesOf(rows: readonly LogRow[]): readonly Frame[] {
    const [row] = rows
    return rows.length === 1 && row
      ? [changeFrame(this.channel, row, this.edges.cursor)]
      : [...changesFrames(this.channel, rows, this.edges.cursor)]
  }
}
