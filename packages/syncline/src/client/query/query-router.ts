/**
 * Leads the changes of one store transaction to the live queries that they can touch, then tells the
 * listeners once. Queries with an equality are found by its value, so that a write does not cost a test
 * per live query (bench: G10).
 */
import { createListeners, type Listeners } from '../observable.ts'
import type { LiveQuery } from './live-query.ts'
import type { RowChange } from './row.ts'

/** The visible changes of one store transaction, by model. */
export type RowChanges = ReadonlyMap<string, readonly RowChange[]>

export class QueryRouter {
  readonly #byModel = new Map<string, ModelQueries>()
  readonly #including = new Set<LiveQuery>()
  readonly #byRecord = new Map<string, Listeners>()

  activate(query: LiveQuery): void {
    this.#queriesOf(query.plan.model).add(query)
    if (query.plan.includes) this.#including.add(query)
  }

  deactivate(query: LiveQuery): void {
    this.#queriesOf(query.plan.model).remove(query)
    this.#including.delete(query)
  }

  /** Listens to one record. */
  watch(model: string, id: string, listener: () => void): () => void {
    const key = recordKey(model, id)
    const listeners = this.#byRecord.get(key) ?? createListeners()
    this.#byRecord.set(key, listeners)
    const remove = listeners.add(listener)
    return () => {
      remove()
      if (listeners.size === 0 && this.#byRecord.get(key) === listeners) this.#byRecord.delete(key)
    }
  }

  /** All queries take the changes in before the first listener hears, so that no listener sees half of them. */
  route(changes: RowChanges): void {
    const touched = new Set<LiveQuery>()
    for (const [model, rows] of changes) {
      for (const [query, own] of this.#byModel.get(model)?.select(rows) ?? []) {
        if (query.apply(own)) touched.add(query)
      }
      for (const query of this.#including) if (query.applyRelated(model, rows)) touched.add(query)
    }
    for (const query of touched) query.notify()
    if (this.#byRecord.size > 0) this.#notifyRecords(changes)
  }

  #notifyRecords(changes: RowChanges): void {
    for (const [model, rows] of changes) {
      for (const { before, after } of rows) {
        this.#byRecord.get(recordKey(model, (after ?? before)?.id ?? ''))?.notify()
      }
    }
  }

  #queriesOf(model: string): ModelQueries {
    const known = this.#byModel.get(model)
    if (known) return known
    const queries = new ModelQueries()
    this.#byModel.set(model, queries)
    return queries
  }
}

/** The live queries of one model: by the value of an equality, and those without one. */
class ModelQueries {
  readonly #byField = new Map<string, Map<unknown, Set<LiveQuery>>>()
  readonly #others = new Set<LiveQuery>()

  add(query: LiveQuery): void {
    const { key } = query.plan.filter
    if (!key) {
      this.#others.add(query)
      return
    }
    const byValue = this.#byField.get(key.field) ?? new Map<unknown, Set<LiveQuery>>()
    this.#byField.set(key.field, byValue)
    for (const value of key.values) byValue.set(value, (byValue.get(value) ?? new Set()).add(query))
  }

  remove(query: LiveQuery): void {
    this.#others.delete(query)
    const { key } = query.plan.filter
    const byValue = key && this.#byField.get(key.field)
    for (const value of key?.values ?? []) {
      const queries = byValue?.get(value)
      queries?.delete(query)
      if (queries?.size === 0) byValue?.delete(value)
    }
    if (key && byValue?.size === 0) this.#byField.delete(key.field)
  }

  /** The queries that these changes can touch, each with its changes in order. */
  select(changes: readonly RowChange[]): Map<LiveQuery, readonly RowChange[]> {
    const selected = new Map<LiveQuery, RowChange[]>()
    const hand = (query: LiveQuery, change: RowChange) => {
      const own = selected.get(query)
      if (!own) selected.set(query, [change])
      // A query that lists both the old and the new value is found twice.
      else if (own.at(-1) !== change) own.push(change)
    }
    for (const change of changes) {
      for (const [field, byValue] of this.#byField) {
        const before = change.before?.[field] ?? null
        const after = change.after?.[field] ?? null
        for (const query of byValue.get(before) ?? []) hand(query, change)
        if (after !== before) for (const query of byValue.get(after) ?? []) hand(query, change)
      }
    }
    const all = new Map<LiveQuery, readonly RowChange[]>(selected)
    for (const query of this.#others) all.set(query, changes)
    return all
  }
}

function recordKey(model: string, id: string): string {
  return `${model} ${id}`
}
