/** Stands in for a storage that could not be opened: keeps nothing, and says so for every write (K2). */
import type { UserStorage } from './storage.ts'

export function failedStorage(cause: unknown): UserStorage {
  return {
    device: undefined,
    loadRoom: () => undefined,
    commit: () => Promise.reject(cause),
    purge: () => Promise.resolve(),
  }
}
