/** All live sessions, by user and by device: for limits, for what concerns every device of a user, and for goodbyes. */
import type { Identity } from '../identity.ts'
import { TextTable } from '../text-table.ts'
import { areAlike } from './alike-users.ts'
import type { Session } from './session.ts'

export class SessionTable {
  /** Most users have one connection: short lists, made anew by whoever changes them. */
  readonly #byUser = new Map<string, readonly Session[]>()
  /** One of a device's connections, which are all one user's. */
  readonly #byDevice = new TextTable<Session>(({ device }) => device)
  /** How many connections of a user have no session. */
  readonly #lonely = new Map<string, number>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Connections of a user: sessions, and those that have none. */
  countOf(userId: string): number {
    return this.ofUser(userId).length + (this.#lonely.get(userId) ?? 0)
  }

  /** Counts a connection that has no session; returns what ends that, to be called once. */
  addLonely(userId: string): () => void {
    const count = (by: number) => {
      const lonely = (this.#lonely.get(userId) ?? 0) + by
      if (lonely > 0) this.#lonely.set(userId, lonely)
      else this.#lonely.delete(userId)
    }
    count(1)
    return () => count(-1)
  }

  ofUser(userId: string): readonly Session[] {
    return this.#byUser.get(userId) ?? NONE
  }

  /** Who is connected with this device; undefined when nobody is. */
  userOfDevice(device: string): string | undefined {
    return this.#byDevice.get(device)?.user.id
  }

  *all(): IterableIterator<Session> {
    for (const sessions of this.#byUser.values()) yield* sessions
  }

  /** The identity with the user that another session of theirs has, if nothing tells the two apart. */
  shared(identity: Identity): Identity {
    const user = this.ofUser(identity.user.id)[0]?.user
    return user && areAlike(user, identity.user) ? { ...identity, user } : identity
  }

  add(session: Session): void {
    const userId = session.user.id
    this.#byUser.set(userId, this.ofUser(userId).concat(session))
    this.#size++
    if (!this.#byDevice.get(session.device)) this.#byDevice.set(session)
  }

  remove(session: Session): void {
    const userId = session.user.id
    const sessions = this.ofUser(userId)
    const others = sessions.filter((other) => other !== session)
    if (others.length === sessions.length) return
    this.#size--
    if (others.length === 0) this.#byUser.delete(userId)
    else this.#byUser.set(userId, others)
    if (this.#byDevice.get(session.device) === session) this.#passOn(session.device, others)
  }

  #passOn(device: string, others: readonly Session[]): void {
    const heir = others.find((other) => other.device === device)
    if (heir) this.#byDevice.set(heir)
    else this.#byDevice.delete(device)
  }
}

const NONE: readonly Session[] = []
