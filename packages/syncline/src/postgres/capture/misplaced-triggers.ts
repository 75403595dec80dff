/**
 * Finds triggers of the application that run where capture does not expect them (L1).
 *
 * PostgreSQL runs triggers of one kind in the order of their names, compared byte by byte: what changes a row after it
 * was stamped is in no version and in no log row.
 */
import type { CompiledSchema, Model } from '../../schema/model.ts'
import type { Connection } from '../database.ts'
import {
  BITS,
  LOG_TRIGGER,
  LOG_UPDATE_TRIGGER,
  nameInSql,
  STAMP_TRIGGER,
  STAMP_UPDATE_TRIGGER,
} from './capture-triggers.ts'
import { slugOf } from './captured-table.ts'
import type { TableDescription, TriggerDescription } from './describe-database.ts'
import type { Drift } from './drift.ts'
import { literal } from './sql-text.ts'
import { stampFunctionName } from './stamp-function.ts'

export interface MisplacedTrigger {
  /** As declared. */
  readonly table: string
  readonly trigger: string
  /** Fact, value, remedy. */
  readonly message: string
}

/** Those of a table and of its partitions, as differences. */
export function misplacedTriggerDrift({ table }: Model, found: TableDescription): Drift[] {
  const inherited = new Set(found.triggers.map(({ name }) => name))
  const own = found.triggers.map((trigger) => ({ trigger, on: table }))
  const ofLeaves = found.leaves.flatMap((leaf) =>
    leaf.triggers
      .filter(({ name }) => !inherited.has(name))
      .map((trigger) => ({ trigger, on: `${leaf.schema}.${leaf.name}` })),
  )
  return [...own, ...ofLeaves].flatMap(({ trigger, on }) => {
    const place = trigger.isEnabled && !isOurs(trigger) ? misplacement(trigger) : undefined
    if (place === undefined) return []
    return [{ kind: place.kind, table, isBlocking: false, message: messageOf(trigger.name, on, place) }]
  })
}

const APPLICATION_TRIGGERS = `select own.function, each.oid::regclass::text as "on", t.tgname as name, t.tgtype as type
  from (select t.tgrelid, p.proname as function from pg_trigger t
      join pg_proc p on p.oid = t.tgfoid and p.pronamespace = to_regnamespace('syncline')
      where t.tgname = ${literal(STAMP_TRIGGER)} and t.tgparentid = 0) as own
  cross join lateral (select own.tgrelid as oid union select relid from pg_partition_tree(own.tgrelid)) as each
  join pg_trigger t on t.tgrelid = each.oid and not t.tgisinternal and t.tgparentid = 0 and t.tgenabled in ('O', 'A')
  join pg_proc p on p.oid = t.tgfoid and p.pronamespace <> to_regnamespace('syncline')
  order by 1, 2, 3`

interface ApplicationTrigger {
  /** That which stamps the table. */
  readonly function: string
  readonly on: string
  readonly name: string
  readonly type: number
}

/** Looks once. */
export async function findMisplacedTriggers(
  connection: Pick<Connection, 'query'>,
  schema: CompiledSchema,
): Promise<MisplacedTrigger[]> {
  const found = await connection.query<ApplicationTrigger & Record<string, unknown>>(APPLICATION_TRIGGERS)
  const tables = new Map(
    Object.values(schema.models).map(({ table }) => [stampFunctionName({ slug: slugOf(table) }), table]),
  )
  return found.flatMap((trigger) => {
    const [table, place] = [tables.get(trigger.function), misplacement(trigger)]
    if (table === undefined || place === undefined) return []
    return [{ table, trigger: trigger.name, message: messageOf(trigger.name, trigger.on, place) }]
  })
}

interface Misplacement {
  readonly kind: 'trigger_after_stamp' | 'trigger_before_log'
  /** The trigger of ours that should come after it, or before it. */
  readonly than: string
}

/** Where a trigger of the application stands wrong; undefined where it may stand. */
function misplacement({ name, type }: Pick<TriggerDescription, 'name' | 'type'>): Misplacement | undefined {
  if ((type & BITS.row) === 0) return undefined
  const [writes, updates] = [BITS.insert + BITS.delete, BITS.update]
  if ((type & BITS.before) !== 0) {
    if ((type & BITS.insert) !== 0 && isAfter(name, STAMP_TRIGGER)) return late(STAMP_TRIGGER)
    return (type & updates) !== 0 && isAfter(name, STAMP_UPDATE_TRIGGER)
      ? late(STAMP_UPDATE_TRIGGER)
      : undefined
  }
  if ((type & writes) !== 0 && isAfter(LOG_TRIGGER, name)) return early(LOG_TRIGGER)
  return (type & updates) !== 0 && isAfter(LOG_UPDATE_TRIGGER, name) ? early(LOG_UPDATE_TRIGGER) : undefined
}

const late = (than: string): Misplacement => ({ kind: 'trigger_after_stamp', than })
const early = (than: string): Misplacement => ({ kind: 'trigger_before_log', than })

/** As PostgreSQL compares names. */
function isAfter(name: string, other: string): boolean {
  return Buffer.compare(Buffer.from(name), Buffer.from(other)) > 0
}

function isOurs({ function: name }: TriggerDescription): boolean {
  return name.startsWith('syncline.')
}

function messageOf(trigger: string, on: string, { kind, than }: Misplacement): string {
  const [runs, fact, remedy] =
    kind === 'trigger_after_stamp'
      ? ['after', 'what it changes gets no new version and is not logged', 'before']
      : ['before', 'what it writes is logged before the change that it follows', 'after']
  return `Trigger \`${trigger}\` on \`${on}\` runs ${runs} \`${than}\`, because triggers run in the order of their names: ${fact}. Rename it, so that it sorts ${remedy} (alter trigger ${nameInSql(trigger)} on ${on} rename to …).`
}
