/**
 * The client: what an application does with the rows on the device.
 *
 * Reading never waits for the network, and writing neither (K1): rows come from memory, writes are shown at once,
 * and how far they are is told honestly (K2).
 */
// In a bundle modules stand in this order: what is alike stands together, and gzip looks 32 kB back (`.size-limit.json`).
import {
  createMutate,
  type Mutate,
  runTransaction,
  type Transaction,
  type WriteOptions,
} from './writes/mutators.ts'
import type { DraftContext } from './writes/draft.ts'
import { mapped } from '../schema/mapped.ts'
import { schemaOnDevice } from '../schema/schema-on-device.ts'
import type { Schema } from '../schema/define-schema.ts'
import { quoteNames } from '../schema/nearest-name.ts'
import type { JoinableName, ModelName, Row } from '../schema/row-types.ts'
import { createQuery, type Query } from './query/query.ts'
import { type Observable, partOf } from './observable.ts'
import { modelNamed } from './model-named.ts'
import { SynclineError } from '../protocol/errors.ts'
import { formatChannel } from '../protocol/channel.ts'
import type { Change } from '../protocol/messages/change.ts'
import { newId } from './new-id.ts'
import {
  explainEmptiness,
  explainNames,
  explainOptions,
  noteJoin,
  refuseNoId,
  refuseNoSchema,
  refuseUnknownEvent,
  refuseUnknownModel,
} from './development.ts'
import { noteClient } from './open-clients.ts'
import { Engine } from './engine.ts'
import { createRoom, type Room } from './rooms/room.ts'
import type { ClientOptions } from './client-options.ts'
import type { ConnectionStatusEvent, EventName, EventNamed } from './events.ts'
import type { ParkedOp } from './outbox/outbox.ts'
import type { Submission } from './outbox/submissions.ts'
import type { SyncStatus } from './sync-status.ts'

export interface Client<S extends Schema> {
  readonly schema: S
  /**
   * Joins a room and keeps it in step until `leave`: by id, `'mine'` for the records the user may read, or `'all'`.
   * Joining twice shares one subscription.
   */
  join(model: JoinableName<S>, id: string): Room
  /** Live queries over the rows of all joined rooms, by model. */
  readonly query: { readonly [M in ModelName<S>]: Query<S, M> }
  /** One record, as it changes. */
  record<M extends ModelName<S>>(model: M, id: string): Observable<Row<S, M> | undefined>
  /** Writes, by model. */
  readonly mutate: Mutate<S>
  /** Several writes as one: all of them are committed, or none. */
  transaction(work: (tx: Transaction<S>) => void, options?: WriteOptions): Submission
  readonly status: Observable<SyncStatus>
  /** Refused writes with their values and reasons, kept until dismissed (W3). */
  readonly parked: Observable<readonly ParkedOp[]>
  /** Says that a refused write has been dealt with. */
  dismiss(parked: ParkedOp): void
  /**
   * Hears `'{model-in-kebab-case}:created' | 'updated' | 'deleted'` for confirmed changes, `'data:changed'` for each
   * batch of them, or `'connection-status'` whenever `status.current.status` is another.
   */
  on<T extends EventName<S>>(type: T, listener: (event: EventNamed<S, T>) => void): () => void
  /** Hears every confirmed change as it was on the wire. */
  onOp(listener: (change: Change & { readonly model: ModelName<S> }) => void): () => void
  /** Connects after `close`d attempts: when the server had said not to come back, or `autoConnect` is false. */
  connect(): void
  /** Ends the connection; what is stored stays. A write throws from then on. */
  close(): void
  /**
   * Ends the session and removes this user's rows and writes from the device.
   * @throws SynclineError while writes are unsent, here or in another page of the user, with their number as `unsent`, and
   * another error when the storage cannot tell; the session then goes on. With `discard` they are lost.
   */
  signOut(options?: { readonly discard?: boolean }): Promise<void>
}

