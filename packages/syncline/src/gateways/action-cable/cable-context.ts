/** What the subscriptions of one cable connection share. */
import type { User } from '../../protocol/user.ts'
import type { Frame } from '../../server/frames/frame.ts'
import type { Logger } from '../../server/logger.ts'
import type { Markers } from '../../server/marking/markers.ts'
import type { Metrics } from '../../server/metrics.ts'
import type { BroadcastFrames } from './broadcast-frames.ts'

export interface CableContext {
  readonly user: User
  readonly markers: Pick<Markers, 'subscribe'>
  readonly frames: BroadcastFrames
  readonly log: Logger
  readonly metrics: Metrics
  readonly followed: FollowedCount
  /** Hands a frame to the wire. */
  send(frame: Frame): void
}

/** How many channels the connection follows, over all its subscriptions. */
export class FollowedCount {
  readonly limit: number
  #count = 0

  constructor(limit: number) {
    this.limit = limit
  }

  get count(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#count >= this.limit
  }

  add(amount: number): void {
    this.#count += amount
  }
}
