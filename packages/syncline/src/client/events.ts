/** Events of confirmed changes: `client.on('checklist-item:updated', …)`, `client.on('data:changed', …)`. */
import type { Schema } from '../schema/define-schema.ts'
import { type KebabCase, kebabCase } from '../schema/kebab-case.ts'
import type { ModelName, Row } from '../schema/row-types.ts'
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

/** A confirmed change of one record of a model; a record that went has only its id. */
export type EntityUpdate<S extends Schema, M extends ModelName<S>> = {
  readonly [Each in M]: { readonly [V in Verb]: UpdateOf<S, Each, V> }[Verb]
}[M]

interface UpdateOf<S extends Schema, M extends ModelName<S>, V extends Verb> extends EntityEvent {
  readonly type: `${KebabCase<M>}:${V}`
  readonly entity: KebabCase<M>
  readonly data: V extends 'deleted' ? { readonly id: string } : Row<S, M>
}

/** Rows of a channel changed; after a load anew `entities` is empty. */
export interface DataChangedEvent<S extends Schema = Schema> {
  readonly type: 'data:changed'
  readonly channel: string
  readonly entities: readonly EntityUpdate<S, ModelName<S>>[]
}

/** The connection is in another state than before. */
export interface ConnectionStatusEvent {
  readonly type: 'connection-status'
  readonly status: SyncStatus['status']
}

/** What a client tells of. */
export type EventName<S extends Schema> =
  | `${KebabCase<ModelName<S>>}:${Verb}`
  | 'data:changed'
  | 'connection-status'

/** The event of that name. */
export type EventNamed<S extends Schema, T extends EventName<S>> = T extends 'data:changed'
  ? DataChangedEvent<S>
  : T extends 'connection-status'
    ? ConnectionStatusEvent
    : {
        readonly [M in ModelName<S>]: T extends `${KebabCase<M>}:${infer V extends Verb}`
          ? UpdateOf<S, M, V>
          : never
      }[ModelName<S>]

type Verb = (typeof VERBS)[keyof typeof VERBS]

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
    this.#tell('data:changed', { type: 'data:changed', channel, entities: entities as never })
  }

  #isNew({ model, id, version, action, at }: Change): boolean {
    // The time too: a record that is seen again has the version that it had, and a database that was put back repeats them.
    const told = `${model} ${version} ${at} ${VERBS[action]} ${id}`
    if (this.#told.has(told)) return false
    this.#told.add(told)
    const [oldest = ''] = this.#told
    if (this.#told.size > MOST_TOLD) this.#told.delete(oldest)
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
