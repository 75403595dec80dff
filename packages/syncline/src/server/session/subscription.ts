/** One joined channel of one session. */
import type { User } from '../../protocol/user.ts'
import type { Outlet } from '../outlet.ts'
import { Member, type MemberEvents } from '../rooms/member.ts'
import type { Place } from '../rooms/place.ts'

/** What a session does about its channels. */
interface Keeper {
  reload(subscription: Subscription, reason: string): Promise<void>
  lose(subscription: Subscription): void
}

export class Subscription implements MemberEvents {
  readonly #keeper: Keeper
  readonly channel: string
  readonly place: Place
  readonly member: Member
  /** True once `joined` was sent. */
  isUp = false

  constructor(keeper: Keeper, channel: string, place: Place, user: User, outlet: Outlet) {
    this.#keeper = keeper
    // One text for all members of a room.
    this.channel = channel === place.channel ? place.channel : channel
    this.place = place
    this.member = new Member(user, outlet, this)
  }

  onReload(_: Member, reason: string): void {
    void this.#keeper.reload(this, reason)
  }

  onGone(): void {
    this.#keeper.lose(this)
  }
}
