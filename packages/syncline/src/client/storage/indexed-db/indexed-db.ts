/**
 * Storage in the browser's IndexedDB: a database per user (K3), opened once per page.
 *
 * Whatever goes wrong on the way, the page gets a storage: at worst one that keeps nothing and says so (K2).
 */
import type { CompiledSchema } from '../../../schema/model.ts'
import { failedStorage } from '../failed.ts'
import type { Storage, UserStorage } from '../storage.ts'
import { type Claim, claimSlot } from './claim.ts'
import { Connection } from './connection.ts'
import { deleteDatabase, openDatabase, type OpenOptions, STORES, transact } from './database.ts'
import { isLeft, type KnownSlot, knownSlots } from './known-slots.ts'
import { lookForLeft } from './look-for-left.ts'
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
  /** Days after which a room that nobody has opened goes; `Infinity` keeps all. @default 30 */
  readonly unusedDays?: number
}

/**
 * Keeps rows and unsent writes in IndexedDB, also when the browser is closed.
 *
 * Writes stay until the server has answered, and refused ones until they are dismissed. Rooms stay until nobody has
 * opened them for `unusedDays`; when the space for the site is used up they go sooner, first those that were opened
 * longest ago. Rooms that a page has joined stay, and while the server is away all do, unless space is needed.
 */
export function indexedDb({
  name = 'syncline',
  factory,
  locks,
  unusedDays = 30,
}: IndexedDbOptions = {}): Storage {
  return {
    needsUser: true,
    async open(user, schema) {
      if (!schema)
        throw new TypeError('`indexedDb()` is opened without a schema. Give the one of the client.')
      const opening: Opening = { name: `${name}/${user}`, schema, factory, locks: locksOf(locks), unusedDays }
      try {
        return await inTurn(opening.name, () => openDevice(opening, false))
      } catch (error) {
        return unopened(opening, error)
      }
    },
  }
}

interface Opening {
  readonly name: string
  readonly schema: CompiledSchema
  readonly factory: IDBFactory | undefined
  readonly locks: LockManager | undefined
  readonly unusedDays: number
}

/** Clients that are closing on this page: the next one gets their device. */
const CLOSING = new Map<string, Promise<unknown>>()

/** The last opening of each database on this page. */
const OPENING = new Map<string, Promise<void>>()

/**
 * Opens one after the other. A client that was closed while it opened (React does so in development) lets go of its
 * device only once it has it, and the next one is to get that device.
 */
function inTurn<Result>(name: string, open: () => Promise<Result>): Promise<Result> {
  const before = OPENING.get(name)
  const opened = (async () => {
    await before
    await CLOSING.get(name)
    return await open()
  })()
  // A turn later: its client has heard of it, and let go if it was closed.
  const later = () => new Promise<void>((resolve) => setTimeout(resolve))
  OPENING.set(name, opened.then(later, later))
  return opened
}

async function openDevice(opening: Opening, isForLeft: boolean): Promise<UserStorage> {
  const { name, schema, locks, unusedDays } = opening
  const options = { factory: factoryOf(opening), name, mayCreate: true }
  const { database, known } = await openWhole(options)
  let claim: Claim | undefined
  try {
    let held = await claimSlot(locks, name, isForLeft ? known.filter(isLeft) : known, !isForLeft)
    claim = held
    const take = (mode: 'readwrite' | 'readonly') =>
      transact(database, STORES, mode, (transaction) => takeDevice(transaction, held.slot, mode))
    const contents = await take('readwrite').catch(async (error: unknown) => {
      if (!held.isExclusive) throw error
      if (!isForLeft) {
        // What the page writes from now on may not be stored, and must not take numbers of a device that is (W2). That
        // one is left: what it has not sent is shown and sent.
        held.release()
        claim = held = await claimSlot(locks, name, known, true, true)
      }
      return take('readonly')
    })
    const { slot } = held
    const { device, isWhole } = readDevice(contents)
    const connection = new Connection(options, database, (error) => storage.onGone(error))
    const left = lookForLeft(opening, connection, () => inTurn(name, () => openDevice(opening, true)))
    const storage = new IndexedDbStorage({
      connection,
      schema,
      unusedDays,
      slot,
      isExclusive: held.isExclusive,
      owner: contents.owner,
      device,
      stored: isWhole ? { starts: contents.starts } : undefined,
      persist: askToPersist,
      release: (done) => {
        // A sign-out that was refused keeps the device.
        const released = done.then(
          () => {
            held.release()
            left?.pages.close()
          },
          () => {},
        )
        const before = CLOSING.get(name)
        CLOSING.set(
          name,
          released.then(() => before),
        )
      },
      remove: () => deleteDatabase(options.factory, name),
      left,
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

/**
 * Also a storage that could not be opened may hold rows of an earlier visit. Nobody can tell whether there are writes
 * among them, so they go only when that is meant (W3).
 */
function unopened(opening: Opening, error: unknown): UserStorage {
  const problem = problemOf(error)
  if (problem.code === 'storage_refused') return failedStorage(error, problem)
  const message = `${problem.message} What was stored before is not shown or sent.`
  return {
    ...failedStorage(error, { ...problem, message }),
    purge: async (discard) => {
      if (!discard) throw error
      await deleteDatabase(factoryOf(opening), opening.name)
    },
  }
}
