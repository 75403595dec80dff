/**
 * The rows in memory: what the server confirmed, the ops not yet in it, and what the page sees of both.
 *
 * Everything happens inside `transact`: at its end the visible rows are computed, live queries take them
 * in, and listeners hear once (L5: a reader sees all of a transaction or nothing; K1: reads never wait).
 */
import { merge } from '../../protocol/merge.ts'
import { keptIn } from '../kept-in.ts'
import { type Observable, partOf } from '../observable.ts'
import type { RecordName } from '../storage/storage.ts'
import type { LiveQuery, QueryHost } from '../query/live-query.ts'
import { QueryRouter } from '../query/query-router.ts'
import type { AnyRow, RowChange, RowsById } from '../query/row.ts'
import { type BaseRecord, type Entry, type OverlayOp, WHOLLY } from './entry.ts'
import { applyOp, rebase } from './rebase.ts'
import { RoomMembers } from './room-members.ts'
import { LoadedRows } from './loaded-rows.ts'
import { StagedRoom } from './staged-room.ts'
import { keepRow, recordOf, type StoreChange, type StoreRecord } from './store-record.ts'
import { Table } from './table.ts'

// 1,000: so few rows are told to live queries one by one; for more, those look through all rows again.
const FEW = 1_000

export class Store implements QueryHost {
  readonly #few: number
  readonly #tables = new Map<string, Table>()
  readonly #rooms = new Map<string, RoomMembers>()
  readonly #router = new QueryRouter()
  /** Versions at which records were deleted, while this connection lasts and another room may still tell of them. */
  readonly #deletedAt = new Map<Entry, number>()
  /** Entries that changed; each knows which ops were appended where nothing else did, so that many on one record stay cheap. */
  #touched: Entry[] | undefined

  /** Models of which many rows came or went. */
  #reloaded = new Set<string>()

  constructor(few = FEW) {
    this.#few = few
  }

