/**
 * What one page keeps of one user, in IndexedDB.
 *
 * A commit waits only for what was committed before it: everything that waits goes with the next transaction, all
 * or nothing. What a transaction could not write is written with the next one, and nobody is told that it is stored.
 *
 *   K2 honest   a commit resolves when its transaction is complete, and only then
 *   L2 once     a room's rows and its cursor are in one transaction
 *   W3 nothing lost   when the page goes, ops that are not stored go before what waits
 */
import type { CompiledSchema } from '../../../schema/model.ts'
import { createDeferred, type Deferred } from '../../deferred.ts'
import { createSource } from '../../observable.ts'
import type { StorageHealth } from '../health.ts'
import type { KeptRoom, RoomWrite, StorageWrite, StoredDevice, StoredRoom, UserStorage } from '../storage.ts'
import type { Connection } from './connection.ts'
import { GIVEN_UP, LastWrite } from './last-write.ts'
import type { LeftDevices } from './look-for-left.ts'
import { STORES, transact, type Transaction } from './database.ts'
import { readSlots } from './known-slots.ts'
import { planOutbox } from './outbox-log.ts'
import { packPages } from './pack-pages.ts'
import {
  isNothing,
  joinPending,
  NOTHING_PENDING,
  type Pending,
  pendingChange,
  pendingRows,
  type PendingRoom,
} from './pending.ts'
import { isDamage, problemOf, StorageError } from './problem.ts'
import { RoomCache } from './room-cache.ts'
import { writeDevice } from './write-device.ts'

export interface UserStorageParts {
  readonly connection: Connection
  readonly schema: CompiledSchema
  /** How long a room that nobody opens is kept. */
  readonly unusedDays: number
  readonly slot: number
  /** Nobody else can be the owner. */
  readonly isExclusive: boolean
  readonly owner: string
  readonly device: StoredDevice | undefined
  /** The device lies in the stores as it is here; absent when it is new, or was damaged. */
  readonly stored: { readonly starts: readonly number[] } | undefined
  /** Asks the platform not to evict. */
  persist(): void
  /** Lets others have the device when this is done; not when it is rejected. */
  release(done: Promise<unknown>): void
  /** Removes the database. */
  remove(): Promise<void>
  /** Finds other devices of the user. */
  readonly left: LeftDevices | undefined
}

// 20,000: rows that may wait for a storage that fails; a room that has more of them is cached by the next load only.
const MOST_WAITING = 20_000

// 5 s: how long a storage that fails is left alone, when nothing else is to be written.
const RETRY_MS = 5_000

export class IndexedDbStorage implements UserStorage {
  readonly health = createSource<StorageHealth>({ state: 'durable', problem: undefined })
  readonly #parts: UserStorageParts
  readonly #rooms: RoomCache
  readonly #packing = new Map<string, Promise<unknown>>()
  #device: StoredDevice | undefined
  #stored: StoredDevice | undefined
  #starts: readonly number[]
  #pending: Pending = NOTHING_PENDING
  #waiting: Deferred<void>[] = []
  #flushing: Promise<void> | undefined
  #underWay: Transaction | undefined
  readonly #last: LastWrite
  #isPurging = false
  #hasAskedToPersist = false
  #retry: ReturnType<typeof setTimeout> | undefined
  #ended: StorageError | undefined

  constructor(parts: UserStorageParts) {
    this.#parts = parts
    this.#device = parts.device
    this.#stored = parts.stored && parts.device
    this.#starts = parts.stored?.starts ?? []
    this.#last = new LastWrite(parts)
    this.#rooms = new RoomCache(parts.connection, parts.schema, parts.unusedDays)
  }

  get device(): StoredDevice | undefined {
    return this.#device
  }

