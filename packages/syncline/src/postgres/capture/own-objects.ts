/** Everything in schema `syncline` that does not depend on the declaration. */
import { createHash } from 'node:crypto'
import { APPLY_FUNCTIONS_SQL } from '../apply/apply-function.ts'
import { APPLY_TABLES_SQL } from '../apply/apply-tables.ts'
import { LOG_TABLES_SQL } from '../log/log-tables.ts'
import { POSITIONS_TABLES_SQL } from '../positions/positions-tables.ts'
import { FOLLOW_COLUMNS_SQL } from './follow-columns.ts'
import { SUPPORT_SQL } from './support-objects.ts'

/** Texts of several statements each, in order; running them again changes nothing. */
export const OWN_OBJECTS: readonly string[] = [
  LOG_TABLES_SQL,
  SUPPORT_SQL,
  APPLY_TABLES_SQL,
  APPLY_FUNCTIONS_SQL,
  POSITIONS_TABLES_SQL,
  FOLLOW_COLUMNS_SQL,
].map((text) => text.trim().replace(/;$/, ''))

/** Kept as the schema's comment, so that a later version of Syncline knows whether it has to bring them up to date. */
export const OWN_OBJECTS_MARK = `Syncline ${createHash('sha256').update(OWN_OBJECTS.join('\n')).digest('hex').slice(0, 16)}`

/** Follows the mark from before a migration looks after rooms until it has: one that is ended meanwhile goes on next time. */
export const ROOMS_UNFILLED = ', rooms not filled in yet'

/** The comment on the schema `syncline`: which own objects there are, and whether a migration has still to fill in rooms. */
export function readMark(comment: string | null): {
  readonly isCurrent: boolean
  readonly isUnfilled: boolean
} {
  const isUnfilled = comment?.endsWith(ROOMS_UNFILLED) === true
  const mark = isUnfilled ? comment.slice(0, -ROOMS_UNFILLED.length) : comment
  return { isCurrent: mark === OWN_OBJECTS_MARK, isUnfilled }
}
