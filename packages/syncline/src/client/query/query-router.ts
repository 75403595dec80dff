/**
 * Leads the changes of one store transaction to the live queries that they can touch, then tells the
 * listeners once. Queries with an equality are found by its value, so that a write does not cost a test
 * per live query (bench: G10).
 */
import { keptIn } from '../kept-in.ts'
import { createListeners, type Listeners } from '../observable.ts'
import { recordKey } from '../record-key.ts'
import type { LiveQuery } from './live-query.ts'
import type { RowChange } from './row.ts'

/** The visible changes of one store transaction, by model. */
export type RowChanges = ReadonlyMap<string, readonly RowChange[]>

export class QueryRouter {
  readonly #byModel = new Map<string, ModelQueries>()
  readonly #active = new Set<LiveQuery>()
  readonly #byRecord = new Map<string, Listeners>()

  activate(query: LiveQuery): void {
    this.#queriesOf(query.plan.model).add(query)
    this.#active.add(query)
  }

  deactivate(query: LiveQuery): void {
    this.#queriesOf(query.plan.model).remove(query)
    this.#active.delete(query)
  }

  /** Listens to one record. */
  watch(model: string, id: string, listener: () => void): () => void {
    const key = recordKey(model, id)
    const listeners = keptIn(this.#byRecord, key, () => createListeners())
    const remove = listeners.add(listener)
    return () => {
      remove()
      if (listeners.size === 0 && this.#byRecord.get(key) === listeners) this.#byRecord.delete(key)
    }
  }

  /**
   * All queries take the changes in before the first listener hears, so that no listener sees half of them. Of
   * `reloaded` models more changed than is told.
   */
  route(changes: RowChanges, reloaded: ReadonlySet<string>): void {
    const touched = new Set<LiveQuery>()
    if (reloaded.size > 0) for (const query of this.#active) if (query.reload(reloaded)) touched.add(query)
    for (const [model, rows] of changes) {
      const queries = reloaded.has(model) ? undefined : this.#byModel.get(model)
      for (const [query, own] of queries?.select(rows) ?? []) if (query.apply(own)) touched.add(query)
      for (const query of this.#active) if (query.applyRelated(model, rows)) touched.add(query)
    }
    for (const query of touched) query.notify()
    if (this.#byRecord.size > 0) this.#notifyRecords(changes, reloaded)
  }

  #notifyRecords(changes: RowChanges, reloaded: ReadonlySet<string>): void {
    // Those of records that are the same do not tell it on.
    if (reloaded.size > 0) for (const listeners of this.#byRecord.values()) listeners.notify()
    for (const [model, rows] of changes) {
      for (const { before, after } of rows) {
        this.#byRecord.get(recordKey(model, (after ?? before)?.id ?? ''))?.notify()
      }
    }
  }

  #queriesOf(model: string): ModelQueries {
    return keptIn(this.#byModel, model, () => new ModelQueries())
  }
}

/** The live queries of one model, by the value of an equality. */
class ModelQueries {
  readonly #byField = new Map<string, Map<unknown, Set<LiveQuery>>>()

  add(query: LiveQuery): void {
    const { field, values } = keyOf(query)
    const byValue = keptIn(this.#byField, field, () => new Map<unknown, Set<LiveQuery>>())
    for (const value of values) keptIn(byValue, value, () => new Set()).add(query)
  }

  remove(query: LiveQuery): void {
    const { field, values } = keyOf(query)
    const byValue = this.#byField.get(field)
    for (const value of values) {
      const queries = byValue?.get(value)
      queries?.delete(query)
      if (queries?.size === 0) byValue?.delete(value)
    }
    if (byValue?.size === 0) this.#byField.delete(field)
  }

  /** The queries that these changes can touch, each with its changes in order. */
  select(changes: readonly RowChange[]): Map<LiveQuery, readonly RowChange[]> {
    const selected = new Map<LiveQuery, RowChange[]>()
    const hand = (query: LiveQuery, change: RowChange) => {
      const own = keptIn(selected, query, (): RowChange[] => [])
      // A query that lists both the old and the new value is found twice.
      if (own.at(-1) !== change) own.push(change)
    }
    for (const change of changes) {
      for (const [field, byValue] of this.#byField) {
        const before = change.before?.[field] ?? null
        const after = change.after?.[field] ?? null
        for (const query of byValue.get(before) ?? []) hand(query, change)
        if (after !== before) for (const query of byValue.get(after) ?? []) hand(query, change)
      }
    }
    return selected
  }
}

// No row has a field without a name, so all of them have null in it.
const NO_KEY = { field: '', values: [null] }

function keyOf({ plan }: LiveQuery): { readonly field: string; readonly values: readonly unknown[] } {
  return plan.filter.key ?? NO_KEY
}
