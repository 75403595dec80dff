/**
 * The tables behind the views that access rules read: a view takes no row triggers, so the tables that it reads stand
 * for it (A2). What a materialised view shows changes with its refresh alone, which tells nobody; it stands for itself.
 */
import type { CompiledSchema } from '../../schema/model.ts'
import type { Connection } from '../database.ts'
import type { CaptureOptions } from './capture-options.ts'

export interface TablesBehind {
  /** Tables and materialised views that the view reads, through further views too; as declared where they are. */
  readonly tables: readonly string[]
  /** Columns of those tables that the view reads. */
  readonly columns: readonly string[]
}

/** `$1` holds the names that may be views, `$2` those of the models' tables. Whoever reads the catalogs reads no changing rights. */
const TABLES_BEHIND = `
with recursive named as (
  select w.written, to_regclass(
    (select string_agg(quote_ident(part), '.' order by place)
       from unnest(string_to_array(w.written, '.')) with ordinality as p (part, place)))::oid as oid
  from unnest($1::text[] || $2::text[]) as w (written)
),
reading (written, oid, kind) as (
  select n.written, c.oid, c.relkind from named n join pg_class c on c.oid = n.oid
  where c.relkind = 'v' and n.written = any ($1::text[])
  union
  select r.written, c.oid, c.relkind
  from reading r
  join pg_rewrite w on w.ev_class = r.oid and w.ev_type = '1'
  join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
    and d.refclassid = 'pg_class'::regclass and d.refobjid <> r.oid
  join pg_class c on c.oid = d.refobjid and c.relkind in ('r', 'p', 'v', 'm', 'f')
  join pg_namespace n on n.oid = c.relnamespace
    and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'syncline')
  where r.kind = 'v'
)
select v.written,
  array(
    select distinct coalesce(
      (select min(n.written) from named n where n.oid = c.oid and n.written = any ($2::text[])),
      (select min(n.written) from named n where n.oid = c.oid),
      case when pg_table_is_visible(c.oid) then c.relname::text else s.nspname || '.' || c.relname end)
    from reading r join pg_class c on c.oid = r.oid join pg_namespace s on s.oid = c.relnamespace
    where r.written = v.written and r.kind <> 'v'
    order by 1) as tables,
  array(
    select distinct a.attname::text
    from reading r
    join pg_rewrite w on r.kind = 'v' and w.ev_class = r.oid and w.ev_type = '1'
    join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
      and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
    join reading t on t.written = v.written and t.oid = d.refobjid and t.kind <> 'v'
    join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    where r.written = v.written
    order by 1) as columns
from (select distinct written from reading) v
`

/** What stands behind those of the names that are views, by name; names as in a declaration. */
export async function tablesBehind(
  connection: Pick<Connection, 'query'>,
  schema: CompiledSchema,
  names: Iterable<string>,
): Promise<ReadonlyMap<string, TablesBehind>> {
  const models = new Set(Object.values(schema.models).map(({ table }) => table))
  const asked = [...new Set(names)].filter((name) => !models.has(name))
  if (asked.length === 0) return new Map()
  const views = await connection.query<TablesBehind & { written: string }>(TABLES_BEHIND, [
    asked,
    [...models],
  ])
  return new Map(views.map(({ written, tables, columns }) => [written, { tables, columns }]))
}

/** The options with the tables behind each view in its place, and with the columns that it reads. */
export async function throughViews(
  connection: Pick<Connection, 'query'>,
  schema: CompiledSchema,
  options: CaptureOptions,
): Promise<CaptureOptions> {
  const { dependsOn = [], ruleNames } = options
  const views = await tablesBehind(connection, schema, dependsOn)
  if (views.size === 0) return options
  const columns = [...views.values()].flatMap((view) => view.columns)
  return {
    ...options,
    dependsOn: dependsOn.flatMap((name) => views.get(name)?.tables ?? [name]),
    ...(ruleNames && { ruleNames: new Set([...ruleNames, ...columns]) }),
  }
}