/** Makes a client. It opens the device's storage and connects at once. */
export function createClient<S extends Schema>(options: ClientOptions<S>): Client<S> {
  refuseNoSchema(options)
  explainOptions(options)
  const engine = new Engine(options as ClientOptions<Schema>)
  noteClient(engine, options)
  const { schema } = options
  const context = draftContext(engine, options)
  let isClosed = false
  const submit: Engine['writes']['submit'] = (drafts, isOptimistic) => {
    if (isClosed) throw new SynclineError('aborted', 'The client is closed: the write was not taken.')
    return engine.writes.submit(drafts, isOptimistic)
  }
  for (const channel of channelsAtStart(schema, options.joinAtStart)) {
    noteJoin(engine, channel)
    engine.rooms.hold(channel)
  }
  engine.start()
  const query = mapped(schema.models, ({ name }) =>
    createQuery(schema, name as ModelName<S>, engine.store),
  ) as Client<S>['query']
  const mutate = createMutate<S>(context, submit)
  explainNames(schema, query)
  explainNames(schema, mutate)
  explainEmptiness(schema, engine, query)
  return {
    schema,
    join(model, id) {
      refuseNoId(schema, model, id)
      const channel = channelOf(schema, model, id)
      noteJoin(engine, channel)
      return createRoom(engine.rooms, channel)
    },
    query,
    record: (model, id) => {
      refuseUnknownModel(schema, model)
      return engine.store.record(model, id) as Observable<Row<S, typeof model> | undefined>
    },
    mutate,
    transaction: (work, writeOptions) => runTransaction<S>(context, submit, work, writeOptions),
    status: engine.board.status,
    parked: engine.board.parked,
    dismiss: (parked) => engine.dismiss(parked),
    on: (type: string, listener: (event: never) => void) => {
      refuseUnknownEvent(schema, type)
      return type === 'connection-status'
        ? onStatus(engine, listener as never)
        : engine.events.on(type, listener)
    },
    onOp: (listener) => engine.events.onOp(listener as (change: Change) => void),
    connect: () => engine.connect(),
    close() {
      isClosed = true
      engine.close()
    },
    signOut: async ({ discard = false } = {}) => refuseUnsent(await engine.purge(discard)),
  }
}

function draftContext<S extends Schema>(engine: Engine, { schema, random }: ClientOptions<S>): DraftContext {
  return {
    schema: schemaOnDevice(schema),
    now: () => engine.clock.now(),
    newId: () => newId(engine.clock.now(), random),
    baseOf: (model, id) => engine.store.base(model, id)?.version,
  }
}

function channelOf(schema: Schema, name: string, id: string): string {
  const model = modelNamed(schema, name)
  if (id === 'mine' || id === 'all') return formatChannel({ form: id, model: model.channel })
  if (!model.isRoot) {
    const rooms = quoteNames(schema.roots)
    throw new SynclineError('not_found', `Model \`${name}\` is not a room. Rooms of this schema: ${rooms}.`)
  }
  return formatChannel({ form: 'room', model: model.channel, id })
}

/** The lists of rooms and the shared tables that are joined from the start. */
function channelsAtStart(schema: Schema, chosen: boolean | readonly string[] = false): string[] {
  const names = Array.isArray(chosen) ? chosen : chosen ? Object.keys(schema.models) : []
  return names.flatMap((name) => {
    const { isRoot = false, shared = false } = schema.models[name] ?? {}
    const lists = [...(isRoot ? ['mine'] : []), ...(shared ? ['all'] : [])]
    // A name that is no list of anything is a mistake, which the error of `join` explains.
    if (lists.length === 0 && chosen !== true) return [channelOf(schema, name, '')]
    return lists.map((list) => channelOf(schema, name, list))
  })
}

function onStatus(engine: Engine, listener: (event: ConnectionStatusEvent) => void): () => void {
  const word = partOf(engine.board.status, ({ status }) => status)
  return word.subscribe(() => listener({ type: 'connection-status', status: word.current }))
}

function refuseUnsent(count: number): void {
  if (count === 0) return
  throw new SynclineError(
    'aborted',
    `${count} writes have not reached the server, here or in other pages. Wait until \`status.pending\` is 0, or lose them with { discard: true }.`,
    { unsent: count },
  )
}
