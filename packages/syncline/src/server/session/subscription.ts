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

/** The subscription of a keeper to what it calls `channel`. */
export function subscriptionTo(place: Place, channel: string, keeper: Keeper): Subscription {
  return channel === place.channel
    ? new Subscription(keeper, place)
    : new RenamedSubscription(keeper, place, channel)
}

export class Subscription extends Member {
  readonly #keeper: Keeper
  /** Its keeper's: asked for each frame and member, where one object less is read from far away (`bench`: G3). */
  readonly outlet: Outlet
  readonly place: Place

  constructor(keeper: Keeper, place: Place) {
    super()
    this.#keeper = keeper
    this.outlet = keeper.outlet
    this.place = place
  }

  get channel(): string {
    return this.place.channel
  }

  get user(): User {
    return this.#keeper.user
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

/** One that is called otherwise than by whoever came first: the log has one name for `Lens:all` and `Lens:%61ll`. */
class RenamedSubscription extends Subscription {
  readonly #channel: string

  constructor(keeper: Keeper, place: Place, channel: string) {
    super(keeper, place)
    this.#channel = channel
  }

  override get channel(): string {
    return this.#channel
  }
}
