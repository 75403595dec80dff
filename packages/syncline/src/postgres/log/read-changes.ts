/**
 * The statement of the tail: what became visible since its position, and the new position, from one snapshot.
 *
 * It runs after every wake-up, so it is prepared once and bounded: one row more than `PORTION` says that there is too
 * much for one answer, and `read-large.ts` takes over. The floor and the newest history row come along, so that a
 * pruned log or another life of the database is seen in the very snapshot in which it would make a hole (L4).
 */
import { PRESENT_COLUMNS } from './continuity.ts'
import { CHANGE_COLUMNS, unseenChanges } from './unseen-changes.ts'

/** Most rows of one answer. */
export const PORTION = 5_000

/**
 * Parameter: a position at which no transaction was open. The same answer for a fraction of the planner's nodes, which
 * counts where one change is read at a time (`bench`: G1): every row says the present again, and their order is free.
 */
export const READ_NEXT_SQL = `select * from (select ${PRESENT_COLUMNS}) present
left join (
  select ${CHANGE_COLUMNS} from syncline.log
  where xid >= pg_snapshot_xmax($1) and xid < pg_snapshot_xmax(pg_current_snapshot()) limit ${PORTION + 1}
) change on true`

/**
 * Parameter: the position to continue from. The first row is the present and has no `seq`; the changes come behind it,
 * and do not say it again.
 */
export const READ_CHANGES_SQL = `with unseen as materialized (
  select * from (
    ${unseenChanges(CHANGE_COLUMNS)}
  ) change limit ${PORTION + 1}
)
select ${PRESENT_COLUMNS}, unseen.*
  from (values (1)) always left join unseen on false
union all
select null, null, null, null, unseen.* from unseen
order by seq nulls first`
