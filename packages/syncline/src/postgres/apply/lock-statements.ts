/**
 * Locks every record of a group before the first is written: table by table, sorted by id, so that two writers meet in
 * the same order and wait instead of deadlocking.
 */
import type { Model } from '../../schema/model.ts'
import type { Statement } from '../database.ts'
import { quoteIdentifier } from '../sql.ts'
import type { PreparedOp } from './prepare-op.ts'

/** Wait for a lock of whoever has waited already, or keeps others waiting. */
export const BRIEF_LOCK_TIMEOUT = '5ms'

interface TableLocks {
  readonly model: Model
  readonly ids: Set<string>
  strength: Strength
}

/** Place of a clause: the higher one excludes more. */
type Strength = 0 | 1 | 2

// What an insert needs of the records that it points to, what an update and what a delete need of theirs.
const CLAUSES = ['key share', 'no key update', 'update'] as const
const STRENGTH = { create: 0, update: 1, delete: 2 } as const

/** One statement per table, without names yet; `skipsLocked` answers the ids it got instead of waiting for all. */
export function lockStatements(
  ops: Iterable<PreparedOp>,
  skipsLocked = false,
): Required<Omit<Statement, 'name'>>[] {
  return tablesOf(ops).map(({ model, ids, strength }) => {
    const id = quoteIdentifier(model.idColumn)
    const lock = (answer: string) =>
      `select ${answer} from ${quoteIdentifier(model.table)} where ${id} = any ($1::${model.idType}[]) order by ${id} for ${CLAUSES[strength]}`
    return {
      // Nobody reads what a group has locked: one row says less than one for each.
      text: skipsLocked
        ? `${lock(`${id}::text as id`)} skip locked`
        : `select count(*) from (${lock('1')}) held`,
      values: [[...ids]],
    }
  })
}

/** Which of the ids that were not locked are there all the same: somebody else holds them. */
export function existingStatements(ops: Iterable<PreparedOp>): Required<Omit<Statement, 'name'>>[] {
  return tablesOf(ops).map(({ model, ids }) => {
    const id = quoteIdentifier(model.idColumn)
    return {
      text: `select ${id}::text as id from ${quoteIdentifier(model.table)} where ${id} = any ($1::${model.idType}[])`,
      values: [[...ids]],
    }
  })
}

/** The records that an op locks: its own unless it makes it, and those that its references point to. */
export function recordsOf({
  op,
  shape,
  fields,
}: PreparedOp): { model: Model; id: string; strength: Strength }[] {
  const own =
    shape.action === 'create' ? [] : [{ model: shape.model, id: op.id, strength: STRENGTH[shape.action] }]
  if (shape.targets.length === 0) return own
  const targets = shape.targets.map(({ field, model }) => ({
    model,
    id: String(fields[field.name]),
    strength: STRENGTH.create,
  }))
  return [...own, ...targets]
}

/** Tables in the order in which every writer locks them. */
function tablesOf(ops: Iterable<PreparedOp>): TableLocks[] {
  const tables = new Map<string, TableLocks>()
  for (const op of ops) {
    for (const { model, id, strength } of recordsOf(op)) {
      const locks = tables.get(model.table) ?? { model, ids: new Set<string>(), strength: 0 as Strength }
      tables.set(model.table, locks)
      locks.ids.add(id)
      if (strength > locks.strength) locks.strength = strength
    }
  }
  return [...tables.values()].sort((a, b) => (a.model.table < b.model.table ? -1 : 1))
}
