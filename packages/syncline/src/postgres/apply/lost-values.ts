/** What ops wrote to records that had been deleted: kept among the conflicts, where it can be restored (W3). */
import type { Statement } from '../database.ts'
import type { UnitRefusal } from './part.ts'
import { type Author, atMost } from './payload.ts'

/**
 * Keeps one entry per field of ops that were refused with `deleted`, and answers those of their author as `conflicts`,
 * a list per op; undefined when there is nothing to keep.
 */
export function lostValuesStatement(author: Author, causes: readonly UnitRefusal[]): Statement | undefined {
  const lost = causes.flatMap(({ op: { n, model, id, fields = {}, base }, refusal: { deletion } }) =>
    deletion && Object.keys(fields).length > 0
      ? [{ model, id, deletion, op: { n, a: author.userId, d: author.device, b: atMost(base), f: fields } }]
      : [],
  )
  if (lost.length === 0) return undefined
  return {
    text: `select syncline.keep_lost(op, model, id, deletion) as conflicts
      from jsonb_to_recordset($1::jsonb) as x (op jsonb, model text, id text, deletion jsonb)`,
    values: [JSON.stringify(lost)],
  }
}
