/**
 * What the device keeps beyond the page's life, behind a small interface: the outbox and the cached rooms.
 *
 *   W3 nothing lost   the outbox is stored before a write says `stored`
 *   L2 once           a batch of a room and its cursor are stored together
 *   K3 private        every user has a storage of their own
 */
import type { CompiledSchema } from '../../schema/model.ts'
import type { Observable } from '../observable.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { StoreRecord } from '../store/store-record.ts'
import type { StorageHealth } from './health.ts'

/** Opens the storage of one user on this device. */
export interface Storage {
  /** It outlives the page, so the client has to say whose it is (K3). */
  readonly needsUser?: boolean
  /** The client gives its schema, by which what was stored is judged: it may be damaged, or of somebody else's making. */
  open(user: string, schema?: CompiledSchema): UserStorage | Promise<UserStorage>
}

export interface UserStorage {
  /** What was last committed, or undefined on a new device. */
  readonly device: StoredDevice | undefined
  /** Commits all of it or nothing; resolves when it is durable. Calls are committed in their order. */
  commit(write: StorageWrite): Promise<void>
  /** A cached room; where it stands is known before its rows are read. */
  loadRoom(channel: string): KeptRoom | undefined | Promise<KeptRoom | undefined>
  /**
   * Removes everything this user has here, of all pages. Unless `discard` is true it removes nothing while writes
   * are unsent, and tells how many (W3).
   */
  purge(discard?: boolean): Promise<number | void>
  /**
   * The page may go with this turn: what it has of writes that are not stored is stored ahead of all else, and so is what
   * is committed in the same turn. A storage without it keeps what it is given at once, or cannot.
   */
  leave?(): void
  /** Whether it keeps what it is given. A storage without it lives in memory. */
  readonly health?: Observable<StorageHealth>
  /** Asks the platform not to evict what is kept: unsent writes are about to lie here. */
  persist?(): void
  /**
   * Another device of the user, which no page is any more and which has unsent or refused writes; nothing, or a
   * rejection, if there is none. It is asked every few seconds, and should cost nothing while pages neither come nor go.
   */
  adopt?(): Promise<UserStorage | undefined> | undefined
  /**
   * Between the pages of the user, this one excepted: each tells what it cannot send, so that all show it, and asks with
   * null what the others have. A storage without it has one page, or its pages show each their own.
   */
  readonly pages?: Pick<BroadcastChannel, 'postMessage' | 'onmessage'>
  /** Lets go of what other pages may want to open, after what was committed is through. */
  close?(): void
}

export interface StoredDevice {
  readonly outbox: Outbox
  /** The log's history that cursors belong to. */
  readonly epoch: string | undefined
  /** Id of the user, as the server said it. */
  readonly user: string | undefined
}

export interface StoredRoom {
  readonly cursor: string
  /** Hash of the schema that the rows were stored under. */
  readonly schema: string
  readonly records: Iterable<StoreRecord>
}

/** A cached room, as a storage hands it out. */
export interface KeptRoom extends Omit<StoredRoom, 'records'> {
  /**
   * Hands on the rows, some at a time. There is a promise when they are not all handed on when this returns; it is
   * rejected when they cannot be had.
   */
  read(take: (records: readonly StoreRecord[]) => void): Promise<void> | undefined
}

export interface StorageWrite {
  readonly device?: StoredDevice
  readonly room?: RoomWrite
}

export type RoomWrite =
  | { readonly channel: string; readonly type: 'replace'; readonly room: StoredRoom }
  | {
      readonly channel: string
      readonly type: 'change'
      readonly cursor: string
      readonly put: readonly StoreRecord[]
      readonly remove: readonly RecordName[]
    }
  | { readonly channel: string; readonly type: 'purge' }

export interface RecordName {
  readonly model: string
  readonly id: string
}
