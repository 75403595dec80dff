/** One joined channel of one session. */
import type { Member } from '../rooms/member.ts'
import type { Place } from '../rooms/place.ts'

export interface Subscription {
  readonly channel: string
  readonly place: Place
  readonly member: Member
  /** True once `joined` was sent. */
  isUp: boolean
}
