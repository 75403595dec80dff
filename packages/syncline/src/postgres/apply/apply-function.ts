/**
 * The functions of apply that every database has; `migrate` creates them. What depends on the application's access
 * rules is made on the writer's own connection (`shape-function.ts`).
 *
 *   W1, W2  `advance` moves device rows in the transaction of their ops, and only from where the caller believes them
 *   W3      `keep_conflict` keeps what was overwritten unseen, and `keep_lost` what was written to a deleted record, for both
 *           authors; the log tells that there is an entry
 *
 * A function that answers otherwise than before gets another name: the old one stays for servers of an earlier version,
 * which go on until they are replaced.
 *
 * SQLSTATEs of ours: SL001 a device row is not where it was, SL002 an idempotency key was used before, SL010 an op is
 * refused (the detail says which and why), SL011 an op of a run met another error (the detail says which).
 */

import { WAKE } from '../capture/wake-text.ts'

/** What the log calls a new entry of `syncline.conflicts`; its `fields` say whose it is. */
export const LOGGED_CONFLICT = '@syncline.conflicts'

/** SQLSTATEs that the functions raise. */
export const STALE_DEVICE = 'SL001'
export const KEY_USED = 'SL002'
export const REFUSED_OP = 'SL010'
export const FAILED_OP = 'SL011'

