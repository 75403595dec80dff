/**
 * The channels of one session that it has joined for markers, beside those for rows: the same name may stand in both.
 *
 * Refusals are the same messages, at the same time, as those of rows (A3).
 */
import type { Join } from '../../protocol/messages/join.ts'
import type { User } from '../../protocol/user.ts'
import type { MarkerSubscription } from '../marking/subscription.ts'
import { goneFrame, joinedFrame, notFoundFrame, unavailableFrame } from './answers.ts'
import type { Session } from './session.ts'

export class MarkerJoins {
  readonly #session: Session
  readonly #subscriptions = new Map<string, MarkerSubscription>()

  constructor(session: Session) {
    this.#session = session
  }

  get size(): number {
    return this.#subscriptions.size
  }

  get channels(): readonly string[] {
    return [...this.#subscriptions.keys()]
  }

  /** Whether everything that was marked has been sent. */
  get isSettled(): boolean {
    return [...this.#subscriptions.values()].every(({ isSettled }) => isSettled)
  }

  has(channel: string): boolean {
    return this.#subscriptions.has(channel)
  }

  /** Joins; a join of the same channel again takes its place and is answered again. */
  join({ channel, cursor }: Join, receivedAtMs: number): void {
    const session = this.#session
    this.leave(channel)
    const subscription = session.engine.markers.subscribe({
      user: session.user,
      channel,
      cursor,
      receivedAtMs,
      onMarkers: (notice) => {
        for (const frame of notice.frames()) session.send(frame)
      },
      onJoined: (joined) => session.send(joinedFrame(channel, joined, 'markers')),
      onGone: () => {
        this.#forget(subscription)
        session.send(goneFrame(channel))
      },
      onFailed: (error) => {
        this.#forget(subscription)
        session.send(unavailableFrame(channel, error))
      },
    })
    this.#subscriptions.set(channel, subscription)
    void this.#conclude(subscription)
  }

  async #conclude(subscription: MarkerSubscription): Promise<void> {
    const { channel } = subscription
    const session = this.#session
    try {
      if ((await subscription.outcome) !== 'refused') return
      this.#forget(subscription)
      session.send(notFoundFrame(channel))
    } catch (error) {
      session.engine.log.warn({ error: String(error) }, 'A channel could not be joined for markers.')
      this.#forget(subscription)
      session.send(unavailableFrame(channel, error))
    }
  }

  leave(channel: string): void {
    this.#subscriptions.get(channel)?.end()
    this.#subscriptions.delete(channel)
  }

  #forget(subscription: MarkerSubscription): void {
    if (this.#subscriptions.get(subscription.channel) === subscription)
      this.#subscriptions.delete(subscription.channel)
  }

  renewUser(user: User): void {
    for (const subscription of this.#subscriptions.values()) subscription.renew(user)
  }

  end(): void {
    for (const channel of this.#subscriptions.keys()) this.leave(channel)
  }
}
