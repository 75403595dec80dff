/** One joined channel of one session: a member of the channel's room. */
import type { User } from '../../protocol/user.ts'
import type { Outlet } from '../outlet.ts'
import { Member } from '../rooms/member.ts'
import type { Place } from '../rooms/place.ts'

/** Whose channel it is, and what is done about it. */
interface Keeper {
  readonly user: User
  readonly outlet: Outlet
  reload(subscription: Subscription, reason: string): void
  lose(subscription: Subscription): void
  fail(subscription: Subscription, error: unknown): void
}

export class Subscription extends Member {
  readonly #keeper: Keeper
  readonly channel: string
  readonly place: Place
  /** The keeper's next: most have one channel, for which a list would take as much memory as the subscription. */
  next: Subscription | null = null
  /** True once `joined` was sent. */
  isUp = false

  constructor(keeper: Keeper, channel: string, place: Place) {
    super()
    this.#keeper = keeper
    // One text for all members of a room.
    this.channel = channel === place.channel ? place.channel : channel
    this.place = place
  }

  get user(): User {
    return this.#keeper.user
  }

  get outlet(): Outlet {
    return this.#keeper.outlet
  }

  protected onReload(reason: string): void {
    this.#keeper.reload(this, reason)
  }

  protected onGone(): void {
    this.#keeper.lose(this)
  }

  protected onFailed(error: unknown): void {
    this.#keeper.fail(this, error)
  }
}
