/** What a session needs of the running server; made once by `createCore`. */
import type { Writer } from '../../postgres/apply/writer.ts'
import type { Tail } from '../../postgres/log/tail.ts'
import type { User } from '../../protocol/user.ts'
import type { CompiledSchema } from '../../schema/model.ts'
import type { CursorSeal } from '../cursor/cursor-seal.ts'
import type { Ids } from '../ids/ids.ts'
import type { ShownIds } from '../ids/shown-ids.ts'
import type { Limits } from '../limits.ts'
import type { Logger } from '../logger.ts'
import type { Markers } from '../marking/markers.ts'
import type { Metrics } from '../metrics.ts'
import type { Channels } from '../channels.ts'
import type { ConflictPost } from '../conflicts/conflict-post.ts'
import type { ProofClock } from './proof-clock.ts'
import type { SessionTable } from './session-table.ts'

export interface Engine {
  readonly schema: CompiledSchema
  readonly ids: Ids
  readonly shown: ShownIds
  readonly writer: Writer
  readonly tail: Tail
  readonly seal: CursorSeal
  readonly channels: Channels
  readonly markers: Markers
  readonly conflicts: ConflictPost
  readonly sessions: SessionTable
  readonly proofs: ProofClock
  readonly limits: Limits
  readonly log: Logger
  readonly metrics: Metrics
  /** What `welcome` tells marker clients, in ms. */
  readonly debounceMs: number
  /**
   * Takes from the buckets that all connections of the user share, and all of the address: 0, or the time until there
   * is one, in ms.
   */
  takeFor(kind: 'joins' | 'pushes', user: User, address: string): number
  isEnabled(user: User): boolean
}
