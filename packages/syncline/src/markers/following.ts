/**
 * The channels of a page: each is joined from the place where the props that it makes stale were read, and left a while
 * after its last component.
 *
 *   R1 no lost refresh   where that place is unknown, or a connection cannot be continued, the props are loaded again
 */
import { positionOf } from '../protocol/marker-cursor.ts'
import type { Channel } from './channel.ts'
import type { Clock } from './clock.ts'
import { delayBefore } from './delay-before.ts'
import { debug, warnOfRefusal } from './development.ts'
import type { Settings } from './options.ts'
import { older } from './page.ts'
import { EVERYTHING } from './reloader.ts'
import type { Connection, TransportHost } from './transport.ts'

/** Keeps a channel while a page change takes its last component away and brings the next, in ms. */
const RELEASE_MS = 300

/** Upper bound of the first wait before a refused channel is asked for again, in ms: a right may be given back. */
const REFUSED_MS = 5_000

/** Makes props stale since a place in the log; null where that is unknown. */
type Mark = (props: readonly string[], mark: number | null, channel: Channel) => void

export type Following = Pick<TransportHost, 'onOpen' | 'onJoined' | 'onRejected' | 'onRetry' | 'onCursor'> & {
  /** A part of the page shows the channel from now on: joins it, from the place where that part was read. */
  enter(channel: Channel, props: readonly string[]): void
  /** Releases the channel if nobody wants it, unless somebody does within a moment. */
  leaveSoon(channel: Channel): void
  /** Asks again for what was refused. */
  askRefused(): void
  /** The page shows another answer, or one of the history: what each channel has to tell of it may be more. */
  onShown(): void
}

/** Follows `channels`, which the registry fills, as it fills `subscriptions`; both are emptied here. */
export function follow(
  channels: Map<string, Channel>,
  subscriptions: Map<string, unknown>,
  settings: () => Settings,
  connection: () => Connection | null,
  mark: Mark,
): Following {
  let stopTimer: (() => void) | undefined
  const ask = (channel: Channel | undefined) => {
    if (!channel) return
    channel.isAsked = true
    channel.isJoined = false
    connection()?.join(channel.name, channel.cursor)
  }
  const join = (channel: Channel, cursor: string | undefined) => {
    channel.cursor = channel.start = cursor
    channel.from = positionOf(cursor)
    ask(channel)
  }
  const askRefused = () => {
    for (const channel of channels.values()) if (!channel.isAsked) ask(channel)
  }
  /** The place from which nothing of these props was missed; undefined when that of one is unknown. */
  const oldestPlace = (props: readonly string[]) =>
    (props.length === 0 ? [EVERYTHING] : props)
      .map((prop) => settings().page?.placeOf?.(prop))
      .reduce((a, b) => a && b && older(a, b))

  return {
    askRefused,
    enter(channel, props) {
      const place = oldestPlace(props)
      const coverage = channel.coverage(place)
      if (coverage === 'changed') mark(props, channel.changedAt, channel)
      if (coverage !== 'unknown') return
      if (!channel.isAsked || (place && place.cursor !== channel.start)) join(channel, place?.cursor)
      // Asked for already: what happened since these props were read is not known. An answer that is still to come
      // tells of it, unless it is for a later place.
      else if (channel.isJoined || channel.cursor !== place?.cursor) mark(props, null, channel)
    },
    leaveSoon(channel) {
      if (channel.isWanted || channel.keep) return
      subscriptions.delete(channel.name)
      channel.keep = settings().clock.after(RELEASE_MS, () => {
        channels.delete(channel.name)
        connection()?.leave(channel.name)
        // There may be room now, when all are left that go together.
        stopTimer?.()
        stopTimer = settings().clock.after(0, askRefused)
      })
    },
    onOpen() {
      for (const channel of channels.values()) ask(channel)
    },
    onRetry: (name) => ask(channels.get(name)),
    onJoined(name, isContinued, cursor) {
      const channel = channels.get(name)
      if (!channel) return
      debug('subscribed', name)
      channel.refusals = 0
      const isAgain = channel.wasJoined
      channel.isJoined = channel.wasJoined = true
      channel.cursor = cursor ?? channel.cursor
      if (isContinued) return
      channel.from = positionOf(cursor)
      mark(channel.staleProps(EVERYTHING), channel.from, channel)
      if (isAgain)
        channel.tell({ identifier: name, action: 'refresh', timestamp: secondsOf(settings().clock) })
    },
    onRejected(name, reason) {
      const channel = channels.get(name)
      if (!channel) return
      channel.isAsked = channel.isJoined = false
      const refusals = ++channel.refusals
      settings().clock.after(delayBefore(refusals, REFUSED_MS, settings().random), () => {
        // Asked for meanwhile, it is joined, refused once more, or waits for its answer.
        const now = channels.get(name)
        if (now?.refusals === refusals && !now.isAsked) ask(now)
      })
      warnOfRefusal(name, reason, refusals)
    },
    onCursor(cursor) {
      for (const channel of channels.values()) if (channel.isJoined) channel.cursor = cursor
    },
    onShown() {
      for (const channel of channels.values()) {
        const props = channel.staleProps()
        const place = oldestPlace(props)
        const isMissed = !channel.isJoined || channel.coverage(place) === 'unknown'
        if (place && isMissed && place.cursor !== channel.start) join(channel, place.cursor)
        const changed = (prop: string) => channel.coverage(settings().page?.placeOf?.(prop)) === 'changed'
        mark(props.filter(changed), channel.changedAt, channel)
      }
    },
  }
}

/** Messages carry their time in whole seconds. */
export function secondsOf(clock: Clock): number {
  return Math.floor(clock.now() / 1_000)
}
