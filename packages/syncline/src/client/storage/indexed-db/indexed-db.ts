/**
 * Storage in the browser's IndexedDB: a database per user (K3), opened once per page.
 *
 * Whatever goes wrong on the way, the page gets a storage: at worst one that keeps nothing and says so (K2).
 */
import type { CompiledSchema } from '../../../schema/model.ts'
import { newKey } from '../../new-id.ts'
import { failedStorage } from '../failed.ts'
import type { Storage, UserStorage } from '../storage.ts'
import { claimSlot, type Claim, type KnownSlot } from './claim.ts'
import { Connection } from './connection.ts'
import { deleteDatabase, openDatabase, type OpenOptions, STORES, transact } from './database.ts'
import { checkedDevice } from './device-record.ts'
import { problemOf } from './problem.ts'
import { readDevice } from './read-device.ts'
import { IndexedDbStorage } from './user-storage.ts'
import { takeDevice } from './write-device.ts'

export interface IndexedDbOptions {
  /** Begins the names of the databases; two applications on one origin need two. @default 'syncline' */
  readonly name?: string
  /** @default the platform's */
  readonly factory?: IDBFactory
  /** Tell the pages of a browser profile apart; null for a platform without them. @default the platform's */
  readonly locks?: LockManager | null
}

/** Keeps rows and unsent writes in IndexedDB, also when the browser is closed. */
export function indexedDb({ name = 'syncline', factory, locks }: IndexedDbOptions = {}): Storage {
  return {
    async open(user, schema) {
      if (!schema)
        throw new TypeError('`indexedDb()` is opened without a schema. Give the one of the client.')
      const opening: Opening = { name: `${name}/${user}`, schema, factory, locks: locksOf(locks) }
      try {
        await CLOSING.get(opening.name)
        return await openStorage(opening)
      } catch (error) {
        return withPurge(opening, failedStorage(error, problemOf(error)))
      }
    },
  }
}

interface Opening {
  readonly name: string
  readonly schema: CompiledSchema
  readonly factory: IDBFactory | undefined
  readonly locks: LockManager | undefined
}

/** Clients that are closing on this page: the next one gets their device. */
const CLOSING = new Map<string, Promise<void>>()

async function openStorage(opening: Opening): Promise<UserStorage> {
  const { name, schema, locks } = opening
  const options = { factory: factoryOf(opening), name, mayCreate: true }
  const { database, known } = await openWhole(options)
  const owner = newKey()
  let claim: Claim | undefined
  try {
    claim = await claimSlot(locks, name, known)
    const { slot } = claim
    const contents = await transact(database, STORES, { mode: 'readwrite' }, (transaction) =>
      takeDevice(transaction, slot, owner),
    )
    const { device, isWhole } = readDevice(contents)
    const connection = new Connection(options, database, (error) => storage.onTaken(error))
    const storage = new IndexedDbStorage({
      connection,
      schema,
      slot,
      owner,
      device,
      stored: isWhole ? { starts: contents.starts } : undefined,
      persist: askToPersist,
      release: (done) => releaseAfter(done, name, claim),
      remove: () => deleteDatabase(options.factory, name),
    })
    return storage
  } catch (error) {
    claim?.release()
    database.close()
    throw error
  }
}

interface OpenedDatabase {
  readonly database: IDBDatabase
  readonly known: readonly KnownSlot[]
}

/** Opens the database; one that is not of this storage's making is made anew. */
async function openWhole(options: OpenOptions): Promise<OpenedDatabase> {
  const database = await openDatabase(options)
  try {
    return { database, known: await knownSlots(database) }
  } catch (error) {
    database.close()
    if ((error as Error).name !== 'NotFoundError') throw error
    await deleteDatabase(options.factory, options.name)
    const made = await openDatabase(options)
    return { database: made, known: [] }
  }
}

/** The devices that pages have been, and how many ops each has not sent. */
async function knownSlots(database: IDBDatabase): Promise<KnownSlot[]> {
  const found = await transact(database, STORES, { mode: 'readonly' }, (transaction) => {
    const devices: { slots: IDBValidKey[]; records: unknown[] } = { slots: [], records: [] }
    const store = transaction.store('devices')
    transaction.onResult(store.getAllKeys(), (slots) => (devices.slots = slots))
    transaction.onResult(store.getAll(), (records) => (devices.records = records))
    return devices
  })
  return found.slots.flatMap((slot, at) => {
    const record = checkedDevice(found.records[at])
    return typeof slot === 'number' ? [{ slot, unsent: record ? record.drawn - record.lastOp : 0 }] : []
  })
}

function factoryOf({ factory }: Opening): IDBFactory {
  const given = factory ?? (globalThis as { indexedDB?: IDBFactory }).indexedDB
  if (given) return given
  throw new DOMException('this platform has no IndexedDB', 'NotAllowedError')
}

function locksOf(locks: LockManager | null | undefined): LockManager | undefined {
  if (locks !== undefined) return locks ?? undefined
  return (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks
}

function askToPersist(): void {
  const { navigator } = globalThis as { navigator?: { storage?: StorageManager } }
  // Whether it is granted is the browser's business: what is kept is kept until it is not.
  void navigator?.storage?.persist?.().catch(() => {})
}

function releaseAfter(done: Promise<void>, name: string, claim: Claim | undefined): void {
  const released = done.then(() => {
    claim?.release()
    if (CLOSING.get(name) === released) CLOSING.delete(name)
  })
  CLOSING.set(name, released)
}

/** Also a storage that could not be opened may hold rows of an earlier visit. */
function withPurge(opening: Opening, storage: UserStorage): UserStorage {
  const isThere = storage.health?.current.problem?.code !== 'storage_refused'
  if (!isThere) return storage
  return { ...storage, purge: () => deleteDatabase(factoryOf(opening), opening.name) }
}
