/**
 * The triggers of a captured table: which there must be, and how they are made.
 *
 * Those that stamp and log have no condition: PostgreSQL reads its text anew for each statement, 4 µs (`bench`: G6b).
 */
import { quoteIdentifier } from '../sql.ts'
import type { CapturedTable } from './captured-table.ts'
import { qualified } from './captured-table.ts'
import type { TableDescription, TriggerDescription } from './describe-database.ts'
import { type GuardTable, guardFunctionName } from './guard-function.ts'
import { logFunctionName } from './log-function.ts'
import { markFunctionName } from './mark-function.ts'
import { adoptsChildren, moveFunctionName } from './move-function.ts'
import { literal } from './sql-text.ts'
import { stampFunctionName } from './stamp-function.ts'
import { truncateFunctionName } from './truncate-function.ts'

/** Sorts last among the triggers of most tables, so that it sees what the others changed. */
export const STAMP_TRIGGER = 'zz_syncline_stamp'
export const STAMP_UPDATE_TRIGGER = 'zz_syncline_stamp_update'
/** Sorts first, so that a change is logged before those that other triggers and foreign keys make of it. */
export const LOG_TRIGGER = '!syncline_log'
export const LOG_UPDATE_TRIGGER = '!syncline_log_update'
/** What these two were called before; `migrate` replaces them. */
const FORMER_LOG_TRIGGER = 'zz_syncline_log'
const FORMER_LOG_UPDATE_TRIGGER = 'zz_syncline_log_update'
/** Behind the actions of foreign keys: what these delete has not left its room before. */
export const MOVE_TRIGGER = 'zz_syncline_move'
const MARK_TRIGGER = 'zz_syncline_mark'
export const TRUNCATE_TRIGGER = 'zz_syncline_truncate'

/** Names of those without which changes of rows are missed, those of tables that have not been migrated since among them. */
export const CAPTURING_TRIGGERS = [
  STAMP_TRIGGER,
  STAMP_UPDATE_TRIGGER,
  LOG_TRIGGER,
  LOG_UPDATE_TRIGGER,
  FORMER_LOG_TRIGGER,
  FORMER_LOG_UPDATE_TRIGGER,
]

/** Names of all that a table may have. */
export const OWN_TRIGGERS = [...CAPTURING_TRIGGERS, MOVE_TRIGGER, MARK_TRIGGER, TRUNCATE_TRIGGER]

/** Bits of `pg_trigger.tgtype`. */
export const BITS = { row: 1, before: 2, insert: 4, delete: 8, update: 16, truncate: 32 }

export interface WantedTrigger {
  readonly name: string
  /** Name that it once had. */
  readonly formerName?: string
  /** Quoted and qualified. */
  readonly table: string
  readonly function: string
  readonly type: number
  readonly when?: string
}

/** The triggers that must exist before rooms are filled in. */
export function stampTriggers(table: CapturedTable): WantedTrigger[] {
  const stamp = { table: table.table, function: stampFunctionName(table) }
  return [
    { ...stamp, name: STAMP_TRIGGER, type: BITS.row + BITS.before + BITS.insert },
    { ...stamp, name: STAMP_UPDATE_TRIGGER, type: BITS.row + BITS.before + BITS.update },
  ]
}

/** The triggers that log, and the one that takes children along. */
export function logTriggers(table: CapturedTable): WantedTrigger[] {
  return [
    ...rowTriggers(table.table, logFunctionName(table)),
    ...(table.moves.length > 0 ? [moveTrigger(table)] : []),
    ...(table.linkedMarks.length > 0 ? [markTrigger(table)] : []),
    ...truncateTriggers(table.description, truncateFunctionName(table)),
  ]
}

/** What logs rows: created and deleted ones, and changed ones. */
function rowTriggers(table: string, logFunction: string): WantedTrigger[] {
  const log = { table, function: logFunction }
  return [
    {
      ...log,
      name: LOG_TRIGGER,
      formerName: FORMER_LOG_TRIGGER,
      type: BITS.row + BITS.insert + BITS.delete,
    },
    {
      ...log,
      name: LOG_UPDATE_TRIGGER,
      formerName: FORMER_LOG_UPDATE_TRIGGER,
      type: BITS.row + BITS.update,
    },
  ]
}

