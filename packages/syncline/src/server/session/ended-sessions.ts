/** Ends connections whose stored session was deleted, as soon as the log shows a change of the table it is kept in (A2). */
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
  /** Names that the log has for the tables. */
  readonly #names: ReadonlySet<string>
  #timer: NodeJS.Timeout | undefined

  constructor(proven: () => Iterable<Proven>, schema: CompiledSchema, tables: readonly string[]) {
    this.#proven = proven
    const models = Object.values(schema.models).filter(({ table }) => tables.includes(table))
    this.#names = new Set([...models.map(({ name }) => name), ...tables.map((table) => `@${table}`)])
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
