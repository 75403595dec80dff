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
import { CHANGE_COLUMNS } from '../log/unseen-changes.ts'
import { wakeWhere } from '../log/wake.ts'
import type { DeviceMove } from './advance-statement.ts'
import type { LoggedTable } from './logged-table.ts'
import { loggedUpdate, silence } from './logged-update.ts'
import { atMost, numberOf } from './payload.ts'
import type { GroupOp } from './runs.ts'
import { fieldType, fieldValue } from './set-columns.ts'
import { idTypeOf, SELF, type ShapeText } from './shape-strings.ts'

/** How many parameters stand before those of the rules and fields. */
const BEFORE_RULES = 9

/** The statement, where it wakes whoever sleeps, and where nobody. It answers what it has logged; nothing when it has written nothing. */
export interface LoneTexts {
  readonly loud: string
  readonly quiet: string
}

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
export function planningGuard(
  name: string,
  { isSameTable, areSameFunctions }: LoggedTable,
): readonly PlanningGuard[] {
  return [
    {
      name: `${name}_sees`,
      body: `begin return ${isSameTable} and ${areSameFunctions}; end`,
      volatility: 'volatile',
    },
    { name: `${name}_guard`, body: `begin return pg_temp.${name}_sees(); end`, volatility: 'immutable' },
  ]
}

/** Asks again, when nothing was written, whether the table is what the functions of this name were made for. */
export function isSameText(name: string): string {
  return `select pg_temp.${name}_sees() as is_same`
}

/** The statement, for a shape whose functions have this name. */
export function loneUpdateText(name: string, text: ShapeText, logged: LoggedTable): LoneTexts {
  const { shape, ruleTypes } = text
  const rules = ruleTypes.map((type, index) => `$${BEFORE_RULES + 1 + index}::text::${type} as rule_${index}`)
  const fields = shape.fields.map(
    (entry, index) =>
      `$${BEFORE_RULES + 1 + ruleTypes.length + index}::${fieldType(entry)} as field_${index}`,
  )
  const op = [`$7::${idTypeOf(shape)} as id`, '$8::integer as base', ...rules, ...fields].join(', ')
  const device = `select 1 from syncline.devices as d where d.device = $1::text and d.user_id = $2::text and d.last_op = $3::bigint
        for no key update`
  const steps = loggedUpdate(text, logged, {
    from: `(select ${op}) as ${SELF}`,
    // Each is asked once, before anything is read.
    where: [
      `(${silence(logged, `pg_temp.${name}_guard() and ${sameFunctions(logged)}`)}) is not null`,
      `(${device}) is not null`,
    ],
    onlyChanged: true,
    returning: `${SELF}.id`,
    logged: CHANGE_COLUMNS,
    author: { device: '$1', number: '$9::bigint', actor: '$2' },
  })
  const statement = (more: string) => `with ${steps}, syncline_moved as (
      update syncline.devices as d
         set last_op = $4::bigint, last_key = $5::text, recent_keys = $6::integer[], xid = pg_catalog.pg_current_xact_id(), seen_at = pg_catalog.clock_timestamp()
        from syncline_written where d.device = $1 and d.last_op = $3
    )
    select l.*${more} from syncline_logged as l`
  return { loud: statement(`, ${wakeWhere('true')} as woken`), quiet: statement('') }
}

/**
 * That the triggers' functions are what they were when it was planned. They are named where they are never called: the
 * number of an op is not null, and two lookups in the catalog take longer.
 */
function sameFunctions({ functionCalls, areSameFunctions }: LoggedTable): string {
  if (functionCalls === undefined) return areSameFunctions
  return `($4::bigint is not null or ${functionCalls.map((call) => `${call} is null`).join(' and ')})`
}

/** Values of its parameters. */
export function loneUpdateValues({ device, from, to }: DeviceMove, op: GroupOp): Parameter[] {
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
    ...prepared.ruleValues,
    ...prepared.shape.fields.map((entry) => fieldValue(prepared, entry)),
  ]
}
