/**
 * A cached room out of its stores. All of it is read in one transaction and judged: whatever does not fit together
 * is not shown, and the room is loaded anew.
 *
 * The header and the log are read first, so that the room can be asked for from where it stands; the pages follow,
 * and are unpacked while others are on their way.
 */
import type { CompiledSchema } from '../../../schema/model.ts'
import { createDeferred } from '../../deferred.ts'
import { inSlices } from '../../slices.ts'
import type { StoreRecord } from '../../store/store-record.ts'
import { isText } from './check-group.ts'
import { ROOM_STORES, type Transaction, transact, under } from './database.ts'
import { unpack } from './packing.ts'
import { PageQueue } from './page-queue.ts'
import { getPages } from './pages.ts'
import { partsOf } from './pending.ts'
import { damaged } from './problem.ts'
import { checkedHeader, type RoomHeader } from './room-header.ts'
import type { LogRecord } from './write-rooms.ts'

/** A room whose pages are being read. */
export interface OpenedRoom {
  readonly header: RoomHeader
  /**
   * Hands on the records, a page at a time; to be called once.
   * @throws StorageError when they are damaged
   */
  read(take: (records: readonly StoreRecord[]) => void): Promise<void>
}

/**
 * Opens a room; nothing when it is not cached.
 * @throws StorageError when it is damaged
 */
export async function openRoom(
  database: IDBDatabase,
  schema: CompiledSchema,
  channel: string,
): Promise<OpenedRoom | undefined> {
  const queue = new PageQueue()
  const began = createDeferred<StoredParts>()
  const ended = transact(database, ROOM_STORES, 'readonly', (transaction) =>
    requestRoom(transaction, channel, queue, began.resolve),
  )
  ended.then(
    () => queue.end(),
    (error: unknown) => {
      queue.end(error)
      began.reject(error)
    },
  )
  const stored = await began.promise
  if (stored.header === undefined && stored.pages === 0 && stored.logKeys.length === 0) return undefined
  const header = checkedHeader(stored.header)
  if (!header || !isLogWhole(header, stored.logKeys)) throw damaged(`The stored room \`${channel}\``)
  const log = stored.log.map(checkedLog)
  return {
    header,
    async read(take) {
      if ((await readPages(schema, queue, log, take)) !== header.pages)
        throw damaged(`The stored room \`${channel}\``)
    },
  }
}

/** All records of a room at once. */
export async function readRecords(room: OpenedRoom): Promise<readonly StoreRecord[]> {
  const all: (readonly StoreRecord[])[] = []
  await room.read((records) => all.push(records))
  return all.flat()
}

/** What is known before the pages come. */
interface StoredParts {
  readonly header: unknown
  /** How many come first. */
  readonly pages: number
  readonly log: readonly unknown[]
  readonly logKeys: readonly IDBValidKey[]
}

function requestRoom(
  transaction: Transaction,
  channel: string,
  queue: PageQueue,
  tell: (parts: StoredParts) => void,
): void {
  const log = transaction.store('log')
  const parts: { -readonly [Part in keyof StoredParts]: StoredParts[Part] } = {
    header: undefined,
    pages: 0,
    log: [],
    logKeys: [],
  }
  transaction.onResult(transaction.store('rooms').get(channel), (header) => (parts.header = header))
  transaction.onResult(log.getAll(under(channel)), (records) => (parts.log = records))
  transaction.onResult(log.getAllKeys(under(channel)), (keys) => {
    parts.logKeys = keys
    if (parts.header !== undefined) tell(parts)
  })
  getPages(
    transaction,
    channel,
    (pages) => queue.push(pages),
    (count) => {
      // Without a header there should be no pages.
      if (parts.header === undefined) tell({ ...parts, pages: count })
    },
  )
}

/** Unpacks what comes, then the log; returns how many pages there were. */
async function readPages(
  schema: CompiledSchema,
  queue: PageQueue,
  log: readonly LogRecord[],
  take: (records: readonly StoreRecord[]) => void,
): Promise<number> {
  const latest = latestNames(schema, log)
  const isLatest = ({ model, fields }: StoreRecord, at: number) =>
    (latest.get(model)?.get(fields.id) ?? -1) <= at
  let count = 0
  for (let pages = await queue.next(); pages; pages = await queue.next()) {
    count += pages.length
    await inSlices(pages, (page) => {
      const records = unpack(schema, page)
      take(latest.size === 0 ? records : records.filter((record) => isLatest(record, -1)))
    })
  }
  log.forEach(({ put }, at) => take(unpack(schema, put).filter((record) => isLatest(record, at))))
  return count
}

function isLogWhole({ logFrom, logNext }: RoomHeader, keys: readonly IDBValidKey[]): boolean {
  const isNext = (key: IDBValidKey, at: number) => Array.isArray(key) && key[1] === logFrom + at
  return keys.length === logNext - logFrom && keys.every(isNext)
}

function checkedLog(value: unknown): LogRecord {
  const record = value as Partial<LogRecord> | null
  const { put, gone } = record ?? {}
  if (typeof put === 'string' && Array.isArray(gone) && gone.every(isText)) {
    return { put, gone }
  }
  throw damaged('A stored change')
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
