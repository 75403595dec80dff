/**
 * Helpers for routes that announce what they wrote: `broadcastEntityUpdated(sync, productionId, camera, 'camera')`.
 *
 * A captured table needs none of them: the log tells every room, whoever wrote and whether or not anybody announced
 * it, and a change that was announced is still told once. What they do is wake the tail at once, so that nothing waits
 * for a notification or a poll, and refuse what could not have been meant.
 */
import { SynclineError } from '../protocol/errors.ts'
import { kebabCase } from '../schema/kebab-case.ts'
import type { Schema } from '../schema/define-schema.ts'
import { suggestion } from '../schema/nearest-name.ts'

/** What the helpers need of a sync server. */
interface Announced {
  readonly schema: Schema
  wake(): void
}

/**
 * Announces a committed record of the room `{root}:{rootId}`. `entity` is the record, `name` its model in kebab-case or
 * camelCase; `userId` is accepted for routes that pass it, the log takes the author from `sync.as`.
 * @throws SynclineError `invalid_value` for an unknown model, or a record without an id
 */
type Announce = (
  sync: Announced,
  rootId: string,
  entity: { readonly id: string | number },
  name: string,
  userId?: string,
) => void

export const broadcastEntityCreated: Announce = announce
export const broadcastEntityUpdated: Announce = announce
export const broadcastEntityDeleted: Announce = announce
/** The same as `broadcastEntityUpdated`. */
export const broadcastEntityUpdate: Announce = announce

function announce(...[sync, rootId, entity, name]: Parameters<Announce>): void {
  const names = Object.keys(sync.schema.models).map(kebabCase)
  if (!names.includes(kebabCase(name))) {
    throw new SynclineError(
      'invalid_value',
      `There is no model \`${name}\`.${suggestion(name, names, 'Models are')}`,
    )
  }
  for (const [what, id] of [
    ['room', rootId],
    ['record', entity.id],
  ]) {
    if (id === undefined || id === null || id === '') {
      throw new SynclineError(
        'invalid_value',
        `The ${what} of \`${name}\` has no id. Pass the record as it was written.`,
      )
    }
  }
  sync.wake()
}
