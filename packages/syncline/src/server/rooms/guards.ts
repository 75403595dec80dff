/**
 * Which access rules a batch can have changed the answer of.
 *
 *   A2 revoked  a rule names the tables it reads; a change of one of them calls for a check. Of a view that it names, the
 *               tables behind it are looked up in the database
 *
 * A change of a root record itself concerns that record's room only, unless the rule reads other records of the same
 * table; a change of any other table that the rule reads concerns every room of the model, and so does TRUNCATE.
 */
import { type TablesBehind, tablesBehind } from '../../postgres/capture/tables-behind.ts'
import type { Connection } from '../../postgres/database.ts'
import type { LogRow } from '../../postgres/log-row.ts'
import type { Rules } from '../../postgres/rules.ts'
import { RECORD } from '../../postgres/log/snapshot.ts'
import type { User } from '../../protocol/user.ts'
import type { CompiledSchema, Model } from '../../schema/model.ts'

/** Records whose rule may answer differently now, by model. */
export type TouchedGuards = ReadonlyMap<string, ReadonlySet<string> | 'all'>

/** What most batches touch. */
const NOTHING: TouchedGuards = new Map()

export class Guards {
  /** Models whose rules read each name that may stand in a log row's `model`. */
  #guarding: ReadonlyMap<string, readonly string[]>
  /** Models whose rules read their own table: a tree of folders, a team's other members. */
  readonly #selfReading = new Set<string>()
  readonly #schema: CompiledSchema
  readonly #rules: Rules

  constructor(schema: CompiledSchema, rules: Rules) {
    this.#schema = schema
    this.#rules = rules
    this.#guarding = guardingNames(schema, rules, new Map())
  }

  /** Looks up which tables stand behind the views that rules read; to be called before the first batch. */
  async seeThroughViews(database: Pick<Connection, 'query'>): Promise<void> {
    const models = Object.values(this.#schema.models)
    const names = models.flatMap((model) => [...this.#rules.dependencies(model)])
    const views = await tablesBehind(database, this.#schema, names)
    this.#guarding = guardingNames(this.#schema, this.#rules, views)
    for (const model of models) {
      const behind = [...this.#rules.dependencies(model)].flatMap((name) => views.get(name)?.tables ?? [])
      if (behind.includes(model.table)) this.#selfReading.add(model.name)
    }
  }

  /** Looks at the rule as it is for a user who is about to join. */
  note(model: Model, user: User): void {
    if (this.#selfReading.has(model.name)) return
    // The record's own columns stand under an alias: the table's name is there only when it is read besides.
    const isSelfReading = this.#rules.read(model, user, RECORD).text().includes(bareName(model.table))
    if (isSelfReading) this.#selfReading.add(model.name)
  }

  /** Finds what a batch has touched. */
  find(rows: readonly LogRow[]): TouchedGuards {
    let touched: Map<string, Set<string> | 'all'> | undefined
    for (const row of rows) {
      const models = this.#guarding.get(row.model)
      if (!models) continue
      touched ??= new Map()
      for (const model of models) this.#touch(touched, model, row)
    }
    return touched ?? NOTHING
  }

  #touch(touched: Map<string, Set<string> | 'all'>, model: string, row: LogRow): void {
    const known = touched.get(model)
    if (known === 'all') return
    const isOwnRecord = row.model === model && row.action !== 'truncate' && !this.#selfReading.has(model)
    if (isOwnRecord) touched.set(model, (known ?? new Set<string>()).add(row.id))
    else touched.set(model, 'all')
  }
}

function guardingNames(
  schema: CompiledSchema,
  rules: Rules,
  views: ReadonlyMap<string, TablesBehind>,
): Map<string, string[]> {
  const modelByTable = new Map(
    Object.values(schema.models).map((model) => [bareTable(model.table), model.name]),
  )
  const guarding = new Map<string, string[]>()
  for (const model of Object.values(schema.models)) {
    const read = [...rules.dependencies(model)].flatMap((name) => views.get(name)?.tables ?? [name])
    for (const table of new Set([model.table, ...read])) {
      // The log names a synchronised table by its model and another one by `@table`.
      const names = [
        modelByTable.get(bareTable(table)),
        `@${table}`,
        `@${bareTable(table)}`,
        `@public.${bareTable(table)}`,
      ]
      for (const name of new Set(names))
        if (name) guarding.set(name, [...(guarding.get(name) ?? []), model.name])
    }
  }
  return guarding
}

function bareTable(table: string): string {
  return table.startsWith('public.') ? table.slice('public.'.length) : table
}

/** The name as a rule's text has it, with or without its schema and quotes. */
function bareName(table: string): string {
  return table.slice(table.lastIndexOf('.') + 1)
}
