/**
 * IndexedDB that fails at one call, in one of the ways in which it does: the call throws, its transaction is aborted
 * although its request succeeded, or the connection closes under it. Works on the classes of a browser as well as on
 * those that stand in for them in Node.
 */

/** The classes whose methods are calls to IndexedDB. */
export interface IndexedDbClasses {
  readonly IDBFactory: { readonly prototype: object }
  readonly IDBDatabase: { readonly prototype: object }
  readonly IDBTransaction: { readonly prototype: object }
  readonly IDBObjectStore: { readonly prototype: object }
}

const METHODS = {
  IDBFactory: ['open', 'deleteDatabase'],
  IDBDatabase: ['transaction', 'close', 'createObjectStore'],
  IDBTransaction: ['objectStore', 'abort'],
  IDBObjectStore: ['get', 'getAll', 'getAllKeys', 'put', 'delete', 'clear'],
} as const

/** Names of the errors that browsers throw or report. */
const ERROR_NAMES = [
  'QuotaExceededError',
  'InvalidStateError',
  'UnknownError',
  'SecurityError',
  'TransactionInactiveError',
  'AbortError',
] as const

export const FAULT_KINDS = [...ERROR_NAMES, 'abort', 'close'] as const

export type FaultKind = (typeof FAULT_KINDS)[number]

export interface Faults {
  /** Calls since it was last armed. */
  readonly calls: number
  /** From now on counts anew, and fails once, at this call; never without one. */
  arm(at?: number, kind?: FaultKind): void
  remove(): void
}

type Method = (this: object, ...values: unknown[]) => unknown

/** Makes every call countable and any of them fail. */
export function installFaults(classes: IndexedDbClasses): Faults {
  let calls = 0
  let armed: { at: number; kind: FaultKind } | undefined
  const restore: (() => void)[] = []
  for (const [name, methods] of Object.entries(METHODS)) {
    const { prototype } = classes[name as keyof IndexedDbClasses]
    for (const method of methods) {
      const original = Reflect.get(prototype, method) as Method
      const faulty: Method = function faulty(...values) {
        // A database that is made begins this one itself.
        const isOwn = values[1] !== 'versionchange'
        const kind = isOwn && calls++ === armed?.at ? armed.kind : undefined
        if (!kind) return original.apply(this, values)
        return fail(kind, this, () => original.apply(this, values))
      }
      Object.defineProperty(prototype, method, { value: faulty, configurable: true, writable: true })
      restore.push(() =>
        Object.defineProperty(prototype, method, { value: original, configurable: true, writable: true }),
      )
    }
  }
  return {
    get calls() {
      return calls
    },
    arm(at, kind = 'UnknownError') {
      calls = 0
      armed = at === undefined ? undefined : { at, kind }
    },
    remove: () => restore.forEach((each) => each()),
  }
}

function fail(kind: FaultKind, target: object, call: () => unknown): unknown {
  if (kind === 'close') return closeUnder(target, call)
  if (kind !== 'abort') throw new DOMException('a fault of the test', kind)
  const request = call()
  const { transaction } = target as Partial<IDBObjectStore>
  // What is no request of a transaction cannot be aborted after it.
  if (transaction) (request as IDBRequest).addEventListener('success', () => transaction.abort())
  return request
}

/** Closes the database that the call is about, as a system does that needs memory, and tells the page. */
function closeUnder(target: object, call: () => unknown): unknown {
  const result = call()
  const database = databaseOf(target)
  if (database) {
    database.close()
    database.onclose?.call(database, new Event('close'))
  }
  return result
}

function databaseOf(target: object): IDBDatabase | undefined {
  if ('createObjectStore' in target) return target as IDBDatabase
  const transaction = 'transaction' in target ? (target as IDBObjectStore).transaction : target
  return (transaction as Partial<IDBTransaction>).db
}
