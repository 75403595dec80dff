/**
 * A cached room out of its stores. All of it is read in one transaction and judged: whatever does not fit together
 * is not shown, and the room is loaded anew.
 */
import type { CompiledSchema } from '../../../schema/model.ts'
import type { StoreRecord } from '../../store/store.ts'
import { transact, under } from './database.ts'
import { pack, unpack } from './packing.ts'
import { getPages } from './pages.ts'
import { partsOf } from './pending.ts'
import { StorageError } from './problem.ts'
import { checkedHeader, type RoomHeader } from './room-header.ts'
import { mapInSlices } from './slices.ts'
import type { LogRecord } from './write-rooms.ts'

/** A room as it was read. */
export interface ReadRoom {
  readonly header: RoomHeader
  readonly records: readonly StoreRecord[]
}

// 1,000: a page is unpacked in one or two milliseconds, and a hundred of them are read at once.
const PAGE_ROWS = 1_000

/**
 * Reads a room; nothing when it is not cached.
 * @throws StorageError when it is damaged
 */
export async function readRoom(
  database: IDBDatabase,
  schema: CompiledSchema,
  channel: string,
): Promise<ReadRoom | undefined> {
  const stored = await readStores(database, channel)
  if (stored.header === undefined && stored.pages.length === 0 && stored.log.length === 0) return undefined
  const header = checkedHeader(stored.header)
  if (!header || stored.pages.length !== header.pages || !isLogWhole(header, stored.logKeys)) {
    throw new StorageError('StorageDamagedError', `The stored room \`${channel}\` is not whole.`)
  }
  const log = stored.log.map(checkedLog)
  const latest = latestNames(schema, log)
  const isLatest = ({ model, fields }: StoreRecord, at: number) =>
    (latest.get(model)?.get(fields.id) ?? -1) <= at
  const pages = await mapInSlices(stored.pages, (page) => {
    const records = unpack(schema, page)
    return latest.size === 0 ? records : records.filter((record) => isLatest(record, -1))
  })
  const changed = log.map(({ put }, at) => unpack(schema, put).filter((record) => isLatest(record, at)))
  return { header, records: [...pages, ...changed].flat() }
}

/** Records in pages, a slice at a time. */
export async function packPages(records: readonly StoreRecord[]): Promise<string[]> {
  const pages: StoreRecord[][] = []
  for (let at = 0; at < records.length; at += PAGE_ROWS) pages.push(records.slice(at, at + PAGE_ROWS))
  return await mapInSlices(pages, pack)
}

interface StoredParts {
  header: unknown
  readonly pages: unknown[]
  log: readonly unknown[]
  logKeys: readonly IDBValidKey[]
}

async function readStores(database: IDBDatabase, channel: string): Promise<StoredParts> {
  return await transact(database, ['rooms', 'pages', 'log'], { mode: 'readonly' }, (transaction) => {
    const parts: StoredParts = { header: undefined, pages: [], log: [], logKeys: [] }
    const log = transaction.store('log')
    transaction.onResult(transaction.store('rooms').get(channel), (header) => (parts.header = header))
    getPages(transaction, channel, parts.pages)
    transaction.onResult(log.getAll(under(channel)), (records) => (parts.log = records))
    transaction.onResult(log.getAllKeys(under(channel)), (keys) => (parts.logKeys = keys))
    return parts
  })
}

function isLogWhole({ logFrom, logNext }: RoomHeader, keys: readonly IDBValidKey[]): boolean {
  const isNext = (key: IDBValidKey, at: number) => Array.isArray(key) && key[1] === logFrom + at
  return keys.length === logNext - logFrom && keys.every(isNext)
}

function checkedLog(value: unknown): LogRecord {
  const record = value as Partial<LogRecord> | null
  const { put, gone } = record ?? {}
  if (typeof put === 'string' && Array.isArray(gone) && gone.every((key) => typeof key === 'string')) {
    return { put, gone }
  }
  throw new StorageError('StorageDamagedError', 'A stored change has not the shape of one.')
}

/** By model and id, the last change in the log that names the record. */
function latestNames(schema: CompiledSchema, log: readonly LogRecord[]): Map<string, Map<string, number>> {
  const latest = new Map<string, Map<string, number>>()
  const note = (model: string, id: string, at: number) => {
    const ids = latest.get(model) ?? new Map<string, number>()
    latest.set(model, ids.set(id, at))
  }
  log.forEach(({ put, gone }, at) => {
    for (const key of gone) note(...partsOf(key), at)
    for (const { model, fields } of unpack(schema, put)) note(model, fields.id, at)
  })
  return latest
}
