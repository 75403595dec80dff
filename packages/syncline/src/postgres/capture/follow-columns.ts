/**
 * Follows what `alter table` does to the columns of captured tables, in the same transaction.
 *
 * Sessions keep the plans of trigger functions, and would refuse a column of another type (42804) until a server makes
 * the functions anew (`renew-functions.ts`); a column that is gone fails every write until a migration. An event trigger
 * knows first: functions with another note are other functions and planned again, and triggers that read what is not
 * there are disabled, as nobody's writes may fail for ours (L1: a disabled trigger is found, and its rooms load again).
 *
 * Where the migrating role may not create event triggers, the servers' looks at capture are what there is.
 */
import { COLUMNS_NOTE } from './columns-note.ts'
import { literal } from './sql-text.ts'

/** Begins the comment on a trigger that was disabled here: what a person has disabled is not enabled again. */
const DISABLED = 'Disabled by Syncline: '

/** How a type is named in the functions' notes, from the joins below; `describe-tables-query.ts` says the same. */
const TYPE_NAME = `element.typname || case when base.typcategory = 'A' and base.typelem <> 0 then '[]' else '' end`

/** Makes the function, and the event trigger where that is allowed; running it again changes nothing. */
export const FOLLOW_COLUMNS_SQL = `-- Never fails the command that it follows.
create or replace function syncline.follow_columns() returns event_trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $function$
declare
  captured record;
begin
  for captured in
    select t.oid, t.tgname as name, t.tgrelid::regclass as owner, t.tgenabled = 'D' as is_disabled,
      p.oid as function, p.prosrc as source, made.note as former_note, now.note, now.missing, now.is_changed
    from pg_trigger t
    join pg_proc p on p.oid = t.tgfoid and p.pronamespace = 'syncline'::regnamespace
    cross join lateral substring(p.prosrc from '-- ${COLUMNS_NOTE}(\\{[^\\n]*\\})') as made (note)
    cross join lateral (
      select string_agg(quote_ident(col.name), ', ') filter (where a.attname is null) as missing,
        coalesce(bool_or(${TYPE_NAME} <> col.type), false) as is_changed,
        '{' || string_agg(to_json(col.name)::text || ':' || to_json(coalesce(${TYPE_NAME}, col.type))::text, ','
          order by col.name collate "C") || '}' as note
      from jsonb_each_text(made.note::jsonb) as col (name, type)
      left join pg_attribute a on a.attrelid = t.tgrelid and a.attname = col.name and a.attnum > 0 and not a.attisdropped
      left join pg_type own on own.oid = a.atttypid
      left join pg_type base on base.oid = case when own.typtype = 'd' then own.typbasetype else own.oid end
      left join pg_type element on element.oid = case when base.typcategory = 'A' and base.typelem <> 0 then base.typelem else base.oid end
    ) as now
    where t.tgparentid = 0 and (tg_tag <> 'ALTER TABLE' or t.tgrelid in (
      select objid from pg_event_trigger_ddl_commands() where classid = 'pg_class'::regclass))
  loop
    if captured.missing is not null and not captured.is_disabled then
      execute format('alter table %s disable trigger %I', captured.owner, captured.name);
      execute format('comment on trigger %I on %s is %L', captured.name, captured.owner,
        ${literal(DISABLED)} || 'it reads what is not there any more: ' || captured.missing);
    elsif captured.missing is null and captured.is_disabled
      and starts_with(obj_description(captured.oid, 'pg_trigger'), ${literal(DISABLED)}) then
      execute format('alter table %s enable trigger %I', captured.owner, captured.name);
      execute format('comment on trigger %I on %s is null', captured.name, captured.owner);
    end if;
    if captured.is_changed then
      execute split_part(pg_get_functiondef(captured.function), 'AS $function', 1)
        || 'AS ' || quote_literal(replace(captured.source, captured.former_note, captured.note));
    end if;
  end loop;
exception when others then
  raise warning 'Syncline could not follow this command: %. Writes of captured tables may fail; run npx syncline migrate.', sqlerrm;
end
$function$;
revoke all on function syncline.follow_columns() from public;

do $do$
begin
  if not exists (select from pg_event_trigger where evtname = 'syncline_follow_columns') then
    create event trigger syncline_follow_columns on ddl_command_end
      when tag in ('ALTER TABLE', 'DROP TYPE', 'DROP DOMAIN', 'DROP EXTENSION')
      execute function syncline.follow_columns();
  end if;
exception when insufficient_privilege then
  -- Servers look after capture by themselves.
  null;
end
$do$;
`
