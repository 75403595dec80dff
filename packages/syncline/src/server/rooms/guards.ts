/**
 * Which access rules a batch can have changed the answer of.
 *
 *   A2 revoked  a rule names the tables it reads; a change of one of them calls for a check
 *
 * A change of a root record itself concerns that record's room only; a change of any other table that the rule
 * reads concerns every room of the model, and so does TRUNCATE.
 */
import type { LogRow } from '../../postgres/log-row.ts'
import type { Rules } from '../../postgres/rules.ts'
import type { CompiledSchema } from '../../schema/model.ts'

/** Records whose rule may answer differently now, by model. */
export type TouchedGuards = ReadonlyMap<string, ReadonlySet<string> | 'all'>

/** Finds what a batch has touched. */
export type FindTouched = (rows: readonly LogRow[]) => TouchedGuards

/** Prepares the search: which models' rules read each name that may stand in a log row's `model`. */
export function createFindTouched(schema: CompiledSchema, rules: Rules): FindTouched {
  const guarding = guardingNames(schema, rules)
  return (rows) => {
    const touched = new Map<string, Set<string> | 'all'>()
    for (const row of rows) {
      for (const model of guarding.get(row.model) ?? []) touch(touched, model, row)
    }
    return touched
  }
}

function guardingNames(schema: CompiledSchema, rules: Rules): Map<string, string[]> {
  const modelByTable = new Map(
    Object.values(schema.models).map((model) => [bareTable(model.table), model.name]),
  )
  const guarding = new Map<string, string[]>()
  for (const model of Object.values(schema.models)) {
    for (const table of new Set([model.table, ...rules.dependencies(model)])) {
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

function touch(touched: Map<string, Set<string> | 'all'>, model: string, row: LogRow): void {
  const known = touched.get(model)
  if (known === 'all') return
  if (row.model !== model || row.action === 'truncate') touched.set(model, 'all')
  else touched.set(model, (known ?? new Set<string>()).add(row.id))
}
