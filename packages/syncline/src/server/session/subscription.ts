/** One joined channel of one session: a member of the channel's room. */
import type { User } from '../../protocol/user.ts'
import type { Outlet } from '../outlet.ts'
import { Member } from '../rooms/member.ts'
import type { Place } from '../rooms/place.ts'

/** What a session does about its channels. */
interface Keeper {
  reload(subscription: Subscription, reason: string): Promise<void>
  lose(subscription: Subscription): void
}

export class Subscription extends Member {
  readonly #keeper: Keeper
  readonly channel: string
  readonly place: Place
  /** True once `joined` was sent. */
  isUp = false

  constructor(keeper: Keeper, channel: string, place: Place, user: User, outlet: Outlet) {
    super(user, outlet)
    this.#keeper = keeper
    // One text for all members of a room.
    this.channel = channel === place.channel ? place.channel : channel
    this.place = place
  }

  protected onReload(reason: string): void {
    void this.#keeper.reload(this, reason)
  }

  protected onGone(): void {
    this.#keeper.lose(this)
  }
}