  /** Runs changes as one: nobody sees a part of them. */
  transact<Result>(work: () => Result): Result {
    if (this.#touched) return work()
    this.#touched = []
    try {
      return work()
    } finally {
      const touched = this.#touched
      const reloaded = this.#reloaded
      this.#touched = undefined
      this.#reloaded = new Set()
      this.#commit(touched, reloaded)
    }
  }

  rows(model: string): RowsById {
    return this.#table(model).rows
  }

  linked(model: string, field: string, value: unknown): readonly AnyRow[] {
    return this.#table(model).linked(field, value)
  }

  revision(model: string): number {
    return this.#table(model).revision
  }

  activate(query: LiveQuery): void {
    this.#router.activate(query)
  }

  deactivate(query: LiveQuery): void {
    this.#router.deactivate(query)
  }

  /** One record, as the page sees it. */
  record(model: string, id: string): Observable<AnyRow | undefined> {
    const subscribe = (listener: () => void) => this.#router.watch(model, id, listener)
    return partOf({ current: this.rows(model), subscribe }, (rows) => rows.get(id))
  }

  /** What the server confirmed of a record. */
  base(model: string, id: string): BaseRecord | undefined {
    const table = this.#table(model)
    return table.get(id)?.base ?? table.loadedRecord(id)
  }

  /** The members of a room, as the device's storage keeps them. */
  members(channel: string): StoreRecord[] {
    const records: StoreRecord[] = []
    const members = this.#room(channel)
    for (const loaded of members.loaded) loaded.each((record) => records.push(record))
    for (const [entry, enteredAt] of members) {
      if (entry.base) records.push(recordOf(entry, entry.base, enteredAt))
    }
    return records
  }

  /** Whether a record that has an entry is a member of a room. */
  isMember(channel: string, model: string, id: string): boolean {
    return this.#room(channel).has(this.#table(model).get(id) as Entry)
  }

  /** What the transaction under way has made of records, as the device's storage keeps them in a room. */
  written(channel: string): { put: StoreRecord[]; remove: RecordName[] } {
    const put = [...this.#tables.values()].flatMap(({ updated }) => updated)
    const remove: RecordName[] = []
    for (const entry of this.#touched ?? []) {
      const { model, id, base } = entry
      const enteredAt = this.#room(channel).get(entry)
      if (base && enteredAt !== undefined) put.push(recordOf(entry, base, enteredAt))
      else remove.push({ model, id })
    }
    return { put, remove }
  }

  /** Puts an op before those on its record that were written later. */
  addOp(op: OverlayOp): void {
    const entry = this.#table(op.model).open(op.id)
    const { ops } = entry
    let at = ops.length
    while (at > 0 && (ops[at - 1] as OverlayOp).at > op.at) at--
    this.#mark(entry, at < ops.length ? WHOLLY : at)
    if (ops.length > 0) ops.splice(at, 0, op)
    else entry.ops = [op]
  }

  dropOps(ops: ReadonlySet<OverlayOp>): void {
    const entries = new Set([...ops].map(({ model, id }) => this.#touch(model, id)))
    for (const entry of entries) entry.ops = entry.ops.filter((op) => !ops.has(op))
  }

  /** Rewrites the ops on one record, each with the row that it leads to now. */
  mapOps(model: string, id: string, map: (op: OverlayOp, after: AnyRow | undefined) => OverlayOp): void {
    const entry = this.#touch(model, id)
    let row = entry.base?.fields
    entry.ops = entry.ops.map((op) => {
      row = applyOp(row, op)
      return map(op, row)
    })
  }

  opsOn(model: string, id: string): readonly OverlayOp[] {
    return this.#table(model).get(id)?.ops ?? []
  }

  /** Applies one confirmed change of a room. */
  apply(channel: string, change: StoreChange): void {
    const table = this.#table(change.model)
    if (change.action === 'update' && this.#touched && table.update(this.#room(channel), change)) return
    const entry = this.#mark(table.open(change.id))
    if (change.action === 'leave') this.#leave(channel, entry, change.version)
    else if (change.action === 'delete') this.#delete(channel, entry, change.version)
    else if (change.action === 'update') this.#update(entry, change)
    else this.#enter(channel, entry, change)
  }

  /** Takes in a part of a load of a room. Nothing of it is seen before `replaceRoom`, so it needs no transaction. */
  stage(channel: string, staged: StagedRoom, records: Iterable<StoreRecord>): void {
    let loaded: LoadedRows | undefined
    let shown: LoadedRows | undefined
    for (const record of records) {
      const { model, fields } = record
      const table = this.#table(model)
      if (loaded?.model !== model) {
        loaded = keptIn(staged.loaded, model, () => new LoadedRows(model, staged))
        table.loaded.add(loaded)
        shown = this.#room(channel).loaded.find((each) => each.model === model)
      }
      const before = shown?.get(fields.id)
      if (before) loaded.add(keepRow(before, record))
      else if (table.knows(fields.id, loaded, shown)) staged.add(table.open(fields.id), record)
      else loaded.add(record)
    }
  }

  /** Forgets a load that is not wanted any more. */
  unstage({ loaded, records }: StagedRoom): void {
    for (const each of loaded.values()) this.#table(each.model).loaded.delete(each)
    for (const entry of records.keys()) {
      entry.stages--
      this.#table(entry.model).tidy(entry)
    }
  }

  /** Replaces all rows of a room; `isFresh` tells which other rooms are up to date and may know better. */
  replaceRoom(channel: string, staged: StagedRoom, isFresh: (channel: string) => boolean): void {
    const before = this.#room(channel)
    const members = new RoomMembers(staged.loaded.values())
    this.#rooms.set(channel, members)
    for (const loaded of before.loaded) this.#tell(loaded).loaded.delete(loaded)
    for (const loaded of members.loaded) {
      const table = this.#tell(loaded)
      if (loaded.size > 0) loaded.owner = members
      else table.loaded.delete(loaded)
    }
    for (const [entry, record] of staged.records) {
      entry.stages--
      this.#mark(entry)
      members.enter(entry, record.enteredAt ?? record.version)
      if (!before.leave(entry)) entry.holders++
      this.#replaceBase(channel, entry, record, isFresh)
    }
    for (const [entry] of before) this.#release(this.#mark(entry))
  }

  /** Loaded rows come or go: a few get entries, and are told of one by one. */
  #tell(loaded: LoadedRows): Table {
    const table = this.#table(loaded.model)
    if (loaded.size > this.#few) this.#reloaded.add(loaded.model)
    else loaded.each(({ fields }) => table.open(fields.id))
    return table
  }

  /** Forgets a room; its records go unless another room holds them. */
  purgeRoom(channel: string): void {
    this.replaceRoom(channel, new StagedRoom(), () => true)
    this.#rooms.delete(channel)
  }

  /** Says that rooms are read anew from their cursors: what was deleted may be told again. */
  forgetDeletions(): void {
    this.#deletedAt.clear()
  }

  #enter(channel: string, entry: Entry, change: StoreChange): void {
    if (this.#room(channel).enter(entry, change.version)) entry.holders++
    if ((this.#deletedAt.get(entry) ?? 0) >= change.version) return
    const base: BaseRecord = entry.base ?? { version: 0, fields: { id: entry.id }, fieldVersions: {} }
    entry.base = merge(base, change) as BaseRecord
  }

  #update(entry: Entry, change: StoreChange): void {
    if (entry.base) entry.base = merge(entry.base, change) as BaseRecord
  }

  #leave(channel: string, entry: Entry, version: number): void {
    if (this.#room(channel).leave(entry, version)) this.#release(entry)
  }

  #delete(channel: string, entry: Entry, version: number): void {
    const isNewer = entry.base !== undefined && entry.base.version > version
    if (this.#room(channel).leave(entry, version)) entry.holders--
    if (!isNewer && entry.holders > 0) this.#deletedAt.set(entry, version)
    if (!isNewer || entry.holders === 0) entry.base = undefined
  }

  #release(entry: Entry): void {
    entry.holders--
    if (entry.holders === 0) entry.base = undefined
  }

  #replaceBase(
    channel: string,
    entry: Entry,
    record: StoreRecord,
    isFresh: (channel: string) => boolean,
  ): void {
    if (this.#deletedAt.size > 0 && (this.#deletedAt.get(entry) ?? 0) >= record.version) return
    const { base } = entry
    if (base && this.#isHeldByFresh(channel, entry, isFresh)) {
      const { id: _, ...fields } = record.fields
      entry.base = merge(base, { ...record, fields }) as BaseRecord
      return
    }
    entry.base = base ? keepRow(base, record) : record
  }

  #isHeldByFresh(channel: string, entry: Entry, isFresh: (channel: string) => boolean): boolean {
    const rooms = entry.holders > 1 ? [...this.#rooms] : []
    return rooms.some(([other, members]) => other !== channel && members.has(entry) && isFresh(other))
  }

  #touch(model: string, id: string): Entry {
    return this.#mark(this.#table(model).open(id))
  }

  #mark(entry: Entry, from = WHOLLY): Entry {
    // Outside `transact` this throws.
    if (entry.touched === undefined) (this.#touched as Entry[]).push(entry)
    entry.touched = Math.min(entry.touched ?? from, from)
    return entry
  }

  #commit(touched: readonly Entry[], reloaded: Set<string>): void {
    for (const model of reloaded) this.#table(model).reload()
    for (const entry of touched) {
      const from = entry.touched
      entry.touched = undefined
      this.#table(entry.model).show(entry, rebase(entry, from))
      if (this.#deletedAt.size > 0 && entry.holders === 0) this.#deletedAt.delete(entry)
    }
    const changes = new Map<string, RowChange[]>()
    for (const [model, table] of this.#tables) {
      const told = table.takeChanges()
      if (told.length > 0) changes.set(model, told)
      if (told.length > this.#few) reloaded.add(model)
    }
    if (changes.size + reloaded.size > 0) this.#router.route(changes, reloaded)
  }

  #table(model: string): Table {
    return keptIn(this.#tables, model, () => new Table(model))
  }

  #room(channel: string): RoomMembers {
    return keptIn(this.#rooms, channel, () => new RoomMembers())
  }
}
