/** The bodies of broadcasts in both forms of `SyncChannel`, written once for each identifier and batch. */
import type { Frame } from '../../server/frames/frame.ts'
import type { MarkerNotice } from '../../server/marking/marker-notice.ts'
import { messageFrame } from './cable-frames.ts'

interface CableRequest {
  /** The cable's own. */
  readonly identifier: string
  readonly cursor?: string
}

export class BroadcastFrames {
  /** Of notices that are still on their way; they go with their notice. */
  readonly #known = new WeakMap<MarkerNotice, Map<string, readonly Frame[]>>()

  /**
   * `{action: 'refresh' | 'remove', prop}` for who subscribed to one channel: one for each prop. Who subscribed from a
   * cursor is told the notice's, so that it knows which answers contain the change (R2).
   */
  ofChannel(notice: MarkerNotice, { identifier, cursor }: CableRequest): readonly Frame[] {
    const place = cursor === undefined ? undefined : notice.cursor
    return this.#once(notice, identifier, () =>
      notice.markers.map((marker) => messageFrame(identifier, marker, place)),
    )
  }

  /** `{identifier, action: 'create' | 'update' | 'destroy', timestamp}` for who named the channel, with the same place. */
  ofIdentifier(notice: MarkerNotice, { identifier, cursor }: CableRequest): readonly Frame[] {
    const { channel, record: action, atSeconds: timestamp } = notice
    const place = cursor === undefined ? undefined : notice.cursor
    return this.#once(notice, place === undefined ? identifier : `${identifier} from a cursor`, () => [
      messageFrame(identifier, { identifier: channel, action, timestamp }, place),
    ])
  }

  #once(notice: MarkerNotice, key: string, write: () => readonly Frame[]): readonly Frame[] {
    const frames = this.#known.get(notice) ?? new Map<string, readonly Frame[]>()
    this.#known.set(notice, frames)
    const known = frames.get(key)
    if (known) return known
    const written = write()
    frames.set(key, written)
    return written
  }
}
