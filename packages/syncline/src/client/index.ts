/** The device's side: `import { createClient } from 'syncline/client'`. */
export { createClient, type Client } from './client.ts'
export type { ClientOptions } from './client-options.ts'
export type { Clock } from './clock.ts'
export type {
  ConnectionStatusEvent,
  DataChangedEvent,
  EntityEvent,
  EntityUpdate,
  EventName,
  EventNamed,
} from './events.ts'
export type { Observable } from './observable.ts'
export type { ParkedOp, QueuedOp } from './outbox/outbox.ts'
export type { Submission } from './outbox/submissions.ts'
export type { Direction } from './query/order.ts'
export type { ComparisonsOf, Condition, Included, Query, Where } from './query/query.ts'
export type { Room } from './rooms/room.ts'
export type { RoomStatus } from './rooms/room-state.ts'
export type { ReconnectOptions } from './session/backoff.ts'
export type { StorageHealth, StorageProblem } from './storage/health.ts'
export { indexedDb, type IndexedDbOptions } from './storage/indexed-db/indexed-db.ts'
export { memory } from './storage/memory.ts'
export type {
  KeptRoom,
  RoomWrite,
  Storage,
  StorageWrite,
  StoredDevice,
  StoredRoom,
  UserStorage,
} from './storage/storage.ts'
export type { SyncStatus } from './sync-status.ts'
export type {
  Mutate,
  Mutators,
  Transaction,
  TransactionMutators,
  Write,
  WriteOptions,
} from './writes/mutators.ts'
export { SynclineError } from '../protocol/errors.ts'
