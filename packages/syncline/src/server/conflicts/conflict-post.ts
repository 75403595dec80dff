/**
 * Tells the devices of both authors of conflicts, on whichever node they are connected: the log says that there is one,
 * and every node reads the log. Those that are away read them in the `ack` after `welcome`.
 *
 * Flow: rows of `@syncline.conflicts` in a batch → the entries of users who are connected here → what each may read now
 * → a `conflicts` frame to each session, but the one whose `ack` will carry them. What was withheld is asked about again
 * when a batch may have changed the right.
 *
 * What is due waits by user, so that however many conflicts there are, each user is asked about once for all that came
 * meanwhile, and nobody waits for more than those who are asked about before them.
 *
 *   A1 closed        rights are asked for after the entries were read
 *   W4 no blockage   what waits is bounded (`due-entries.ts`), and a user whose entries cannot be read keeps nothing
 *                    from the others
 */
import { openConflicts, storedConflicts } from '../../postgres/apply/conflict-store.ts'
import type { Conflict, KeptConflict } from '../../postgres/apply/writer.ts'
import { LOGGED_CONFLICT } from '../../postgres/apply/apply-function.ts'
import { atMostFor } from '../../postgres/log/at-most-for.ts'
import type { Batch, LogRow } from '../../postgres/log-row.ts'
import type { User } from '../../protocol/user.ts'
import { frameOf } from '../frames/frame.ts'
import type { Logger } from '../logger.ts'
import type { TouchedGuards } from '../rooms/guards.ts'
import type { Session } from '../session/session.ts'
import type { SessionTable } from '../session/session-table.ts'
import { type Due, DueEntries } from './due-entries.ts'
import { type ConflictReading, type Readable, readableConflicts } from './readable-conflicts.ts'
import { WithheldEntries } from './withheld-entries.ts'

/** Users whose entries are read at the same time. */
const USERS_AT_ONCE = 2
/** Longest time that an answer waits for what may be read of conflicts, in ms. */
const ANSWER_WITHIN_MS = 1_000

interface ConflictPostOptions extends ConflictReading {
  readonly sessions: SessionTable
  readonly log: Logger
}

export class ConflictPost {
  readonly #options: ConflictPostOptions
  readonly #due = new DueEntries<Session>()
  readonly #withheld = new WithheldEntries()
  /** Who is being told at the moment. */
  readonly #telling = new Set<string>()

  constructor(options: ConflictPostOptions) {
    this.#options = options
  }

  /** Tells whoever is connected of the conflicts of a batch; never throws. */
  onBatch({ rows, overflowing, reset }: Batch, touched: TouchedGuards): void {
    this.#withheld.touch(touched, (userId) => this.#options.sessions.ofUser(userId).length > 0)
    // Rows of no room were left out: what is open is told again.
    if (overflowing.has('') || reset === 'pruned') {
      for (const { user } of this.#options.sessions.all()) this.#due.addAll(user.id)
    } else {
      for (const row of rows) if (row.model === LOGGED_CONFLICT) this.#note(row)
    }
    this.#tell()
  }

  /** Tells one session of these entries of its user; never throws. */
  tell(session: Session, ids: readonly string[]): void {
    for (const id of ids) this.#due.add(session.user.id, id, (other) => other === session)
    this.#tell()
  }

  /**
   * These entries of a user as they may be read now, for an answer that says more than that (W4): null when they cannot
   * be read, or not within a second. `others` are ids of entries that are not at hand.
   */
  async readable(
    user: User,
    conflicts: readonly KeptConflict[],
    others: readonly string[] = [],
  ): Promise<readonly Conflict[] | null> {
    if (conflicts.length === 0 && others.length === 0) return []
    let found: readonly Conflict[] | null = null
    const reading = this.#read(user, conflicts, others).then((readable) => (found = readable))
    reading.catch((error: unknown) => this.#warn(error))
    await atMostFor(reading, ANSWER_WITHIN_MS)
    return found
  }

  async #read(user: User, conflicts: readonly KeptConflict[], others: readonly string[]) {
    const entries = others.length === 0 ? [] : await storedConflicts(this.#options.database, others)
    const { told } = await this.#judge(user, [...conflicts, ...entries.map(({ conflict }) => conflict)])
    return told
  }

  /** What the user may read of the entries; the others are withheld while the user is connected here. */
  async #judge(user: User, entries: readonly KeptConflict[]): Promise<Readable> {
    if (this.#options.sessions.ofUser(user.id).length > 0) this.#withheld.note(user.id, entries)
    const readable = await readableConflicts(this.#options, user, entries)
    const { hidden } = readable
    this.#withheld.forget(
      user.id,
      entries.map(({ id }) => id).filter((id) => !hidden.has(id)),
    )
    return readable
  }

  #note(row: LogRow): void {
    const userId = userOf(row)
    if (this.#options.sessions.ofUser(userId).length === 0) return
    // Now: a push is answered when its batch has been handed on.
    const answering = this.#answering(row, userId)
    this.#due.add(userId, row.id, (session) => session !== answering)
  }

  #answering(row: LogRow, userId: string): Session | undefined {
    if (row.actor !== userId) return undefined
    return this.#options.sessions
      .ofUser(userId)
      .find((session) => session.device === row.device && session.willTell(row.op, row.id))
  }

  #tell(): void {
    while (this.#telling.size < USERS_AT_ONCE) {
      const [userId, due] = this.#due.take(this.#telling) ?? [this.#withheld.next(this.#telling), NOTHING]
      if (userId === undefined) return
      this.#telling.add(userId)
      void this.#tellUser(userId, due)
        .catch((error: unknown) => this.#warn(error))
        .then(() => {
          this.#telling.delete(userId)
          this.#tell()
        })
    }
  }

  async #tellUser(userId: string, due: Due<Session>): Promise<void> {
    const { database, sessions } = this.#options
    const again = this.#withheld.take(userId)
    if (sessions.ofUser(userId).length === 0) return
    const entries = await (due === 'all'
      ? openConflicts(database, [userId])
      : storedConflicts(database, [...new Set([...due.keys(), ...again])]))
    const isDue = (session: Session, id: string) => due === 'all' || due.get(id)?.(session) === true
    const theirs = entries.filter((entry) => entry.userId === userId).map(({ conflict }) => conflict)
    for (const session of sessions.ofUser(userId)) {
      const isDueHere = (id: string) => isDue(session, id)
      const conflicts = theirs.filter(({ id }) => isDueHere(id) || again.has(id))
      await this.#send(session, conflicts, isDueHere).catch((error: unknown) => this.#warn(error))
    }
  }

  #warn(error: unknown): void {
    this.#options.log.warn({ error: String(error) }, 'Conflicts could not be told; the next `hello` does.')
  }

  /** What is asked about again is told when it is whole. */
  async #send(
    session: Session,
    conflicts: readonly KeptConflict[],
    isDue: (id: string) => boolean,
  ): Promise<void> {
    const { told, hidden } = await this.#judge(session.user, conflicts)
    const news = told.filter(({ id }) => isDue(id) || !hidden.has(id))
    if (news.length > 0) session.send(frameOf({ type: 'conflicts', conflicts: news }))
  }
}

const NOTHING: Due<Session> = new Map()

/** Whose entry it is. */
function userOf({ fields }: LogRow): string {
  return (JSON.parse(fields ?? '{}') as { user?: string }).user ?? ''
}
