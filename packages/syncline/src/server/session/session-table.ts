/** All live sessions, by user and by device: for limits, for what concerns every device of a user, and for goodbyes. */
import type { Session } from './session.ts'

export class SessionTable {
  readonly #byUser = new Map<string, Set<Session>>()
  readonly #byDevice = new Map<string, Claim>()
  #size = 0

  get size(): number {
    return this.#size
  }

  countOf(userId: string): number {
    return this.#byUser.get(userId)?.size ?? 0
  }

  ofUser(userId: string): ReadonlySet<Session> {
    return this.#byUser.get(userId) ?? NONE
  }

  /** Who is connected with this device; undefined when nobody is. */
  userOfDevice(device: string): string | undefined {
    return this.#byDevice.get(device)?.userId
  }

  *all(): IterableIterator<Session> {
    for (const sessions of this.#byUser.values()) yield* sessions
  }

  add(userId: string, session: Session): void {
    const sessions = this.#byUser.get(userId) ?? new Set()
    this.#byUser.set(userId, sessions.add(session))
    this.#size++
    const claim = this.#byDevice.get(session.device)
    if (claim) claim.connections++
    else this.#byDevice.set(session.device, { userId, connections: 1 })
  }

  remove(userId: string, session: Session): void {
    const sessions = this.#byUser.get(userId)
    if (!sessions?.delete(session)) return
    this.#size--
    if (sessions.size === 0) this.#byUser.delete(userId)
    const claim = this.#byDevice.get(session.device)
    if (claim && --claim.connections === 0) this.#byDevice.delete(session.device)
  }
}

/** A device in use: all its connections are one user's. */
interface Claim {
  readonly userId: string
  connections: number
}

const NONE: ReadonlySet<Session> = new Set()
