/**
 * Tells the devices of both authors of conflicts, on whichever node they are connected: the log says that there is one,
 * and every node reads the log. Those that are away read them in the `ack` after `welcome`.
 *
 * Flow: rows of `@syncline.conflicts` in a batch → the entries of users who are connected here → what each may read now
 * → a `conflicts` frame to each session, but the one whose `ack` will carry them.
 *
 *   A1 closed   rights are asked for after the entries were read
 */
import { openConflicts, storedConflicts, type StoredConflict } from '../../postgres/apply/conflict-store.ts'
import type { Conflict } from '../../postgres/apply/writer.ts'
import { LOGGED_CONFLICT } from '../../postgres/apply/apply-function.ts'
import type { Batch, LogRow } from '../../postgres/log-row.ts'
import type { User } from '../../protocol/user.ts'
import { frameOf } from '../frames/frame.ts'
import type { Logger } from '../logger.ts'
import type { Session } from '../session/session.ts'
import type { SessionTable } from '../session/session-table.ts'
import { type ConflictReading, readableConflicts } from './readable-conflicts.ts'

interface ConflictPostOptions extends ConflictReading {
  readonly sessions: SessionTable
  readonly log: Logger
}

export class ConflictPost {
  readonly #options: ConflictPostOptions
  /** Batches are told of in order. */
  #turn: Promise<void> = Promise.resolve()

  constructor(options: ConflictPostOptions) {
    this.#options = options
  }

  /** Tells whoever is connected of the conflicts of a batch; never throws. */
  onBatch({ rows, overflowing, reset }: Batch): void {
    // Rows of no room were left out: what is open is told again.
    if (overflowing.has('') || reset === 'pruned') return this.#deliver(() => this.#readOpen())
    const found = rows.filter((row) => row.model === LOGGED_CONFLICT && this.#isConnected(row))
    if (found.length === 0) return
    // Now: a push is answered when its batch has been handed on.
    const answered = new Map(found.map((row) => [row.id, this.#answering(row)]))
    const ids = found.map(({ id }) => id)
    this.#deliver(
      () => storedConflicts(this.#options.database, ids),
      (session, id) => answered.get(id) !== session,
    )
  }

  /** Tells one session of these entries of its user; never throws. */
  tell(session: Session, ids: readonly string[]): void {
    this.#deliver(
      () => storedConflicts(this.#options.database, ids),
      (other) => other === session,
    )
  }

  /** These entries as they are kept, but those that were closed. */
  async read(ids: readonly string[]): Promise<readonly Conflict[]> {
    if (ids.length === 0) return []
    const entries = await storedConflicts(this.#options.database, ids)
    return entries.map(({ conflict }) => conflict)
  }

  /** These entries of a user, as they may be read now. */
  readable(user: User, conflicts: readonly Conflict[]): Promise<readonly Conflict[]> {
    return readableConflicts(this.#options, user, conflicts)
  }

  #isConnected(row: LogRow): boolean {
    return this.#options.sessions.ofUser(userOf(row)).length > 0
  }

  #answering(row: LogRow): Session | undefined {
    if (row.actor !== userOf(row)) return undefined
    return this.#options.sessions
      .ofUser(row.actor)
      .find((session) => session.device === row.device && session.willTell(row.op, row.id))
  }

  #readOpen(): Promise<StoredConflict[]> {
    const users = new Set([...this.#options.sessions.all()].map(({ user }) => user.id))
    return openConflicts(this.#options.database, [...users])
  }

  #deliver(
    read: () => Promise<StoredConflict[]>,
    isDue: (session: Session, id: string) => boolean = () => true,
  ): void {
    const deliver = async () => {
      const entries = await read()
      for (const userId of new Set(entries.map((entry) => entry.userId))) {
        const theirs = entries.filter((entry) => entry.userId === userId).map(({ conflict }) => conflict)
        for (const session of this.#options.sessions.ofUser(userId)) {
          const due = theirs.filter(({ id }) => isDue(session, id))
          // One whose rule fails keeps nothing from the others (W4).
          await this.#send(session, due).catch((error: unknown) => this.#warn(error))
        }
      }
    }
    this.#turn = this.#turn.then(deliver).catch((error: unknown) => this.#warn(error))
  }

  #warn(error: unknown): void {
    this.#options.log.warn({ error: String(error) }, 'Conflicts could not be told; the next `hello` does.')
  }

  async #send(session: Session, due: readonly Conflict[]): Promise<void> {
    const conflicts = await this.readable(session.user, due)
    if (conflicts.length > 0) session.send(frameOf({ type: 'conflicts', conflicts }))
  }
}

/** Whose entry it is. */
function userOf({ fields }: LogRow): string {
  return (JSON.parse(fields ?? '{}') as { user?: string }).user ?? ''
}
