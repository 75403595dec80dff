/** Stands in for a storage that could not be opened: keeps nothing, and says so for every write (K2). */
import type { UserStorage } from './storage.ts'
import type { StorageProblem } from './health.ts'

/** Why it could not be opened, nobody can tell. */
export function unopenedStorage(cause: unknown): UserStorage {
  const message = `The storage of this device could not be opened (${String(cause)}).`
  return failedStorage(cause, { code: 'storage_failed', message })
}

export function failedStorage(cause: unknown, problem: StorageProblem): UserStorage {
  const current = { state: 'failed', problem } as const
  return {
    device: undefined,
    health: { current, subscribe: () => () => {} },
    loadRoom: () => undefined,
    commit: () => Promise.reject(cause),
    purge: () => Promise.resolve(0),
  }
}
