/** Ends connections whose stored session was deleted, as soon as the log shows a change of the table it is kept in (A2). */
import { tablesBehind } from '../../postgres/capture/tables-behind.ts'
import type { Connection } from '../../postgres/database.ts'
import type { LogRow } from '../../postgres/log-row.ts'
import type { CompiledSchema } from '../../schema/model.ts'

/** Shortest time between two looks, in ms: a busy table of sessions must not look all of them up for every row. */
const LOOK_EVERY_MS = 200

/** What hangs on a stored session. */
interface Proven {
  /** Asks whether the stored session still exists. */
  lookUp(): void
}

export class EndedSessions {
  readonly #proven: () => Iterable<Proven>
  readonly #schema: CompiledSchema
  readonly #tables: readonly string[]
  /** Names that the log has for the tables. */
  #names: ReadonlySet<string>
  #timer: NodeJS.Timeout | undefined

  constructor(proven: () => Iterable<Proven>, schema: CompiledSchema, tables: readonly string[]) {
    this.#proven = proven
    this.#schema = schema
    this.#tables = tables
    this.#names = namesInLog(schema, tables)
  }

  /** Looks up which tables stand behind those that are views; to be called before the first batch. */
  async seeThroughViews(database: Pick<Connection, 'query'>): Promise<void> {
    const views = await tablesBehind(database, this.#schema, this.#tables)
    const tables = this.#tables.flatMap((name) => views.get(name)?.tables ?? [name])
    this.#names = namesInLog(this.#schema, tables)
  }

  /** Looks at a batch; new rows end nothing. */
  note(rows: readonly LogRow[]): void {
    if (this.#names.size === 0 || this.#timer) return
    if (!rows.some(({ model, action }) => this.#names.has(model) && action !== 'create')) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      for (const proven of this.#proven()) proven.lookUp()
    }, LOOK_EVERY_MS)
  }

  close(): void {
    clearTimeout(this.#timer)
  }
}

function namesInLog(schema: CompiledSchema, tables: readonly string[]): Set<string> {
  const models = Object.values(schema.models).filter(({ table }) => tables.includes(table))
  return new Set([...models.map(({ name }) => name), ...tables.map((table) => `@${table}`)])
}