/** Makes or replaces the functions. Several statements without parameters, for one simple query or `psql`. */
export const APPLY_FUNCTIONS_SQL = `-- Moves devices forward, in the order given (sorted, so that two writers cannot deadlock); answers the transaction's id.
create or replace function syncline.advance(
  devices text[], users text[], expected bigint[], last_ops bigint[], last_keys text[], recent text[]
) returns text language plpgsql as $syncline$
begin
  for i in 1 .. cardinality(devices) loop
    update syncline.devices d
       set last_op = last_ops[i], last_key = last_keys[i], recent_keys = recent[i]::integer[],
           xid = pg_current_xact_id(), seen_at = clock_timestamp()
     where d.device = devices[i] and d.user_id = users[i] and d.last_op = expected[i];
    if not found and expected[i] = 0 then
      insert into syncline.devices (device, user_id, last_op, last_key, recent_keys)
      values (devices[i], users[i], last_ops[i], last_keys[i], recent[i]::integer[])
      on conflict do nothing;
    end if;
    if not found then
      raise exception using errcode = '${STALE_DEVICE}', message = 'the device row is not where it was', detail = devices[i];
    end if;
  end loop;
  return pg_current_xact_id()::text;
end
$syncline$;

-- Refuses an op: ends its transaction or sub-block, and tells which op and why.
create or replace function syncline.refuse(op jsonb, code text, details jsonb default '{}') returns void
language plpgsql as $syncline$
begin
  raise exception using errcode = '${REFUSED_OP}', message = code,
    detail = (details || jsonb_build_object('i', op -> 'i', 'code', code))::text;
end
$syncline$;

-- Tells which op of a run met an error; what it means is found out where the op stands alone.
create or replace function syncline.failed(op jsonb, state text) returns void language plpgsql as $syncline$
begin
  raise exception using errcode = '${FAILED_OP}', message = 'an op of the run failed',
    detail = jsonb_build_object('i', op -> 'i', 'state', state)::text;
end
$syncline$;

-- Takes an idempotency key for this transaction; waits for another one that holds it.
create or replace function syncline.claim(op jsonb) returns void language plpgsql as $syncline$
begin
  insert into syncline.idempotency (user_id, key, request) values (op ->> 'a', op ->> 'k', op ->> 'h') on conflict do nothing;
  if not found then
    raise exception using errcode = '${KEY_USED}', message = 'the idempotency key was used before';
  end if;
end
$syncline$;

-- A conflict as it stands on the wire.
create or replace function syncline.conflict_json(c syncline.conflicts) returns jsonb
language sql stable as $syncline$
  select jsonb_strip_nulls(jsonb_build_object('id', c.id, 'base', c.base))
      || jsonb_build_object(
           'model', c.model, 'record', c.record, 'field', c.field, 'mine', c.mine, 'theirs', c.theirs, 'by', c.by,
           'at', to_char(c.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'version', c.version, 'outcome', c.outcome)
$syncline$;

-- Logs a new entry, so that every node tells the devices of its user (in no room: it is nobody else's).
create or replace function syncline.log_conflict(op jsonb, entry syncline.conflicts) returns void
language plpgsql as $syncline$
begin
  insert into syncline.log (model, id, action, fields, version, device, op, actor, source)
  values ('${LOGGED_CONFLICT}', entry.id::text, 'create', jsonb_build_object('user', entry.user_id), 0,
          op ->> 'd', case when op ? 'd' then (op ->> 'n')::bigint end, op ->> 'a', 'app');
${WAKE}
end
$syncline$;

-- A field was changed at version \`written\` above the op's base: keeps an entry for each author, unless this device
-- wrote it or wrote the same. Answers null, or the entry of the op's author.
create or replace function syncline.keep_conflict(
  op jsonb, model text, id text, field text, written integer, mine jsonb, theirs jsonb, outcome text
) returns jsonb language plpgsql as $syncline$
#variable_conflict use_variable
declare
  author record;
  entry syncline.conflicts;
  other syncline.conflicts;
begin
  if coalesce(mine, 'null') = coalesce(theirs, 'null') then return null; end if;
  select l.device, l.actor, l.at into author
    from syncline.log l where l.model = model and l.id = id and l.version = written limit 1;
  if author.device = op ->> 'd' then return null; end if;
  if op ->> 'd' is null and author.device is null and author.actor = op ->> 'a' then return null; end if;
  insert into syncline.conflicts (user_id, model, record, field, mine, theirs, base, by, at, version, outcome)
  values (op ->> 'a', model, id, field, mine, theirs, (op ->> 'b')::integer, author.actor,
          coalesce(author.at, clock_timestamp()), written, outcome)
  returning * into entry;
  perform syncline.log_conflict(op, entry);
  if author.actor <> op ->> 'a' then
    insert into syncline.conflicts (user_id, model, record, field, mine, theirs, by, at, version, outcome)
    values (author.actor, model, id, field, theirs, mine, op ->> 'a', clock_timestamp(), written,
            case outcome when 'won' then 'lost' when 'lost' then 'won' else outcome end)
    returning * into other;
    perform syncline.log_conflict(op, other);
  end if;
  return syncline.conflict_json(entry);
end
$syncline$;

-- What an op wrote to a record that had been deleted: one entry per field for its author, and one for who deleted it.
-- Answers those of the author, or null when there are none.
create or replace function syncline.keep_lost(op jsonb, model text, id text, deletion jsonb) returns jsonb
language plpgsql as $syncline$
#variable_conflict use_variable
declare
  field record;
  entry syncline.conflicts;
  entries jsonb;
begin
  for field in select f.key as name, f.value from jsonb_each(op -> 'f') f loop
    insert into syncline.conflicts (user_id, model, record, field, mine, base, by, at, version, outcome)
    values (op ->> 'a', model, id, field.name, field.value, (op ->> 'b')::integer, deletion ->> 'by',
            (deletion ->> 'at')::timestamptz, (deletion ->> 'version')::integer, 'lost')
    returning * into entry;
    perform syncline.log_conflict(op, entry);
    entries := coalesce(entries, '[]') || syncline.conflict_json(entry);
    if deletion ->> 'by' <> op ->> 'a' then
      insert into syncline.conflicts (user_id, model, record, field, theirs, by, at, version, outcome)
      values (deletion ->> 'by', model, id, field.name, field.value, op ->> 'a', clock_timestamp(),
              (deletion ->> 'version')::integer, 'won')
      returning * into entry;
      perform syncline.log_conflict(op, entry);
    end if;
  end loop;
  return entries;
end
$syncline$;

-- What others have changed in a record since the op's base, for a delete that must not hit it: one conflict per field,
-- or null when nobody has.
create or replace function syncline.keep_changed_since(op jsonb, model text, id text) returns jsonb
language plpgsql as $syncline$
#variable_conflict use_variable
declare
  change record;
  conflict jsonb;
  conflicts jsonb;
begin
  for change in
    select distinct on (l.version, f.key) l.version, f.key as field, f.value
      from syncline.log l cross join lateral jsonb_each(l.fields) f
     where l.model = model and l.id = id and l.version > (op ->> 'b')::integer
       -- A record that entered a room is logged whole: only what has its version was changed with it.
       and (l.action in ('create', 'update')
            or l.action = 'enter' and coalesce((l.field_versions ->> f.key)::integer, l.version) = l.version)
     order by l.version, f.key
  loop
    conflict := syncline.keep_conflict(op, model, id, change.field, change.version, null, change.value, 'lost');
    if conflict is not null then conflicts := coalesce(conflicts, '[]') || conflict; end if;
  end loop;
  return conflicts;
end
$syncline$;
`
