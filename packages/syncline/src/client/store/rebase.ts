/** Base with overlay applied: the row that the page sees. */
import type { AnyRow } from '../query/row.ts'
import { mapped } from '../../schema/mapped.ts'
import { valueText } from '../value-text.ts'
import { applyOperator } from './apply-operator.ts'
import { type Entry, type OverlayOp, WHOLLY } from './entry.ts'

/**
 * The visible row of an entry; the same object as before when its members are the same. The ops from index `from` on
 * were added where nothing else changed, unless it is `WHOLLY`.
 */
export function rebase(entry: Entry, from = WHOLLY): AnyRow | undefined {
  let row = from > 0 ? entry.row : entry.base?.fields
  for (const op of entry.ops.slice(Math.max(from, 0))) row = applyOp(row, op)
  return row && entry.row ? sameRow(entry.row, row) : row
}

/** The row after one op. */
export function applyOp(row: AnyRow | undefined, op: OverlayOp): AnyRow | undefined {
  if (op.action === 'delete') return undefined
  // A base that has the record already contains this create, and maybe what others did since.
  if (op.action === 'create') return row ?? { ...op.fields, id: op.id }
  return (
    row && {
      ...row,
      ...op.fields,
      ...(op.operators && mapped(op.operators, (operator, name) => applyOperator(row[name], operator))),
    }
  )
}

/** The op with what its operators made of a row, so that it can be shown over a row that may contain it already. */
export function settleOperators(op: OverlayOp, after: AnyRow | undefined): OverlayOp {
  if (!op.operators || !after) return op
  const { operators, ...plain } = op
  return { ...plain, fields: { ...op.fields, ...mapped(operators, (_, name) => after[name]) } }
}

/** The row before when the one after it has the same members: what changed nothing leaves the row what it was. */
export function sameRow(before: AnyRow, after: AnyRow): AnyRow {
  // Without lists of the keys, which would be most of what is made of a change (bench: G8).
  for (const key in before) if (!isSameValue(before[key], after[key])) return after
  for (const key in after) if (!(key in before)) return after
  return before
}

function isSameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  const areObjects = typeof a === 'object' && typeof b === 'object' && a !== null && b !== null
  return areObjects && valueText(a) === valueText(b)
}
