/**
 * What rooms do to the store and to the device's storage: each batch is one transaction in the one (L5), and one
 * commit with its cursor in the other (L2).
 */
import type { Change } from '../../protocol/messages/change.ts'
import type { CompiledSchema } from '../../schema/model.ts'
import { keptIn } from '../kept-in.ts'
import type { KeptRoom, RoomWrite } from '../storage/storage.ts'
import { decodeChange, decodeChunk } from '../store/decode.ts'
import { StagedRoom } from '../store/staged-room.ts'
import type { Store } from '../store/store.ts'
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
  /** Loads that are not whole yet: from the server, and from the device. */
  readonly #staged = new Map<string, StagedRoom>()
  readonly #reading = new Map<string, StagedRoom>()

  constructor(host: RoomRowsHost, isLive: (channel: string) => boolean) {
    this.#host = host
    this.#isLive = isLive
  }

  /** Takes in a chunk of a load when it arrives, so that the last one has less to do at once (`bench`: G7). */
  stage(channel: string, chunk: RowsChunk): StagedRoom {
    const staged = keptIn(this.#staged, channel, () => new StagedRoom())
    this.#host.store.stage(channel, staged, decodeChunk(this.#host.schema, chunk))
    return staged
  }

  /** Forgets what the server has sent of a load. */
  unstage(channel: string): void {
    this.#forget(this.#staged, channel)
  }

  /** Forgets what the device has handed on so far. */
  stopReading(channel: string): void {
    this.#forget(this.#reading, channel)
  }

  #forget(loads: Map<string, StagedRoom>, channel: string): void {
    const staged = loads.get(channel)
    if (loads.delete(channel) && staged) this.#host.store.unstage(staged)
  }

  /** Shows what the device kept, when all of it is read; when there is much, a promise of whether it was still wanted. */
  show(channel: string, kept: KeptRoom): Promise<boolean> | undefined {
    const { store } = this.#host
    const staged = new StagedRoom()
    this.#reading.set(channel, staged)
    const isWanted = () => this.#reading.get(channel) === staged
    const read = kept.read((records) => {
      if (isWanted()) store.stage(channel, staged, records)
    })
    const put = () => {
      if (!isWanted()) return false
      this.#reading.delete(channel)
      // Another room may have brought newer rows since these were stored.
      store.transact(() => store.replaceRoom(channel, staged, () => true))
      return true
    }
    if (read) return read.then(put)
    put()
    return undefined
  }

  /** Puts the rows of a load, and changes that came during it, in place of the old ones. */
  replace(channel: string, cursor = '', chunk: RowsChunk, changes: readonly Change[]): void {
    const { schema, store } = this.#host
    const staged = this.stage(channel, chunk)
    this.#staged.delete(channel)
    store.transact(() => {
      // Records that nothing else knows of have no ops either.
      for (const { model, fields } of staged.records.values()) this.#host.onTold(model, fields.id)
      store.replaceRoom(channel, staged, this.#isLive)
      for (const change of changes) this.#applyOne(channel, change)
    })
    const room = { cursor, schema: schema.hash, records: store.members(channel) }
    this.#host.save({ channel, type: 'replace', room })
    this.#host.onApplied(channel, changes)
  }

  apply(channel: string, cursor = '', changes: readonly Change[]): void {
    const { store } = this.#host
    const written = store.transact(() => {
      for (const change of changes) this.#applyOne(channel, change)
      return store.written(channel)
    })
    this.#host.save({ channel, type: 'change', cursor, ...written })
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
    this.unstage(channel)
    this.stopReading(channel)
    store.transact(() => store.purgeRoom(channel))
  }

  #applyOne(channel: string, change: Change): void {
    const { schema, store } = this.#host
    const decoded = decodeChange(schema, change)
    if (!decoded) return
    const { model, id } = decoded
    // Most have no ops that could mind.
    if (store.opsOn(model, id).length > 0) this.#host.onTold(model, id)
    store.apply(channel, decoded)
  }
}
