/**
 * Conflicts as one user may read them at this moment.
 *
 *   A1 closed         an entry about a record that they may not see carries nothing that another wrote
 *   W3 nothing lost   what an op of their own met is told all the same, without the value and the name of the other;
 *                     what others did to values of theirs stays in the database, and is told when the right is back
 */
import type { Conflict, KeptConflict } from '../../postgres/apply/writer.ts'
import type { User } from '../../protocol/user.ts'
import type { CompiledSchema } from '../../schema/model.ts'
import type { ShownIds } from '../ids/shown-ids.ts'
import { seenRecords, type Sight, type Visibility } from './seen-records.ts'

export interface ConflictReading extends Pick<Sight, 'database' | 'rules'> {
  readonly schema: CompiledSchema
  readonly shown: ShownIds
}

/** What one user may read of entries. */
export interface Readable {
  readonly told: readonly Conflict[]
  /** Ids of those about records that the user may not see now: not told, or not whole. */
  readonly hidden: ReadonlySet<string>
}

/** Leaves out what the user may not read, and spells ids as they are shown. The entries are the user's own. */
export async function readableConflicts(
  reading: ConflictReading,
  user: User,
  conflicts: readonly KeptConflict[],
): Promise<Readable> {
  const seen = await visibilities(reading, user, conflicts)
  const told = conflicts
    .flatMap((conflict) => asSeen(conflict, seen(conflict)))
    .map((conflict) => reading.shown.conflict(conflict))
  const hidden = conflicts.filter((conflict) => seen(conflict) === 'hidden').map(({ id }) => id)
  return { told, hidden: new Set(hidden) }
}

async function visibilities({ schema, ...reading }: ConflictReading, user: User, all: readonly Conflict[]) {
  const byModel = new Map<string, Set<string>>()
  for (const { model, record } of all) {
    byModel.set(model, (byModel.get(model) ?? new Set<string>()).add(record))
  }
  const found = new Map<string, ReadonlyMap<string, Visibility>>()
  for (const [name, ids] of byModel) {
    const model = Object.hasOwn(schema.models, name) ? schema.models[name] : undefined
    if (model) found.set(name, await seenRecords({ ...reading, user, model }, [...ids]))
  }
  return ({ model, record }: Conflict): Visibility => found.get(model)?.get(record) ?? 'unknown'
}

function asSeen({ isOwn, ...conflict }: KeptConflict, visibility: Visibility): Conflict[] {
  if (visibility === 'seen') return [conflict]
  return isOwn ? [{ ...conflict, theirs: null, by: null }] : []
}
