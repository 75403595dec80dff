/** The right of one member, asked again only after a guarding table has changed. */
import type { User } from '../../protocol/user.ts'
import type { MemberState } from './member.ts'

/** What is asked, and of whom. */
export interface CheckedPlace {
  readonly room: { readonly guard: number }
  /** Whether the user may read the channel, in a snapshot taken after this call. */
  mayRead(user: User): Promise<boolean>
}

export class CheckedRight {
  readonly #place: CheckedPlace
  readonly #member: { readonly user: User; readonly state: MemberState }
  /** Guarding batches of the room before the last check. */
  guard = -1

  constructor(place: CheckedPlace, member: { readonly user: User; readonly state: MemberState }) {
    this.#place = place
    this.#member = member
  }

  /** Something was read since: the right is asked for again. */
  expire(): void {
    this.guard = -1
  }

  async holds(): Promise<boolean> {
    while (this.#member.state !== 'ended' && this.guard < this.#place.room.guard) {
      const guard = this.#place.room.guard
      if (!(await this.#place.mayRead(this.#member.user))) return false
      this.guard = guard
    }
    return this.#member.state !== 'ended'
  }
}
