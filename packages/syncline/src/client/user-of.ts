/** Whose rows and writes a client keeps. */
import { SynclineError } from '../protocol/errors.ts'
import type { Schema } from '../schema/define-schema.ts'
import type { ClientOptions } from './client-options.ts'

const WITHOUT_USER =
  'The `storage` outlives the page, and the client has no `user`: the next one would see what this one left. Give `user`, the id of who is signed in, or leave `storage` out.'

/**
 * The id of the user; empty when nobody said it.
 * @throws SynclineError when the storage would keep what it holds for nobody in particular (K3)
 */
export function userOf({ user = '', storage }: ClientOptions<Schema>): string {
  const id = typeof user === 'object' ? user.id : user
  if (storage?.needsUser && !id) throw new SynclineError('invalid_value', WITHOUT_USER)
  return id
}
