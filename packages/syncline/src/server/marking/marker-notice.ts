/** One batch's markers of one channel: shared by all its subscribers, and written once for each wire. */
import { isoTime } from '../../postgres/log/change-row.ts'
import { parseChannel } from '../../protocol/channel.ts'
import type { Marker } from '../../protocol/messages/marker.ts'
import { type Frame, frameOf } from '../frames/frame.ts'
import { type MarkerAction, type Marks, type RecordAction, together } from './marks.ts'

export class MarkerNotice {
  /** As the subscribers spelled it: ids as the model shows them. */
  readonly channel: string
  readonly marks: Marks
  /** The place in the log that it stands for; its position says which page answers contain it. */
  readonly cursor: string
  /** How many guarding batches the channel had seen with this one: a subscriber must have passed a check that late. */
  readonly guard: number
  #frames: readonly Frame[] | undefined

  constructor(channel: string, marks: Marks, cursor: string, guard: number) {
    this.channel = channel
    this.marks = marks
    this.cursor = cursor
    this.guard = guard
  }

  /** What a subscriber is to reload: one entry for each prop, or a single one without. */
  get markers(): readonly { readonly action: MarkerAction; readonly prop?: string }[] {
    const { action, props } = this.marks
    return props.length === 0 ? [{ action }] : props.map((prop) => ({ action, prop }))
  }

  /** Whether the record whose channel this is was deleted: who could read it until then is told so. */
  get isFarewell(): boolean {
    return this.marks.action === 'remove' && parseChannel(this.channel)?.form === 'room'
  }

  /** What happened to a record, for who subscribes by identifier. */
  get record(): RecordAction {
    return this.marks.record
  }

  /** When it happened, in seconds since 1970. */
  get atSeconds(): number {
    return Math.floor(Date.parse(isoTime(this.marks.at)) / 1_000)
  }

  /** The native messages. */
  frames(): readonly Frame[] {
    const { channel, cursor } = this
    this.#frames ??= this.markers.map((marker) =>
      frameOf({ type: 'marker', channel, ...marker, cursor } satisfies Marker),
    )
    return this.#frames
  }

  /** This notice and a later one as one. */
  and({ marks, cursor, guard }: MarkerNotice): MarkerNotice {
    return new MarkerNotice(this.channel, together(this.marks, marks), cursor, guard)
  }
}