/** On the table and on each of its partitions. */
function truncateTriggers(description: TableDescription, truncateFunction: string): WantedTrigger[] {
  return [description, ...description.leaves].map((each) => ({
    name: TRUNCATE_TRIGGER,
    table: qualified(each),
    function: truncateFunction,
    type: BITS.before + BITS.truncate,
  }))
}

function markTrigger(table: CapturedTable): WantedTrigger {
  return {
    name: MARK_TRIGGER,
    table: table.table,
    function: markFunctionName(table),
    type: BITS.row + BITS.before + BITS.delete,
  }
}

export function moveTrigger(table: CapturedTable): WantedTrigger {
  const base = { name: MOVE_TRIGGER, table: table.table, function: moveFunctionName(table) }
  if (adoptsChildren(table)) return { ...base, type: BITS.row + BITS.insert + BITS.delete + BITS.update }
  const columns = [...new Set(table.moves.map((move) => quoteIdentifier(move.column.name)))]
  const isMoved = columns.map((column) => `old.${column} is distinct from new.${column}`).join(' or ')
  return { ...base, type: BITS.row + BITS.update, when: isMoved }
}

/** The triggers of a table that is no model but that access rules read. */
export function guardTriggers(guard: GuardTable): WantedTrigger[] {
  return [
    ...rowTriggers(qualified(guard.description), guardFunctionName(guard)),
    ...truncateTriggers(guard.description, truncateFunctionName(guard)),
  ]
}

export function createTrigger(trigger: WantedTrigger): string {
  const events = (['insert', 'update', 'delete', 'truncate'] as const).filter(
    (event) => trigger.type & BITS[event],
  )
  return `create trigger ${nameInSql(trigger.name)}
  ${trigger.type & BITS.before ? 'before' : 'after'} ${events.join(' or ')} on ${trigger.table}
  for each ${trigger.type & BITS.row ? 'row' : 'statement'}${trigger.when ? ` when (${trigger.when})` : ''}
  execute function syncline.${trigger.function}()`
}

export function enableTrigger({ name, table }: WantedTrigger): string {
  return `alter table ${table} enable trigger ${nameInSql(name)}`
}

export function dropTrigger(name: string, table: string): string {
  return `drop trigger if exists ${nameInSql(name)} on ${table}`
}

/** Takes away what a trigger was once called, and whoever watches triggers knows it by its name of today. */
export function dropFormerTrigger({ name, formerName = '', table, function: own }: WantedTrigger): string[] {
  return [
    dropTrigger(formerName, table),
    `update syncline.known_triggers set name = ${literal(name)}
  where function = ${literal(own)} and name = ${literal(formerName)}
    and not exists (select from syncline.known_triggers where function = ${literal(own)} and name = ${literal(name)})`,
  ]
}

/** As a person would write it. */
export function nameInSql(trigger: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(trigger) ? trigger : quoteIdentifier(trigger)
}

/** The trigger of that name where it belongs: on the table, or on one of its partitions. */
export function existingTrigger(
  existing: TableDescription | undefined,
  wanted: Pick<WantedTrigger, 'name' | 'table'>,
): TriggerDescription | undefined {
  if (existing === undefined) return undefined
  const owner = [existing, ...existing.leaves].find((candidate) => qualified(candidate) === wanted.table)
  return owner?.triggers.find(({ name }) => name === wanted.name)
}

/** Whether a trigger is as wanted. Its condition names columns, which are looked for in its definition. */
export function isAsWanted(wanted: WantedTrigger, existing: TriggerDescription | undefined): boolean {
  if (existing === undefined) return false
  const columns = (wanted.when ?? '').match(/old\."[^"]+"/g) ?? []
  return (
    existing.function === `syncline.${wanted.function}` &&
    existing.type === wanted.type &&
    existing.definition.includes(' WHEN (') === (wanted.when !== undefined) &&
    columns.every(
      (column) =>
        existing.definition.includes(column.replaceAll('"', '')) || existing.definition.includes(column),
    )
  )
}
