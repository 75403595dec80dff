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

export class Events {
  readonly #store: Store
  readonly #byType = new Map<string, Listeners<[EntityEvent & DataChangedEvent]>>()
  readonly #ops = createListeners<[Change]>()

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

  /** Tells of one store transaction. */
  emit(channel: string, changes: readonly Change[]): void {
    if (this.#ops.size > 0) for (const change of changes) this.#ops.notify(change)
    if (this.#byType.size === 0) return
    const entities = changes.map((change) => this.#eventOf(change))
    for (const event of entities) this.#tell(event.type, event)
    this.#tell('data:changed', { type: 'data:changed', channel, entities })
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
