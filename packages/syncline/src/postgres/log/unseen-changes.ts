/**
 * The rows that one snapshot did not see and the current one does, in the form that reads nothing twice.
 *
 *   at or above the old xmax      transactions that began since, or had not ended anything yet
 *   open then and ended now       each by its own index lookup
 *
 * The obvious forms are equally right and slower: `not pg_visible_in_snapshot(xid, $1)` reads again all that follows the
 * oldest open transaction; `xid = any(xip)` reads again, each time, what an open transaction has written.
 * `offset 0` keeps the lookup by transaction a lookup.
 */

/** Columns of a log row that leave the database, in the order of `LogRow`. */
export const CHANGE_COLUMNS =
  'seq, xid, at, room, model, id, action, fields, version, field_versions, actor, source, device, op, marks'

/** A `select` of `columns` for a reader whose snapshot is parameter `$1`; `and` narrows it further. */
export function unseenChanges(columns: string, and = ''): string {
  return `select ${columns} from syncline.log
    where xid >= pg_snapshot_xmax($1) and xid < pg_snapshot_xmax(pg_current_snapshot()) ${and}
    union all
    select ended.* from (select pg_snapshot_xip($1) as xid except all select pg_snapshot_xip(pg_current_snapshot())) open
    cross join lateral (select ${columns} from syncline.log where xid = open.xid ${and} offset 0) ended`
}
