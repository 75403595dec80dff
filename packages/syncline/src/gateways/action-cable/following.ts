/**
 * One marker channel followed by one connection, from the asking to the end.
 *
 *   asking   the right is being checked; what was missed waits behind the confirmation
 *   up       notices are handed on as they come; when the right cannot be checked any more, it is followed anew from the
 *            last place, for a client that was confirmed does not ask again
 *   ended    refused, left, gone, or its connection is over; nothing is handed on any more
 */
import type { MarkerNotice } from '../../server/marking/marker-notice.ts'
import type { MarkerSubscription } from '../../server/marking/subscription.ts'
import type { CableContext } from './cable-context.ts'

export interface FollowingEvents {
  /** The right was found to hold. Notices are complete from the request's cursor on, and told from this place. */
  onUp(cursor: string): void
  /** Unknown, missing and forbidden alike, 25 ms after it was asked for (A3); the following has ended. */
  onRefused(): void
  /** It could not be found out; the following has ended. */
  onFailed(): void
  onNotice(notice: MarkerNotice): void
  /** The right was lost (A2); the following has ended. */
  onGone(): void
}

export interface FollowingRequest {
  readonly channel: string
  readonly cursor?: string
  readonly receivedAtMs: number
}

/** Time until a channel whose right could not be checked is followed anew, in ms. */
const AGAIN_AFTER_MS = 5_000

export class Following {
  readonly #context: CableContext
  readonly #events: FollowingEvents
  #state: 'asking' | 'up' | 'ended' = 'asking'
  #missed: MarkerNotice[] = []
  #subscription: MarkerSubscription | undefined
  /** Where it stands while it is up. */
  #place: string | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(context: CableContext, events: FollowingEvents) {
    this.#context = context
    this.#events = events
  }

  get isUp(): boolean {
    return this.#state === 'up'
  }

  /** Asks for the channel; never throws. */
  async begin(request: FollowingRequest): Promise<void> {
    const { markers, user, log } = this.#context
    try {
      this.#subscription = markers.subscribe({
        ...request,
        user,
        onMarkers: (notice) => this.#take(notice),
        onJoined: (cursor) => this.#join(cursor),
        onGone: () => this.#finish(this.#events.onGone),
        onFailed: () => this.#beginAgain(request),
      })
      const outcome = await this.#subscription.outcome
      if (outcome === 'refused') this.#finish(this.isUp ? this.#events.onGone : this.#events.onRefused)
    } catch (error) {
      log.warn({ error: String(error) }, 'A channel could not be subscribed to.')
      if (this.isUp) this.#beginAgain(request)
      else this.#finish(this.#events.onFailed)
    }
  }

  #beginAgain(request: FollowingRequest): void {
    this.#timer = setTimeout(() => {
      void this.begin({ ...request, cursor: this.#place as string, receivedAtMs: performance.now() })
    }, AGAIN_AFTER_MS).unref()
  }

  /** Ends it without a word. */
  end(): void {
    this.#finish()
  }

  #join(cursor: string): void {
    this.#place = cursor
    if (this.#state !== 'asking') return
    this.#state = 'up'
    this.#events.onUp(cursor)
    const missed = this.#missed
    this.#missed = []
    for (const notice of missed) this.#take(notice)
  }

  #take(notice: MarkerNotice): void {
    if (this.#state === 'up') this.#hand(notice)
    else if (this.#state === 'asking') this.#missed.push(notice)
  }

  #hand(notice: MarkerNotice): void {
    this.#place = notice.cursor
    this.#events.onNotice(notice)
  }

  #finish(tell?: () => void): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    this.#missed = []
    clearTimeout(this.#timer)
    this.#subscription?.end()
    tell?.()
  }
}
