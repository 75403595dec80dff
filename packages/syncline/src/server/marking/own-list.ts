/**
 * `Account:mine` for markers: the records that a user may read, as far as is needed to tell when a page of them is stale.
 *
 * The log knows no lists: which of the touched records are in one is asked from the database, before and after. Batches
 * take their turn. Above 10,000 records their ids are not kept, and every change of the model counts.
 */
import type { Connection, Database } from '../../postgres/database.ts'
import { RECORD } from '../../postgres/log/snapshot.ts'
import { quoteIdentifier, type Sql, sql } from '../../postgres/sql.ts'
import type { Model } from '../../schema/model.ts'
import type { Missed } from './changed-since.ts'
import { recordKey } from './derive-marks.ts'

/** What a batch may mean for a list. */
export interface ListChange {
  /** Records of the model that it changed. */
  readonly ids: ReadonlySet<string>
  /** Whether other records may have come or gone: a table that the rule reads has changed. */
  readonly isWhole: boolean
}

type Asked = Pick<Connection, 'query'>

/** Ids that are kept in memory for one list. */
const MOST_KEPT = 10_000

export class OwnList {
  readonly #database: Pick<Database, 'query'>
  readonly #model: Model
  readonly #condition: Sql
  /** Null: not read yet, or too many. */
  #ids: Set<string> | null = null
  #line: Promise<void>
  #waiting = 1

  constructor(database: Pick<Database, 'query'>, model: Model, condition: Sql) {
    this.#database = database
    this.#model = model
    this.#condition = condition
    this.#line = this.#read()
      .then((ids) => void (this.#ids = ids))
      .catch(() => {})
      .finally(() => this.#waiting--)
  }

  /** Whether every batch that was taken has been judged. */
  get isSettled(): boolean {
    return this.#waiting === 0
  }

  /** Judges a batch in its turn; `onChanged` is called when it can have changed the list. */
  take(change: ListChange, onChanged: () => void): void {
    this.#waiting++
    this.#line = this.#line
      .then(() => this.#isChanged(change))
      // What cannot be asked may have changed.
      .catch(() => {
        this.#ids = null
        return true
      })
      .then((isChanged) => {
        this.#waiting--
        if (isChanged) onChanged()
      })
  }

  async #isChanged({ ids, isWhole }: ListChange): Promise<boolean> {
    const before = this.#ids
    if (this.#condition === sql.all || (before === null && !isWhole && ids.size > 0)) return true
    const after = isWhole ? await this.#read() : await this.#readAmong(ids)
    if (before === null || after === null) {
      this.#ids = isWhole ? after : before
      return true
    }
    const isTouched = [...ids].some((id) => before.has(id) || after.has(id))
    if (isWhole) {
      this.#ids = after
      return isTouched || after.size !== before.size || [...after].some((id) => !before.has(id))
    }
    for (const id of ids) before.delete(id)
    for (const id of after) before.add(id)
    return isTouched
  }

  async #readAmong(ids: ReadonlySet<string>): Promise<Set<string>> {
    return new Set(await readReadable(this.#database, this.#model, this.#condition, ids))
  }

  async #read(): Promise<Set<string> | null> {
    if (this.#condition === sql.all) return null
    const { text, values } = selectIds(this.#model, this.#condition)
    const rows = await this.#database.query<{ id: string }>(`${text} limit ${MOST_KEPT + 1}`, values)
    return rows.length > MOST_KEPT ? null : new Set(rows.map(({ id }) => id))
  }
}

/** Whether what a client has missed can have changed its list; a record that is gone may have been in it. */
export async function hasListChanged(
  database: Asked,
  model: Model,
  condition: Sql,
  missed: Missed,
): Promise<boolean> {
  if (missed === 'everything' || missed.wholeModels.has(model.name)) return true
  const touched = missed.touched.get(model.name)
  if (touched === undefined) return false
  if (touched === 'all' || condition === sql.all) return true
  for (const id of touched) if (missed.channels.get(recordKey(model, id))?.action === 'remove') return true
  return (await readReadable(database, model, condition, touched)).length > 0
}

async function readReadable(
  database: Asked,
  model: Model,
  condition: Sql,
  ids: ReadonlySet<string>,
): Promise<string[]> {
  const among = sql`${sql.identifier(`${RECORD}.${model.idColumn}`)} = any(${[...ids]}::text[]::${sql.raw(model.idType)}[])`
  const { text, values } = selectIds(model, sql`${among} and (${condition})`)
  return (await database.query<{ id: string }>(text, values)).map(({ id }) => id)
}

function selectIds(model: Model, where: Sql) {
  const id = `${RECORD}.${quoteIdentifier(model.idColumn)}`
  return {
    text: `select ${id}::text as id from ${quoteIdentifier(model.table)} as ${RECORD} where ${where.text()}`,
    values: where.values,
  }
}
