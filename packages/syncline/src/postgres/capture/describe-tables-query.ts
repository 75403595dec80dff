/**
 * One JSON text per table that exists, in the form of `TableDescription`; `$1` holds the names as declared.
 *
 * What a generated column is made from hangs on its expression since PostgreSQL 15, and on the column itself before.
 */
export const DESCRIBE_TABLES = `
with wanted as (
  select w.written, to_regclass(
    (select string_agg(quote_ident(part), '.' order by place)
       from unnest(string_to_array(w.written, '.')) with ordinality as p (part, place))) as oid
  from unnest($1::text[]) as w (written)
),
triggers as (
  select t.tgrelid, json_agg(json_build_object(
    'name', t.tgname, 'function', n.nspname || '.' || p.proname, 'isEnabled', t.tgenabled in ('O', 'A'),
    'type', t.tgtype, 'definition', pg_get_triggerdef(t.oid)) order by t.tgname) as list
  from pg_trigger t join pg_proc p on p.oid = t.tgfoid join pg_namespace n on n.oid = p.pronamespace
  where not t.tgisinternal
  group by t.tgrelid
)
select w.written, json_build_object(
  'schema', n.nspname,
  'name', c.relname,
  'kind', c.relkind,
  'columns', (
    select coalesce(json_agg(json_build_object(
      'name', a.attname,
      'type', element.typname,
      'isArray', base.typcategory = 'A' and base.typelem <> 0,
      'isEnum', element.typtype = 'e',
      'labels', array(select e.enumlabel from pg_enum e where e.enumtypid = element.oid order by e.enumsortorder),
      'isNotNull', a.attnotnull,
      'hasDefault', a.atthasdef or a.attidentity <> '',
      'generated', case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' end,
      'sources', array(
        select s.attname from pg_attrdef d
        join pg_depend dep on (dep.classid = 'pg_attrdef'::regclass and dep.objid = d.oid)
          or (dep.classid = 'pg_class'::regclass and dep.objid = c.oid and dep.objsubid = a.attnum)
        join pg_attribute s on s.attrelid = dep.refobjid and s.attnum = dep.refobjsubid
        where a.attgenerated <> '' and d.adrelid = c.oid and d.adnum = a.attnum
          and dep.refclassid = 'pg_class'::regclass and dep.refobjid = c.oid and s.attnum <> a.attnum)
    ) order by a.attnum), '[]')
    from pg_attribute a
    join pg_type t on t.oid = a.atttypid
    join pg_type base on base.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
    join pg_type element on element.oid = case when base.typcategory = 'A' and base.typelem <> 0 then base.typelem else base.oid end
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
  'primaryKey', (
    select coalesce(json_agg(a.attname order by k.place), '[]')
    from pg_index i cross join unnest(i.indkey::int2[]) with ordinality as k (attnum, place)
    join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
    where i.indrelid = c.oid and i.indisprimary),
  'unique', array(
    select a.attname from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
    where i.indrelid = c.oid and i.indisunique and i.indnkeyatts = 1 and i.indpred is null and i.indisvalid),
  'indexed', array(
    select distinct a.attname from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
    where i.indrelid = c.oid and i.indpred is null and i.indisvalid),
  'partitionKey', (
    select coalesce(json_agg(coalesce(a.attname, '*')), '[]')
    from pg_partitioned_table p cross join unnest(p.partattrs::int2[]) as k (attnum)
    left join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum and k.attnum > 0
    where p.partrelid = c.oid),
  'filteredFor', case when row_security_active(c.oid) then current_user end,
  'leaves', (
    select coalesce(json_agg(json_build_object('schema', ln.nspname, 'name', l.relname,
      'triggers', coalesce((select list from triggers where tgrelid = l.oid), '[]'))
      order by l.relname), '[]')
    from pg_partition_tree(c.oid) tree join pg_class l on l.oid = tree.relid join pg_namespace ln on ln.oid = l.relnamespace
    where c.relkind = 'p' and tree.isleaf and tree.relid <> c.oid),
  'triggers', coalesce((select list from triggers where tgrelid = c.oid), '[]'),
  'foreignKeys', (
    select coalesce(json_agg(json_build_object('column', a.attname, 'isLoose', f.condeferrable or not f.convalidated)), '[]')
    from pg_constraint f join pg_attribute a on a.attrelid = c.oid and a.attnum = f.conkey[1]
    where f.conrelid = c.oid and f.contype = 'f' and cardinality(f.conkey) = 1)
)::text as description
from wanted w
join pg_class c on c.oid = w.oid
join pg_namespace n on n.oid = c.relnamespace
`
