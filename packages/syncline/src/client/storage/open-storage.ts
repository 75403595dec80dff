/** Opens the storage of a client, whatever comes of it. */
import type { CompiledSchema } from '../../schema/model.ts'
import { unopenedStorage } from './failed.ts'
import { memory } from './memory.ts'
import type { Storage, UserStorage } from './storage.ts'

/** A device that may keep nothing works from memory, and nothing is called stored. */
export function openStorage(
  storage: Storage = memory(),
  user: string,
  schema: CompiledSchema,
): UserStorage | Promise<UserStorage> {
  try {
    const opened = storage.open(user, schema)
    return opened instanceof Promise ? opened.catch(unopenedStorage) : opened
  } catch (error) {
    return unopenedStorage(error)
  }
}
