/**
 * What rooms do to the store and to the device's storage: each batch is one transaction in the one (L5), and one
 * commit with its cursor in the other (L2).
 */
import type { Change } from '../../protocol/messages/change.ts'
import type { CompiledSchema } from '../../schema/model.ts'
import type { RecordName, RoomWrite, StoredRoom } from '../storage/storage.ts'
import { decodeChange, decodeChunks } from '../store/decode.ts'
import type { Store, StoreRecord } from '../store/store.ts'
import type { RowsChunk } from './room-state.ts'

/** What becomes of rows needs of the rest of the client. */
export interface RoomRowsHost {
  readonly schema: CompiledSchema
  readonly store: Store
  save(write: RoomWrite): void
  /** Inside the store transaction: what the server tells of a record is about to be applied. */
  onTold(model: string, id: string): void
  /** After the store transaction. */
  onApplied(channel: string, changes: readonly Change[]): void
}

export class RoomRows {
  readonly #host: RoomRowsHost
  readonly #isLive: (channel: string) => boolean
  readonly #prepared = new WeakMap<RowsChunk, readonly StoreRecord[]>()

  constructor(host: RoomRowsHost, isLive: (channel: string) => boolean) {
    this.#host = host
    this.#isLive = isLive
  }

  /** Decodes a chunk of a load when it arrives, so that the last one has less to do at once (`bench`: G7). */
  prepare(chunk: RowsChunk): void {
    this.#prepared.set(chunk, [...decodeChunks(this.#host.schema, [chunk])])
  }

  /** Shows what the device kept. */
  show(channel: string, { records }: StoredRoom): void {
    const { store } = this.#host
    // Another room may have brought newer rows since these were stored.
    store.transact(() => store.replaceRoom(channel, records, () => true))
  }

  /** Puts the rows of a load, and changes that came during it, in place of the old ones. */
  replace(channel: string, cursor = '', chunks: readonly RowsChunk[], changes: readonly Change[]): void {
    const { schema, store } = this.#host
    const records = chunks.flatMap((chunk) => this.#prepared.get(chunk) ?? [...decodeChunks(schema, [chunk])])
    store.transact(() => {
      for (const { model, fields } of records) this.#host.onTold(model, fields.id)
      store.replaceRoom(channel, records, this.#isLive)
      for (const change of changes) this.#applyOne(channel, change)
    })
    const room = { cursor, schema: schema.hash, records: store.members(channel) }
    this.#host.save({ channel, type: 'replace', room })
    this.#host.onApplied(channel, changes)
  }

  apply(channel: string, cursor = '', changes: readonly Change[]): void {
    this.#host.store.transact(() => {
      for (const change of changes) this.#applyOne(channel, change)
    })
    this.#host.save({ channel, type: 'change', cursor, ...this.#touchedBy(channel, changes) })
    this.#host.onApplied(channel, changes)
  }

  /** Removes the rows from memory and from the device. */
  purge(channel: string): void {
    this.free(channel)
    this.#host.save({ channel, type: 'purge' })
    this.#host.onApplied(channel, [])
  }

  /** Removes the rows from memory. */
  free(channel: string): void {
    const { store } = this.#host
    store.transact(() => store.purgeRoom(channel))
  }

  #applyOne(channel: string, change: Change): void {
    const decoded = decodeChange(this.#host.schema, change)
    if (!decoded) return
    this.#host.onTold(decoded.model, decoded.id)
    this.#host.store.apply(channel, decoded)
  }

  #touchedBy(channel: string, changes: readonly Change[]): { put: StoreRecord[]; remove: RecordName[] } {
    const put: StoreRecord[] = []
    const remove: RecordName[] = []
    const names = new Map(changes.map(({ model, id }) => [`${model} ${id}`, { model, id }]))
    for (const { model, id } of names.values()) {
      const member = this.#host.store.memberOf(channel, model, id)
      if (member) put.push(member)
      else remove.push({ model, id })
    }
    return { put, remove }
  }
}
