/**
 * The cached rooms of this page: which of them it may go on writing, and whose pages are due to be written anew.
 *
 * Several pages may have the same room. Each write counts the room's revision up; a page whose revision is not the
 * stored one stops caching the room until it loads it anew, so the stored rows always fit their cursor.
 */
import type { CompiledSchema } from '../../../schema/model.ts'
import type { Connection } from './connection.ts'
import { ROOM_STORES, transact, type Transaction } from './database.ts'
import { packPages } from './pack-pages.ts'
import type { PendingRoom } from './pending.ts'
import { pruneRooms } from './prune-rooms.ts'
import { type OpenedRoom, openRoom, readRecords } from './read-room.ts'
import { isLogLong } from './room-header.ts'
import { rewritePages, type RoomOutcome, writeRoom } from './write-rooms.ts'

// 1 min: by then a page has asked for the rooms that it begins with.
const SETTLE_MS = 60_000
const DAY_MS = 24 * 60 * 60 * 1000
// 60 days: what lies here for longer goes first when space is short.
const LONG_MS = 60 * DAY_MS

export class RoomCache {
  readonly #connection: Connection
  readonly #schema: CompiledSchema
  readonly #revisions = new Map<string, number>()
  readonly #givenUp = new Set<string>()
  readonly #long = new Set<string>()
  #rewriting: Promise<void> | undefined
  /** Transactions with rooms so far. */
  #writes = 0
  /** Rooms that this page has asked for. */
  readonly #joined = new Set<string>()
  #unusedMs: number
  #pruneAt = Date.now() + SETTLE_MS

  constructor(connection: Connection, schema: CompiledSchema, unusedDays: number) {
    this.#connection = connection
    this.#schema = schema
    this.#unusedMs = unusedDays * DAY_MS
  }

  async open(channel: string): Promise<OpenedRoom | undefined> {
    this.#joined.add(channel)
    const writes = this.#writes
    const room = await this.#connection.run((database) => openRoom(database, this.#schema, channel))
    // Where this page wrote meanwhile, it knows the revision better.
    if (writes === this.#writes) this.#learn(channel, room)
    if (room && isLogLong(room.header)) this.#long.add(channel)
    if (room && !((room.header.usedAt ?? 0) > Date.now() - DAY_MS)) this.#prune(Number.POSITIVE_INFINITY)
    return room
  }

  #learn(channel: string, room: OpenedRoom | undefined): void {
    this.#givenUp.delete(channel)
    if (room) this.#revisions.set(channel, room.header.revision)
    else this.#revisions.delete(channel)
  }

  /** A change of a room that this page does not keep any more. */
  refuses(channel: string, { type }: PendingRoom): boolean {
    return type === 'change' && this.#givenUp.has(channel)
  }

  /** Keeps the room as it is stored: the changes since are not all there. */
  giveUp(channel: string): void {
    this.#givenUp.add(channel)
  }

  /** Writes rooms; what became of them is known when the transaction is complete. */
  write(transaction: Transaction, rooms: ReadonlyMap<string, PendingRoom>): Map<string, RoomOutcome> {
    const outcomes = new Map<string, RoomOutcome>()
    this.#writes++
    for (const [channel, room] of rooms) {
      const revision = this.#revisions.get(channel)
      writeRoom(transaction, channel, room, revision, (outcome) => outcomes.set(channel, outcome))
    }
    return outcomes
  }

  note(outcomes: ReadonlyMap<string, RoomOutcome>): void {
    for (const [channel, outcome] of outcomes) {
      if (outcome.type === 'written') {
        this.#givenUp.delete(channel)
        this.#revisions.set(channel, outcome.header.revision)
        if (isLogLong(outcome.header)) this.#long.add(channel)
      } else {
        this.#revisions.delete(channel)
        if (outcome.type === 'taken') this.#givenUp.add(channel)
      }
    }
    // Rooms are written, so the server is there: what goes could be had again.
    if (outcomes.size === 0 || Date.now() < this.#pruneAt) return
    this.#pruneAt = Date.now() + DAY_MS
    this.#prune(this.#unusedMs)
  }

  /** Space is short: from now on rooms are kept for half the time, down to a day. */
  makeSpace(): void {
    this.#unusedMs = Math.min(this.#unusedMs, LONG_MS) / 2
    this.#prune(this.#unusedMs)
  }

  /** Removes rooms that this page has not joined, and that none has used for so long. */
  #prune(unusedMs: number): void {
    // What was used today another page may have joined.
    const since = Date.now() - Math.max(unusedMs, DAY_MS)
    const prune = (database: IDBDatabase) =>
      transact(database, ROOM_STORES, 'readwrite', (transaction) =>
        pruneRooms(transaction, this.#joined, since),
      )
    // What could not be removed goes another day.
    this.#connection.run(prune).catch(() => {})
  }

  /** Writes the pages of rooms with long logs anew, one after the other, between other transactions. */
  rewriteLong(): void {
    if (this.#long.size > 0) this.#rewriting ??= this.#rewriteAll()
  }

  /** No pages are being written anew. */
  async settled(): Promise<void> {
    await this.#rewriting
  }

  async #rewriteAll(): Promise<void> {
    for (const channel of this.#long) {
      this.#long.delete(channel)
      // The room is whole without it: the next change tries again.
      await this.#rewrite(channel).catch(() => {})
    }
    this.#rewriting = undefined
  }

  async #rewrite(channel: string): Promise<void> {
    await this.#connection.run(async (database) => {
      const room = await openRoom(database, this.#schema, channel)
      if (!room) return
      const records = await readRecords(room)
      const pages = await packPages(records)
      await transact(database, ROOM_STORES, 'readwrite', (transaction) =>
        rewritePages(transaction, channel, room.header, pages, records.length),
      )
    })
  }
}
