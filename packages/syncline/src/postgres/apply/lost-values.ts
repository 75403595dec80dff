/** What an op wrote to a record that had been deleted: kept among its author's conflicts, where it can be restored (W3). */
import type { Statement } from '../database.ts'
import type { UnitRefusal } from './part.ts'
import type { Author } from './payload.ts'

/** Inserts one conflict per field of ops that were refused with `deleted`; undefined when there are none. */
export function lostValuesStatement(author: Author, causes: readonly UnitRefusal[]): Statement | undefined {
  const rows = causes.flatMap(({ op, refusal: { deletion } }) =>
    deletion
      ? Object.entries(op.fields ?? {}).map(([field, mine]) => ({
          user_id: author.userId,
          model: op.model,
          record: op.id,
          field,
          mine,
          base: op.base,
          ...deletion,
        }))
      : [],
  )
  if (rows.length === 0) return undefined
  return {
    text: `insert into syncline.conflicts (user_id, model, record, field, mine, base, by, at, version, outcome)
      select user_id, model, record, field, mine, base, by, at, version, 'lost'
        from jsonb_to_recordset($1::jsonb) as x (user_id text, model text, record text, field text, mine jsonb, base integer, by text, at timestamptz, version integer)`,
    values: [JSON.stringify(rows)],
  }
}
