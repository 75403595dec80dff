/** All live sessions, by user: for limits, for what concerns every device of a user, and for goodbyes. */
import type { Session } from './session.ts'

export class SessionTable {
  readonly #byUser = new Map<string, Set<Session>>()
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

  *all(): IterableIterator<Session> {
    for (const sessions of this.#byUser.values()) yield* sessions
  }

  add(userId: string, session: Session): void {
    const sessions = this.#byUser.get(userId) ?? new Set()
    if (!sessions.has(session)) this.#size++
    this.#byUser.set(userId, sessions.add(session))
  }

  remove(userId: string, session: Session): void {
    const sessions = this.#byUser.get(userId)
    if (!sessions?.delete(session)) return
    this.#size--
    if (sessions.size === 0) this.#byUser.delete(userId)
  }
}

const NONE: ReadonlySet<Session> = new Set()
