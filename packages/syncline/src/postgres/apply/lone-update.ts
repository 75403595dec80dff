/**
 * An update that stands alone, in one statement that stamps and logs by itself and moves its device's row: the functions
 * and triggers that it does without take PostgreSQL as long as the write (`bench`: G1).
 *
 * It writes where all is as it should be, and nothing otherwise: then the op goes the way of any other. Its rules are
 * asked before the write alone, so they must be such as it cannot touch.
 *
 * Whether the table's triggers are as they were is asked when the statement is planned, by a function that says it were
 * immutable: PostgreSQL plans it anew when its table has changed, and holds the table's lock from then on.
 *
 *   W2 exactly once   the device's row moves with the record, and only from where the writer believes it
 */
import type { Parameter } from '../database.ts'
import { wakeWhere } from '../log/wake.ts'
import type { DeviceMove } from './advance-statement.ts'
import type { LoggedTable } from './logged-table.ts'
import { loggedUpdate } from './logged-update.ts'
import { atMost, numberOf } from './payload.ts'
import type { GroupOp } from './runs.ts'
import { fieldType, fieldValue } from './set-columns.ts'
import { idTypeOf, SELF, type ShapeText } from './shape-strings.ts'

/** What the statement answers: one row. */
export interface LoneAnswer {
  /** Null when nothing was written. */
  readonly version: number | null
  readonly xid: string | null
  /** False when the table is not what the statement was made for. */
  readonly is_same: boolean
}

/** How many parameters stand before those of the rules and fields. */
const BEFORE_RULES = 10

/** A function without parameters that answers a boolean. */
export interface PlanningGuard {
  readonly name: string
  readonly body: string
  readonly volatility: 'volatile' | 'immutable'
}

/**
 * The functions that tell at planning whether the table is as it was, the called one first. It
 * sees what was committed until the lock was granted, and not only until the statement began.
 */
export function planningGuard(name: string, { isSameTable }: LoggedTable): readonly PlanningGuard[] {
  return [
    { name: `${name}_sees`, body: `begin return ${isSameTable}; end`, volatility: 'volatile' },
    { name: `${name}_guard`, body: `begin return pg_temp.${name}_sees(); end`, volatility: 'immutable' },
  ]
}

/** The statement, for a shape whose functions have this name. */
export function loneUpdateText(name: string, text: ShapeText, logged: LoggedTable): string {
  const { shape, ruleTypes } = text
  const rules = ruleTypes.map((type, index) => `$${BEFORE_RULES + 1 + index}::text::${type} as rule_${index}`)
  const fields = shape.fields.map(
    (entry, index) =>
      `$${BEFORE_RULES + 1 + ruleTypes.length + index}::${fieldType(entry)} as field_${index}`,
  )
  const op = [`$7::${idTypeOf(shape)} as id`, '$8::integer as base', ...rules, ...fields].join(', ')
  const steps = loggedUpdate(text, logged, {
    guard: `pg_temp.${name}_guard() and ${logged.areSameFunctions}`,
    ops: `syncline_device cross join (select ${op}) as ${SELF}`,
    returning: `${SELF}.id`,
    author: { device: '$1', number: '$9::bigint', actor: '$2' },
  })
  return `with syncline_device as materialized (
      select from syncline.devices as d where d.device = $1::text and d.user_id = $2::text and d.last_op = $3::bigint
      for no key update
    ), ${steps}, syncline_moved as (
      update syncline.devices as d
         set last_op = $4::bigint, last_key = $5::text, recent_keys = $6::integer[], xid = pg_catalog.pg_current_xact_id(), seen_at = pg_catalog.clock_timestamp()
        from syncline_written where d.device = $1 and d.last_op = $3
    )
    select w.version, pg_catalog.pg_current_xact_id_if_assigned()::text as xid,
           exists (select from syncline_guard) as is_same,
           ${wakeWhere('w.is_changed and not $10::boolean')} as woken
      from (values (1)) as always left join syncline_written as w on true`
}

/** Values of its parameters. */
export function loneUpdateValues(
  { device, from, to }: DeviceMove,
  op: GroupOp,
  isQuiet: boolean,
): Parameter[] {
  const { prepared, author } = op
  return [
    device,
    author.userId,
    from.lastOp,
    to.lastOp,
    to.lastKey ?? null,
    `{${to.recentKeys.join(',')}}`,
    prepared.op.id,
    atMost(prepared.op.base) ?? null,
    numberOf(author, prepared.op.n) ?? null,
    isQuiet,
    ...prepared.ruleValues,
    ...prepared.shape.fields.map((entry) => fieldValue(prepared, entry)),
  ]
}
