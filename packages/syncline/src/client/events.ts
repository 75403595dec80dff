/** Events of confirmed changes: `client.on('checklist-item:updated', …)`, `client.on('data:changed', …)`. */
import { kebabCase } from '../schema/kebab-case.ts'
import type { Change } from '../protocol/messages/change.ts'
import { keptIn } from './kept-in.ts'
import { createListeners, type Listeners } from './observable.ts'
import type { Store } from './store/store.ts'
import type { SyncStatus } from './sync-status.ts'

/** A confirmed change of one record. */
export interface EntityEvent {
  /** `camera:created`. */
  readonly type: string
  /** The model in kebab-case. */
  readonly entity: string
  readonly entityId: string
  /** The record as it is seen now; only the id of one that went. */
  readonly data: Readonly<Record<string, unknown>>
  /** The author; null for a direct write to the database. */
  readonly userId: string | null
  /** ISO text. */
  readonly timestamp: string
}

/** Rows of a channel changed; after a load anew `entities` is empty. */
export interface DataChangedEvent {
  readonly type: 'data:changed'
  readonly channel: string
  readonly entities: readonly EntityEvent[]
}

/** The connection is in another state than before. */
export interface ConnectionStatusEvent {
  readonly type: 'connection-status'
  readonly status: SyncStatus['status']
}

const VERBS = {
  create: 'created',
  enter: 'created',
  update: 'updated',
  delete: 'deleted',
  leave: 'deleted',
} as const

// 10,000 changes: some megabyte. A channel that catches up may come that far behind another.
const MOST_TOLD = 10_000

export class Events {
  readonly #store: Store
  readonly #byType = new Map<string, Listeners<[EntityEvent & DataChangedEvent]>>()
  readonly #ops = createListeners<[Change]>()
  /** What was told, oldest first, by which it is known when it comes by another channel. */
  readonly #told = new Set<string>()

  constructor(store: Store) {
    this.#store = store
  }

  on(type: string, listener: (event: never) => void): () => void {
    return keptIn(this.#byType, type, () => createListeners()).add(
      listener as (event: EntityEvent & DataChangedEvent) => void,
    )
  }

  onOp(listener: (change: Change) => void): () => void {
    return this.#ops.add(listener)
  }

  /** Tells of one store transaction. A change that came by another channel before is told as one of this channel only. */
  emit(channel: string, changes: readonly Change[]): void {
    if (this.#ops.size + this.#byType.size === 0) return
    const news = new Set(changes.filter((change) => this.#isNew(change)))
    for (const change of news) this.#ops.notify(change)
    if (this.#byType.size === 0) return
    const entities = changes.map((change) => this.#eventOf(change))
    for (const [at, event] of entities.entries())
      if (news.has(changes[at] as Change)) this.#tell(event.type, event)
    this.#tell('data:changed', { type: 'data:changed', channel, entities })
  }

  #isNew({ model, id, version, action, at }: Change): boolean {
    // The time too: a record that is seen again has the version that it had, and a database that was put back repeats them.
    const told = `${model} ${version} ${at} ${VERBS[action]} ${id}`
    if (this.#told.has(told)) return false
    this.#told.add(told)
    for (const oldest of this.#told) {
      if (this.#told.size <= MOST_TOLD) break
      this.#told.delete(oldest)
    }
    return true
  }

  #tell(type: string, event: EntityEvent | DataChangedEvent): void {
    this.#byType.get(type)?.notify(event as EntityEvent & DataChangedEvent)
  }

  #eventOf({ model, id, action, actor, at }: Change): EntityEvent {
    const entity = kebabCase(model)
    const data = this.#store.rows(model).get(id) ?? { id }
    return { type: `${entity}:${VERBS[action]}`, entity, entityId: id, data, userId: actor, timestamp: at }
  }
}