  commit({ device, room }: StorageWrite): Promise<void> {
    if (this.#ended) return Promise.reject(this.#ended)
    if (!room) return this.#enqueue({ device, rooms: new Map() })
    const enqueue = (packed: PendingRoom) =>
      this.#enqueue({ device, rooms: new Map([[room.channel, packed]]) })
    const packing = this.#pack(room)
    return packing instanceof Promise ? packing.then(enqueue) : enqueue(packing)
  }

  async loadRoom(channel: string): Promise<KeptRoom | undefined> {
    await this.#packing.get(channel)
    await this.#flushing
    try {
      const room = await this.#rooms.open(channel)
      if (!room) return undefined
      const { cursor, schema } = room.header
      const read: KeptRoom['read'] = (take) =>
        room.read(take).catch((error: unknown) => {
          this.#onUnreadable(channel, error)
          throw error
        })
      return { cursor, schema, read }
    } catch (error) {
      this.#onUnreadable(channel, error)
      return undefined
    }
  }

  /** A room that cannot be read is loaded anew; one that is damaged goes, so that it does not fail again. */
  #onUnreadable(channel: string, error: unknown): void {
    if (isDamage(error)) this.commit({ room: { channel, type: 'purge' } }).catch(() => {})
    else this.#fail(error)
  }

