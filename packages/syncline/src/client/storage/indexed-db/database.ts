/**
 * The database of one user: its stores, how it is opened, and transactions that end.
 *
 *   devices  a device per page that is open at once: its outbox without the ops
 *   ops      runs of ops, as they were written     acks  what became of them     parked  refused ops
 *   rooms    a header per cached room              pages its rows, packed        log     changes since
 */
import { StorageError } from './problem.ts'

export const OUTBOX_STORES = ['devices', 'ops', 'acks', 'parked'] as const

export const ROOM_STORES = ['rooms', 'pages', 'log'] as const

export const STORES = [...OUTBOX_STORES, ...ROOM_STORES] as const

export type StoreName = (typeof STORES)[number]

// Raised with every change of what lies in the stores: 2 has columns in its pages where 1 had rows.
const FORMAT = 2
// 10 s: a disk under load takes seconds; one that takes longer is as good as none.
const PATIENCE_MS = 10_000

export interface OpenOptions {
  readonly factory: IDBFactory
  readonly name: string
  /** Makes the database when it is not there. */
  readonly mayCreate: boolean
}

/**
 * Opens the database.
 * @throws StorageError when it is not there and may not be made, or does not open in time
 */
export async function openDatabase({ factory, name, mayCreate }: OpenOptions): Promise<IDBDatabase> {
  const request = factory.open(name, FORMAT)
  const opened = new Promise<IDBDatabase>((resolve, reject) => {
    let fault: unknown
    request.onupgradeneeded = () => {
      try {
        if (!mayCreate) throw gone(name)
        upgrade(request.result)
      } catch (error) {
        // A database without its stores must not stay.
        fault = error
        request.transaction?.abort()
      }
    }
    request.onsuccess = () => {
      const database = request.result
      // Also one that its user has lost sight of must not keep others from upgrading or deleting it.
      database.onversionchange = () => database.close()
      resolve(database)
    }
    request.onerror = () => reject(fault ?? request.error)
  })
  try {
    return await withPatience(opened, `Database \`${name}\` does not open.`)
  } catch (error) {
    // One that opens after all must not keep others from upgrading it.
    opened.then(
      (late) => late.close(),
      () => {},
    )
    throw error
  }
}

/** The outbox is the same in all formats; rooms are loaded anew. */
function upgrade(database: IDBDatabase): void {
  const kept: readonly string[] = OUTBOX_STORES
  for (const name of Array.from(database.objectStoreNames)) {
    if (!kept.includes(name)) database.deleteObjectStore(name)
  }
  for (const name of STORES) {
    if (!database.objectStoreNames.contains(name)) database.createObjectStore(name)
  }
}

function gone(name: string): StorageError {
  return new StorageError('StorageLostError', `Database \`${name}\` is not there any more.`)
}

/** Removes the database. Pages that hold it are told, and it goes when they have let go. */
export function deleteDatabase(factory: IDBFactory, name: string): Promise<void> {
  const request = factory.deleteDatabase(name)
  const deleted = new Promise<void>((resolve, reject) => {
    request.onsuccess = () => resolve()
    request.onerror = () => reject(request.error)
  })
  return withPatience(deleted, `Database \`${name}\` is not deleted.`)
}

/**
 * Runs requests in one transaction, which writes through to the disk when it is `strict`, and resolves when it is complete; `work` is done in the turn that it is called
 * in, and in the callbacks of its requests: a transaction that awaits anything else ends.
 */
export async function transact<Result>(
  database: IDBDatabase,
  stores: readonly StoreName[],
  mode: 'readonly' | 'readwrite' | 'strict',
  work: (transaction: Transaction) => Result,
): Promise<Result> {
  const isStrict = mode === 'strict'
  const durability = isStrict ? mode : 'relaxed'
  const idb = database.transaction(stores, isStrict ? 'readwrite' : mode, { durability })
  const transaction = new Transaction(idb)
  const ended = new Promise<void>((resolve, reject) => {
    // One that could not be aborted has kept a part of the work.
    idb.oncomplete = () => (transaction.fault === undefined ? resolve() : reject(transaction.fault))
    idb.onabort = () => reject(transaction.fault ?? idb.error ?? unexplained())
  })
  let result: Result | undefined
  transaction.guard(() => {
    result = work(transaction)
  })
  await withPatience(ended, 'A transaction does not end.')
  return result as Result
}

function unexplained(): StorageError {
  return new StorageError('StorageSilentError', 'A transaction was aborted without a reason.')
}

/** The requests of one transaction. What goes wrong in one, or in a callback, ends all. */
export class Transaction {
  /** What went wrong on this side. */
  fault: unknown
  readonly #idb: IDBTransaction

  constructor(idb: IDBTransaction) {
    this.#idb = idb
  }

  store(name: StoreName): IDBObjectStore {
    return this.#idb.objectStore(name)
  }

  /** Hands the result of a request on, within the transaction. */
  onResult<Value>(request: IDBRequest<Value>, take: (value: Value) => void): void {
    request.onsuccess = () => this.guard(() => take(request.result))
  }

  /** Ends it now, for another reason than that it failed; nothing of it remains. */
  giveUp(reason: unknown): void {
    this.guard(() => {
      throw reason
    })
  }

  /** Takes no more requests, and is completed also when the page goes before it has heard of it. */
  commit(): void {
    this.#idb.commit()
  }

  /** Runs a part of the work; when it throws, nothing of the transaction remains. */
  guard(part: () => void): void {
    try {
      part()
    } catch (error) {
      this.fault ??= error
      try {
        this.#idb.abort()
      } catch {
        // It has ended already.
      }
    }
  }
}

/** All keys that begin with this one: `[channel, 0]`, `[channel, 1]`, … */
export function under(key: string | number): IDBKeyRange {
  // An array comes after every number.
  return IDBKeyRange.bound([key], [key, []])
}

async function withPatience<Value>(promise: Promise<Value>, message: string): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new StorageError('StorageSilentError', message)), PATIENCE_MS)
  })
  try {
    return await Promise.race([promise, silence])
  } finally {
    clearTimeout(timer)
  }
}
