/** The right of one member, asked again only after a guarding table has changed or its user was renewed. */
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
  #user: User | undefined

  constructor(place: CheckedPlace, member: { readonly user: User; readonly state: MemberState }) {
    this.#place = place
    this.#member = member
  }

  /** Something was read since: the right is asked for again. */
  expire(): void {
    this.guard = -1
  }

  async holds(): Promise<boolean> {
    while (this.#member.state !== 'ended' && this.#isDue) {
      const { user } = this.#member
      const { guard } = this.#place.room
      const mayRead = await this.#place.mayRead(user)
      // Renewed meanwhile: the answer is about somebody else.
      if (this.#member.user !== user) continue
      if (!mayRead) return false
      this.guard = guard
      this.#user = user
    }
    return this.#member.state !== 'ended'
  }

  get #isDue(): boolean {
    return this.guard < this.#place.room.guard || this.#user !== this.#member.user
  }
}
