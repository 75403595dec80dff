/** One JSON text per table, view or foreign table that is an application's own, in the form of `CatalogTable`. */
export const READ_CATALOG = `
with relations as (
  select c.oid, c.relname, c.relkind, c.relowner, n.nspname
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and c.relpersistence <> 't'
    and n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', 'syncline')
    and has_schema_privilege(n.oid, 'USAGE')
    and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
)
select json_build_object(
  'schema', r.nspname,
  'name', r.relname,
  'kind', r.relkind,
  'isVisible', pg_table_is_visible(r.oid),
  'owner', pg_get_userbyid(r.relowner),
  'isOwned', pg_has_role(r.relowner, 'USAGE'),
  'isInherited', r.relkind = 'r' and exists (select from pg_inherits i where i.inhparent = r.oid),
  'columns', (
    select coalesce(json_agg(json_build_object(
      'name', a.attname,
      'type', element.typname,
      'shown', format_type(a.atttypid, a.atttypmod),
      'isArray', base.typcategory = 'A' and base.typelem <> 0,
      'isEnum', element.typtype = 'e',
      'labels', array(select e.enumlabel from pg_enum e where e.enumtypid = element.oid order by e.enumsortorder),
      'isNotNull', a.attnotnull,
      'default', case when a.attgenerated = '' then coalesce(pg_get_expr(d.adbin, d.adrelid), pg_get_expr(t.typdefaultbin, 0)) end,
      'isIdentity', a.attidentity <> '',
      'generated', case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' end,
      'checks', array(
        select pg_get_constraintdef(k.oid) from pg_constraint k
        where k.contype = 'c' and k.convalidated
          and ((k.conrelid = r.oid and k.conkey = array[a.attnum]) or (t.typtype = 'd' and k.contypid = t.oid)))
    ) order by a.attnum), '[]')
    from pg_attribute a
    join pg_type t on t.oid = a.atttypid
    join pg_type base on base.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
    join pg_type element on element.oid = case when base.typcategory = 'A' and base.typelem <> 0 then base.typelem else base.oid end
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped),
  'primaryKey', (
    select coalesce(json_agg(a.attname order by k.place), '[]')
    from pg_index i cross join unnest(i.indkey::int2[]) with ordinality as k (attnum, place)
    join pg_attribute a on a.attrelid = r.oid and a.attnum = k.attnum
    where i.indrelid = r.oid and i.indisprimary and k.place <= i.indnkeyatts),
  'uniques', (
    select coalesce(json_agg(u.columns order by cardinality(u.columns), u.columns), '[]')
    from (
      select array(select a.attname::text from unnest(i.indkey::int2[]) with ordinality as k (attnum, place)
                   join pg_attribute a on a.attrelid = r.oid and a.attnum = k.attnum
                   where k.place <= i.indnkeyatts order by k.place) as columns
      from pg_index i
      where i.indrelid = r.oid and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
    ) u),
  'foreignKeys', (
    select coalesce(json_agg(distinct jsonb_build_object(
      'columns', array(select a.attname from unnest(f.conkey) with ordinality as k (attnum, place)
                       join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.attnum order by k.place),
      'schema', tn.nspname,
      'table', target.relname,
      'targetColumns', array(select a.attname from unnest(f.confkey) with ordinality as k (attnum, place)
                             join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.attnum order by k.place))), '[]')
    from pg_constraint f
    join pg_class target on target.oid = f.confrelid join pg_namespace tn on tn.oid = target.relnamespace
    where f.contype = 'f' and f.conparentid = 0
      and (f.conrelid = r.oid or (r.relkind = 'p' and f.conrelid in (select p.relid from pg_partition_tree(r.oid) p)))),
  'partitionKey', (
    select coalesce(json_agg(coalesce(a.attname, '*')), '[]')
    from pg_partitioned_table p cross join unnest(p.partattrs::int2[]) as k (attnum)
    left join pg_attribute a on a.attrelid = r.oid and a.attnum = k.attnum and k.attnum > 0
    where p.partrelid = r.oid)
)::text as description
from relations r
order by r.nspname, r.relname
`
