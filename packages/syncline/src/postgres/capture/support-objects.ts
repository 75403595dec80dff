/**
 * What capture keeps beside the log, as SQL that a person can read and a migration tool can own.
 *
 *   syncline.tombstones      where the life of a deleted record ended (`lives.ts`)
 *   syncline.moved_rows      rows on their way to another partition, within a transaction (`partition-move.ts`)
 *   syncline.unsettled       parents that moved without seeing all their children (`move-function.ts`)
 *   syncline.known_triggers  triggers and partitions as they were last seen (`heal-capture.ts`)
 *   syncline.actor           names the author of a transaction's direct writes
 *   syncline.ops             the log as other programs read it
 */
import { WRITER_SETTING } from './writer-setting.ts'

/** Makes them where they are missing; running it again changes nothing. */
export const SUPPORT_SQL = `create table if not exists syncline.tombstones (
  model   text    not null,
  id      text    not null,
  version integer not null,
  xid     xid8    not null default pg_current_xact_id(),
  primary key (model, id)
);

create unlogged table if not exists syncline.moved_rows (
  xid   xid8 not null default pg_current_xact_id(),
  model text not null,
  id    text not null
);
create index if not exists moved_rows_record on syncline.moved_rows (xid, model, id);

create table if not exists syncline.unsettled (
  model text not null,
  id    text not null
);

create table if not exists syncline.known_triggers (
  function text not null,
  name     text not null,
  changed  text not null,
  primary key (function, name)
);

-- Names the author of this transaction's writes: select syncline.actor('ana').
create or replace function syncline.actor(user_id text, device text default null, request text default null)
  returns void
  language sql
  set search_path = pg_catalog, pg_temp
as $function$
  select set_config('${WRITER_SETTING}', coalesce(nullif(jsonb_strip_nulls(jsonb_build_object(
    'actor', user_id, 'device', device, 'source', request)), '{}')::text, ''), true)
$function$;

-- One row per change, in the order in which they were made; a record that moved to another room is an update.
create or replace view syncline.ops as
  select l.seq as server_seq, l.model as entity, l.id as entity_id,
    case l.action when 'create' then 'CREATE' when 'delete' then 'DELETE' else 'UPDATE' end as type,
    l.fields as data, l.device as client_id, l.actor as user_id, l.at
  from syncline.log as l
  where l.action in ('create', 'update', 'delete', 'enter') and l.model not like '@%'
    and not exists (
      select from syncline.log as earlier
      where earlier.model = l.model and earlier.id = l.id and earlier.version = l.version and earlier.xid = l.xid
        and earlier.action in ('create', 'update', 'delete', 'enter') and earlier.seq < l.seq);

grant usage on schema syncline to public;
`
