/** A channel as joining and routing see it: how it is read, who may read it, and the room that its members share. */
import type { LogRow, SnapshotText } from '../../postgres/log-row.ts'
import type { User } from '../../protocol/user.ts'
import type { CursorContent } from '../cursor/cursor-bytes.ts'
import type { Load } from './load-queue.ts'
import type { Room } from './room.ts'

/** Changes between a cursor and the place where the room's own frames follow on. */
export interface CatchUp {
  /** With ids as they are shown. */
  readonly rows: readonly LogRow[]
  /** Where the reader stands afterwards. */
  readonly snapshot: SnapshotText
  /** The sealed cursor of that snapshot. */
  readonly cursor: string
}

export interface Place {
  readonly channel: string
  readonly room: Room
  /** Everything up to this snapshot was handed on; absent where no catch-up or load is known to stand at it. */
  readonly position?: SnapshotText
  /** Whether the user may read the channel, in a snapshot taken after this call. */
  mayRead(user: User): Promise<boolean>
  load(): Promise<Load>
  /** Null when the cursor cannot be continued: the channel is loaded again (L4). */
  catchUp(from: CursorContent): Promise<CatchUp | null>
  /** Resolves when what the tail has handed on has reached the members; a room is never behind. */
  settled(): Promise<void>
  isSettled(): boolean
  /** Digests that a cursor of this channel carries: by the channel's key. */
  digests(): readonly (readonly [string, string])[]
}
