/**
 * A live query: filter, order, limit and includes over the visible rows of one model.
 *
 * While somebody listens it is kept up to date row by row; otherwise it is run when read. Either way
 * `current` is the same array until the result changes, and an unchanged row keeps its identity.
 */
import { createListeners, type Observable } from '../observable.ts'
import type { Filter } from './filter.ts'
import type { Includes } from './include.ts'
import type { Compare } from './order.ts'
import type { AnyRow, RowChange, RowSource } from './row.ts'
import { isSameList } from './same-list.ts'
import { SortedRows } from './sorted-rows.ts'

/** What a query asks for, compiled. */
export interface QueryPlan {
  readonly model: string
  readonly filter: Filter
  readonly compare: Compare<AnyRow>
  readonly limit: number | undefined
  readonly includes: Includes | undefined
}

/** Where a query registers while somebody listens. */
export interface QueryHost extends RowSource {
  activate(query: LiveQuery): void
  deactivate(query: LiveQuery): void
}

export class LiveQuery implements Observable<readonly AnyRow[]> {
  readonly plan: QueryPlan
  readonly #host: QueryHost
  readonly #listeners = createListeners()
  /** Kept while somebody listens. */
  #sorted: SortedRows | undefined
  #result: readonly AnyRow[] = EMPTY
  /** The result that the listeners know. */
  #told: readonly AnyRow[] = EMPTY
  #staleness: Staleness = 'anew'
  #readAt: readonly number[] = []

  constructor(plan: QueryPlan, host: QueryHost) {
    this.plan = plan
    this.#host = host
  }

  get current(): readonly AnyRow[] {
    if (this.#sorted) this.#refresh()
    else this.#runWhenChanged()
    return this.#result
  }

  subscribe(listener: () => void): () => void {
    if (this.#listeners.size === 0) this.#open()
    const remove = this.#listeners.add(listener)
    return () => {
      remove()
      if (this.#listeners.size === 0) this.#close()
    }
  }

  /** Takes in changes of its own model; true when the result may have changed. */
  apply(changes: readonly RowChange[]): boolean {
    const sorted = this.#sorted
    return sorted !== undefined && this.#take(changes, (change) => this.#applyOne(sorted, change))
  }

  /** Looks through all rows again when many of one of these models changed; true when the result may have. */
  reload(models: ReadonlySet<string>): boolean {
    if (!this.#models().some((model) => models.has(model))) return false
    // With limit or includes, what the listeners know is kept by `notify`.
    if (this.#staleness === 'no' && this.#isAlwaysAnother()) this.#told = this.#result
    this.#staleness = 'anew'
    return true
  }

  /** Takes in changes of a model that its rows include; true when the result may have changed. */
  applyRelated(model: string, changes: readonly RowChange[]): boolean {
    const { includes } = this.plan
    if (!includes?.models.has(model)) return false
    const owners = changes.flatMap((change) => includes.owners(model, change))
    return this.#take(owners, (id) => {
      includes.touch(id)
      return this.#shows(id)
    })
  }

  /** Tells the listeners, unless the rows within the limit are still the same. */
  notify(): void {
    if (!this.#isAsTold()) this.#listeners.notify()
  }

  #isAsTold(): boolean {
    if (this.#staleness !== 'anew' && this.#isAlwaysAnother()) return false
    try {
      const told = this.#told
      this.#told = this.current
      return this.#told === told
    } catch {
      // Whoever reads it is told of the fault.
      return false
    }
  }

  /** Takes changes in, and says whether one touched the query; where that fails, all rows are looked through again. */
  #take<Change>(changes: readonly Change[], isTouchedBy: (change: Change) => boolean): boolean {
    if (this.#staleness === 'anew') return true
    try {
      let isTouched = false
      for (const change of changes) isTouched = isTouchedBy(change) || isTouched
      if (isTouched) this.#staleness = 'surely'
      return isTouched
    } catch {
      this.#staleness = 'anew'
      return true
    }
  }

  #open(): void {
    this.#staleness = 'anew'
    this.#refresh()
    this.#told = this.#result
    this.#host.activate(this)
  }

  #close(): void {
    this.#readAt = []
    this.#sorted = undefined
    this.#host.deactivate(this)
  }

  /** Without limit and includes, a change that touches the query changes its result. */
  #isAlwaysAnother(): boolean {
    return this.plan.limit === undefined && !this.plan.includes
  }

  #shows(id: string): boolean {
    const row = this.#host.rows(this.plan.model).get(id)
    return row !== undefined && this.plan.filter.matches(row)
  }

  #applyOne(sorted: SortedRows, { before, after }: RowChange): boolean {
    const { matches } = this.plan.filter
    const wasIn = before !== undefined && matches(before)
    const isIn = after !== undefined && matches(after)
    if (wasIn && isIn) sorted.replace(before, after)
    else if (wasIn) sorted.remove(before)
    else if (isIn) sorted.insert(after)
    return wasIn || isIn
  }

  #runWhenChanged(): void {
    const revisions = this.#revisions()
    const isUnchanged = revisions.every((revision, at) => revision === this.#readAt[at])
    if (isUnchanged && this.#readAt.length > 0) return
    this.#staleness = 'anew'
    this.#refresh()
    this.#sorted = undefined
    this.#readAt = revisions
  }

  #revisions(): number[] {
    return this.#models().map((model) => this.#host.revision(model))
  }

  #models(): readonly string[] {
    return [this.plan.model, ...(this.plan.includes?.models ?? [])]
  }

  #run(): SortedRows {
    const { filter, compare, model, limit, includes } = this.plan
    includes?.touch()
    return new SortedRows(candidates(this.#host, model, filter).filter(filter.matches), compare, limit)
  }

  #refresh(): void {
    if (this.#staleness === 'no') return
    const { limit, includes } = this.plan
    const kept = this.#staleness === 'anew' ? undefined : this.#sorted
    this.#sorted = !kept || kept.isShort(limit) ? this.#run() : kept
    const rows = this.#sorted.take(limit)
    const next = includes?.expand(rows) ?? rows
    const isAnother = this.#staleness === 'surely' && this.#isAlwaysAnother()
    if (isAnother || !isSameList(this.#result, next)) this.#result = next
    this.#staleness = 'no'
  }
}

/** Whether the last result still stands; `anew` looks through all rows, and keeps the array when they are the same. */
type Staleness = 'no' | 'surely' | 'anew'

const EMPTY: readonly AnyRow[] = []

function candidates(source: RowSource, model: string, { key }: Filter): AnyRow[] {
  if (key?.field === 'id') {
    const rows = source.rows(model)
    return key.values.map((id) => rows.get(id as string)).filter((row) => row !== undefined)
  }
  if (key?.isReference) return key.values.flatMap((value) => source.linked(model, key.field, value))
  return source.rows(model).values()
}
