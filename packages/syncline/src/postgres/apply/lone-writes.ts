/** Whether the writes of a shape touch no other row than their own, so that many may stand in one statement. */
import {
  LOG_UPDATE_TRIGGER,
  MOVE_TRIGGER,
  OWN_TRIGGERS,
  STAMP_UPDATE_TRIGGER,
} from '../capture/capture-triggers.ts'
import { slugOf } from '../capture/captured-table.ts'
import { logsItself } from '../capture/statement-entry.ts'
import type { Model } from '../../schema/model.ts'
import type { Connection } from '../database.ts'
import { quoteIdentifier } from '../sql.ts'
import {
  type LoggedTable,
  LOGGED_TABLE,
  type LoggedTableRow,
  maySetLog,
  toLoggedTable,
} from './logged-table.ts'
import { fitsInColumns } from './set-columns.ts'
import type { Shape } from './shape.ts'

/** What the catalog says of a table. */
interface TableHabits {
  /** Triggers of the application, which may write anything in the name of the op. */
  readonly has_triggers: boolean
  /** Rows that capture itself takes along with an insert (bit 4 of the type) or a delete (8). */
  readonly takes_along: boolean
  /** Rows that go, or lose a value, with a deleted one. */
  readonly cascades: boolean
  readonly is_plain: boolean
  readonly has_generated: boolean
}

/** What writes of a shape do beside writing the fields that they name. */
export interface WriteHabits {
  /** They touch no other row than their own. */
  readonly isAlone: boolean
  /** They change no other column than those and the stamps. */
  readonly isPlain: boolean
  /** How a statement of theirs logs its own rows; undefined where the triggers must. */
  readonly logged?: LoggedTable
}

const HABITS = `select
  exists (select 1 from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal and t.tgname <> all ($2)) as has_triggers,
  exists (select 1 from pg_trigger t where t.tgrelid = c.oid and t.tgname = $3 and t.tgtype & 12 <> 0) as takes_along,
  exists (select 1 from pg_constraint k where k.confrelid = c.oid and k.contype = 'f' and k.confdeltype in ('c', 'n', 'd')) as cascades,
  c.relkind = 'r' as is_plain,
  exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attgenerated <> '' and not a.attisdropped) as has_generated
  from pg_class c where c.oid = $1::regclass`

/** Asks the catalog once per table and connection, and again after it was told to forget. */
export class LoneWrites {
  readonly #connection: Connection
  readonly #known = new Map<string, TableHabits | undefined>()
  readonly #logged = new Map<string, LoggedTable | undefined>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async of(shape: Shape): Promise<WriteHabits> {
    const habits = await this.#habitsOf(shape.model)
    const writes = { isAlone: isAlone(shape, habits), isPlain: habits?.has_generated === false }
    if (!writes.isAlone || !writes.isPlain || shape.action !== 'update') return writes
    if (!fitsInColumns(shape)) return writes
    const logged = await this.#loggedOf(shape.model)
    return logged && maySetLog(shape, logged) ? { ...writes, logged } : writes
  }

  /** The table has changed. */
  forget({ table }: Model): void {
    this.#known.delete(table)
    this.#logged.delete(table)
  }

  async #loggedOf(model: Model): Promise<LoggedTable | undefined> {
    if (!this.#logged.has(model.table)) {
      const slug = slugOf(model.table)
      const values = [
        quoteIdentifier(model.table),
        STAMP_UPDATE_TRIGGER,
        LOG_UPDATE_TRIGGER,
        logsItself(slug),
      ]
      const [row] = await this.#connection.query<LoggedTableRow>(LOGGED_TABLE, values)
      this.#logged.set(model.table, row && toLoggedTable(row, slug))
    }
    return this.#logged.get(model.table)
  }

  async #habitsOf(model: Model): Promise<TableHabits | undefined> {
    if (!this.#known.has(model.table)) {
      const values = [quoteIdentifier(model.table), OWN_TRIGGERS, MOVE_TRIGGER]
      const [habits] = await this.#connection.query<TableHabits>(HABITS, values)
      this.#known.set(model.table, habits)
    }
    return this.#known.get(model.table)
  }
}

function isAlone({ model, action, fields, targets }: Shape, habits: TableHabits | undefined): boolean {
  // The author's name in the row comes from the setting of a single op.
  if (model.columns.lastModifiedBy !== undefined) return false
  if (action === 'update' && (fields.length === 0 || targets.length > 0)) return false
  if (!habits?.is_plain || habits.has_triggers) return false
  return action === 'update' || !(habits.takes_along || (action === 'delete' && habits.cascades))
}
