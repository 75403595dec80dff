/**
 * Whether a statement may log what it writes to a table by itself (`capture/statement-entry.ts`), and what it must ask to
 * be sure that this is still so.
 */
import { columnType } from '../capture/column-type.ts'
import { readEntry, type StatementEntry } from '../capture/statement-entry.ts'
import type { Shape } from './shape.ts'

export interface LoggedTable {
  readonly entry: StatementEntry
  /** What silences the functions of its triggers. */
  readonly slug: string
  /** True while the table's columns and triggers are those that the entry was read with. */
  readonly isSameTable: string
  /** True while the functions of its triggers are. */
  readonly areSameFunctions: string
  /**
   * Calls of these functions, for a place where none is made: PostgreSQL plans a prepared statement that names a function
   * anew when that is replaced. Undefined where the writer may not execute them.
   */
  readonly functionCalls: readonly string[] | undefined
  /** Types of the columns that hold every value of their type as it is, by name. */
  readonly types: Readonly<Record<string, string>>
}

/** What the catalog answers. */
export interface LoggedTableRow {
  readonly source: string
  readonly may_log: boolean
  readonly table: string
  /** Triggers and functions as text: their oids, and the transactions that wrote their rows; columns and their types. */
  readonly triggers: string
  readonly functions: string
  /** Calls of the functions as JSON, null where not all may be executed. */
  readonly calls: string | null
  readonly attributes: string
  readonly types: string
}

const TRIGGERS = (table: string) =>
  `(select pg_catalog.string_agg(t.oid || ':' || t.xmin, ',' order by t.oid) from pg_catalog.pg_trigger t where t.tgrelid = ${table})`
const TYPES = (table: string) =>
  `(select pg_catalog.string_agg(a.attnum || ':' || a.atttypid || ':' || a.atttypmod, ',' order by a.attnum) from pg_catalog.pg_attribute a where a.attrelid = ${table} and a.attnum > 0)`

/** No table inherits from it: an update of such a row fires that one's triggers. */
const HAS_NO_HEIRS = (table: string) =>
  `not exists (select from pg_catalog.pg_inherits as i where i.inhparent = ${table})`

/**
 * Parameters: the table, the names of the triggers that stamp and log updates, and what their functions ask to stand aside.
 * No row where they do not ask, where an update may go on to other rows or other tables' triggers, or where a rule rewrites it.
 */
export const LOGGED_TABLE = `with own as (
  select t.tgname, p.oid, p.xmin, p.prosrc, p.oid::regprocedure::text as call,
    has_function_privilege(p.oid, 'execute') as may_call from pg_trigger t join pg_proc p on p.oid = t.tgfoid
   where t.tgrelid = $1::regclass and t.tgname in ($2, $3) and t.tgenabled in ('O', 'A')
     and p.pronamespace = to_regnamespace('syncline') and strpos(p.prosrc, $4) > 0
), functions as (select string_agg(oid || ':' || xmin, ',') as found, count(*) as number,
  case when bool_and(may_call) then json_agg(call)::text end as calls from own)
select (select prosrc from own where tgname = $3) as source,
  has_table_privilege('syncline.log', 'insert') and has_sequence_privilege('syncline.log_seq', 'usage') as may_log,
  $1::regclass::oid::text as "table", functions.found as functions, functions.calls, ${TRIGGERS('$1::regclass')} as triggers, ${TYPES('$1::regclass')} as attributes,
  (select json_object_agg(a.attname, format_type(a.atttypid, -1)) from pg_attribute a join pg_type y on y.oid = a.atttypid
    where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped and a.atttypmod = -1 and y.typtype = 'b')::text as types
  from functions where functions.number = 2 and ${HAS_NO_HEIRS('$1::regclass')}
   and not (select relhasrules from pg_class where oid = $1::regclass)
   and not exists (select from pg_constraint k where k.confrelid = $1::regclass and k.contype = 'f' and k.confupdtype in ('c', 'n', 'd'))`

export function toLoggedTable(row: LoggedTableRow, slug: string): LoggedTable | undefined {
  const entry = readEntry(row.source)
  if (!entry || !row.may_log) return undefined
  const is = (found: string, known: string) => `${found} = '${known}'`
  return {
    entry,
    slug,
    isSameTable: [
      is(TRIGGERS(row.table), row.triggers),
      is(TYPES(row.table), row.attributes),
      `not (select c.relhasrules from pg_catalog.pg_class c where c.oid = ${row.table})`,
      HAS_NO_HEIRS(row.table),
    ].join(' and '),
    areSameFunctions: row.functions.split(',').map(isSameFunction).join(' and '),
    functionCalls: row.calls === null ? undefined : (JSON.parse(row.calls) as string[]),
    types: JSON.parse(row.types) as Record<string, string>,
  }
}

/** One lookup each: an aggregate over both takes three times as long (`bench`: G1). */
function isSameFunction(known: string): string {
  const [oid, xmin] = known.split(':')
  return `(select p.xmin = '${xmin}'::pg_catalog.xid from pg_catalog.pg_proc p where p.oid = ${oid}) is true`
}

/**
 * Whether the fields of an update are known to the entry, and stored as the op gives them: then it is known before the
 * write which of them it changes.
 */
export function maySetLog({ fields }: Shape, { entry, types }: LoggedTable): boolean {
  return fields.every(
    ({ field }) =>
      Object.hasOwn(entry.columns, field.column) && types[field.column] === catalogName(columnType(field)),
  )
}

/** As `format_type` writes it. */
function catalogName(type: string): string {
  return type.replace('timestamptz', 'timestamp with time zone')
}