  persist(): void {
    if (this.#hasAskedToPersist) return
    this.#hasAskedToPersist = true
    this.#parts.persist()
  }

  purge(discard?: boolean): Promise<number> {
    this.#isPurging = true
    const purged = this.#settled()
      .then(() => this.#clear(discard))
      .finally(() => (this.#isPurging = false))
    // What is committed meanwhile is written if nothing was removed, and refused otherwise.
    const goOn = () => this.#flush()
    this.#flushing = purged.then(goOn, goOn)
    this.#parts.release(purged.then((unsent) => unsent && Promise.reject(unsent)))
    return purged
  }

  adopt(): Promise<UserStorage | undefined> | undefined {
    return this.#parts.left?.find()
  }

  get pages(): BroadcastChannel | undefined {
    return this.#parts.left?.pages
  }

  close(): void {
    this.#end('the client was closed')
    this.#parts.release(this.#settled().then(() => this.#parts.connection.end(this.#ended)))
  }

  leave(): void {
    if (!this.#parts.isExclusive || this.#isPurging) return
    this.#last.begin()
    this.#writeLast()
  }

  #writeLast(): void {
    const device = this.#device
    const isWritten = this.#last.write(this.#stored, device, () => this.#underWay?.giveUp(GIVEN_UP))
    if (isWritten) this.#enqueue({ device, rooms: new Map() }).catch(() => {})
  }

  /** The database was taken from the page. If one can be had again, it holds who knows what: all is written (W3). */
  onGone(error: unknown): void {
    this.#stored = undefined
    this.#fail(error)
    if (this.#device) this.#enqueue({ device: this.#device, rooms: new Map() }).catch(() => {})
  }

  /** Removes everything, or tells how many writes would be lost: also those of other pages, open or not (W3). */
  async #clear(discard = false): Promise<number> {
    let unsent = 0
    await this.#parts.connection.run((database) =>
      transact(database, STORES, 'readwrite', (transaction) =>
        readSlots(transaction, (slots) => {
          if (!discard) {
            for (const slot of slots) unsent += slot.unsent
            // What was written while the transaction began waits here.
            unsent += this.#pending.device?.outbox.ops.length ?? 0
          }
          if (unsent === 0) for (const store of STORES) transaction.store(store).clear()
        }),
      ),
    )
    if (unsent > 0) return unsent
    this.#end('the user signed out')
    this.#parts.connection.end(this.#ended)
    // The rows are gone already; the empty database goes when no other page holds it.
    await this.#parts.remove().catch(() => {})
    return 0
  }

  /** What was committed so far is through, or has failed. */
  async #settled(): Promise<void> {
    const flushing = this.#flushing
    await Promise.all(this.#packing.values())
    await flushing
    await this.#rooms.settled()
  }

  #end(reason: string): void {
    clearTimeout(this.#retry)
    this.#ended ??= new StorageError('StorageLostError', reason)
  }

  /** The room as it waits; a promise of it when there is much to pack, or something before it is being packed. */
  #pack(write: RoomWrite): PendingRoom | Promise<PendingRoom> {
    const { channel } = write
    const before = this.#packing.get(channel)
    const packed = write.type === 'replace' ? this.#packRoom(channel, write.room) : packedWrite(write)
    if (!before && !(packed instanceof Promise)) return packed
    const after = Promise.all([packed, before]).then(([room]) => room)
    const done = after
      .catch(() => {})
      .then(() => {
        if (this.#packing.get(channel) === done) this.#packing.delete(channel)
      })
    this.#packing.set(channel, done)
    return after
  }

  async #packRoom(channel: string, { cursor, schema, records }: StoredRoom): Promise<PendingRoom> {
    // Read now: the rows go on changing.
    const all = Array.from(records)
    try {
      const pages = await packPages(all)
      return { type: 'replace', room: { cursor, schema, pages, rows: all.length }, change: undefined }
    } catch (error) {
      // Later changes do not fit what is stored.
      this.#rooms.giveUp(channel)
      throw error
    }
  }

  #enqueue(newer: Pending): Promise<void> {
    if (this.#ended) return Promise.reject(this.#ended)
    const lost = [...newer.rooms].find(([channel, room]) => this.#rooms.refuses(channel, room))
    if (lost) return Promise.reject(new StorageError('StorageTakenError', `\`${lost[0]}\` is not kept here`))
    if (newer.device) this.#device = newer.device
    this.#pending = joinPending(this.#pending, newer)
    const waiting = createDeferred()
    this.#waiting.push(waiting)
    if (this.#last.turn) this.#writeLast()
    this.#flushing ??= this.#flush()
    return waiting.promise
  }

  async #flush(): Promise<void> {
    do {
      if (this.#last.turn) await this.#last.turn
      const pending = this.#pending
      const waiting = this.#waiting
      this.#pending = NOTHING_PENDING
      this.#waiting = []
      try {
        if (!isNothing(pending)) {
          await this.#write(pending)
          this.#recover()
        }
        for (const { resolve } of waiting) resolve()
      } catch (error) {
        this.#keep(pending)
        if (error === GIVEN_UP) this.#waiting.unshift(...waiting)
        else {
          this.#fail(error)
          for (const { reject } of waiting) reject(error)
        }
      }
    } while (this.#waiting.length > 0)
    this.#flushing = undefined
    if (isNothing(this.#pending)) this.#rooms.rewriteLong()
    else this.#flushLater()
  }

  #flushLater(): void {
    if (this.#ended) return
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined
      if (!this.#ended) this.#flushing ??= this.#flush()
    }, RETRY_MS)
  }

  async #write(pending: Pending): Promise<void> {
    const { device } = pending
    const { connection, slot, owner } = this.#parts
    const plan = device && planOutbox(this.#last.written ? undefined : this.#stored, device, this.#starts)
    const isStored = this.#stored !== undefined
    const outcomes = await connection.run((database) =>
      transact(database, STORES, plan?.isStrict ? 'strict' : 'readwrite', (transaction) => {
        if (this.#last.turn) throw GIVEN_UP
        this.#underWay = transaction
        if (device && plan) writeDevice(transaction, { slot, owner, isStored }, device, plan)
        return this.#rooms.write(transaction, pending.rooms)
      }),
    )
    if (device && plan) {
      this.#stored = device
      this.#starts = plan.starts
      this.#last.written = undefined
    }
    this.#rooms.note(outcomes)
  }

  /** What could not be written is written with what comes next, as long as it is not too much. */
  #keep(pending: Pending): void {
    const kept = joinPending(pending, this.#pending)
    if (pendingRows(kept) <= MOST_WAITING) {
      this.#pending = kept
      return
    }
    const purges = [...kept.rooms].filter(([, room]) => room.type === 'purge')
    for (const [channel] of kept.rooms) this.#rooms.giveUp(channel)
    this.#pending = { ...kept, rooms: new Map(purges) }
  }

  #fail(error: unknown): void {
    if (this.#ended) return
    const problem = problemOf(error)
    if (problem.code === 'storage_full') this.#rooms.makeSpace()
    if (problem.message === this.health.current.problem?.message) return
    this.health.set({ state: 'failed', problem })
  }

  #recover(): void {
    if (this.health.current.state === 'failed') this.health.set({ state: 'durable', problem: undefined })
  }
}

function packedWrite(write: Exclude<RoomWrite, { type: 'replace' }>): PendingRoom {
  return write.type === 'purge' ? { type: 'purge' } : { type: 'change', change: pendingChange(write) }
}
