/** Stands in for a storage that could not be opened: keeps nothing, and says so for every write (K2). */
import type { UserStorage } from './storage.ts'
import type { StorageProblem } from './health.ts'

export function failedStorage(cause: unknown, problem: StorageProblem = unknownProblem(cause)): UserStorage {
  const current = { state: 'failed', problem } as const
  return {
    device: undefined,
    health: { current, subscribe: () => () => {} },
    loadRoom: () => undefined,
    commit: () => Promise.reject(cause),
    purge: () => Promise.resolve(0),
  }
}

function unknownProblem(cause: unknown): StorageProblem {
  return {
    code: 'storage_failed',
    message: `The storage of this device could not be opened (${String(cause)}).`,
  }
}
