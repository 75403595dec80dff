/**
 * The tables of apply, as SQL that a person can read and a migration tool can own.
 *
 *   syncline.devices       how far each device has come (W2): numbers below `last_op` are repeats
 *   syncline.rejections    refused ops, kept until their device has said that it read them (W3)
 *   syncline.conflicts     values that were overwritten, or did not win, unseen; one entry per author (W3)
 *   syncline.idempotency   answers to REST writes that carried an Idempotency-Key (W2)
 */

/** Makes the tables where they are missing; running it again changes nothing. */
export const APPLY_TABLES_SQL = `-- One row per device, rewritten by every push: room on its page keeps the new version beside the old one.
create table if not exists syncline.devices (
  device      text        primary key,
  user_id     text        not null,
  last_op     bigint      not null default 0,
  last_key    text,
  recent_keys integer[]   not null default '{}',
  xid         xid8        not null default pg_current_xact_id(),
  seen_at     timestamptz not null default clock_timestamp()
) with (fillfactor = 50);

create table if not exists syncline.rejections (
  device  text        not null,
  n       bigint      not null,
  code    text        not null,
  message text        not null,
  model   text        not null,
  id      text        not null,
  field   text,
  tx      bigint,
  at      timestamptz not null default clock_timestamp(),
  primary key (device, n)
);

create table if not exists syncline.conflicts (
  id      uuid        primary key default gen_random_uuid(),
  user_id text        not null,
  model   text        not null,
  record  text        not null,
  field   text        not null,
  mine    jsonb,
  theirs  jsonb,
  base    integer,
  by      text,
  at      timestamptz not null,
  version integer     not null,
  outcome text        not null,
  seen_at timestamptz
);
create index if not exists conflicts_unseen on syncline.conflicts (user_id, at) where seen_at is null;

create table if not exists syncline.idempotency (
  user_id text        not null,
  key     text        not null,
  outcome jsonb,
  at      timestamptz not null default clock_timestamp(),
  request text,
  primary key (user_id, key)
);
alter table syncline.idempotency add column if not exists request text;
create index if not exists idempotency_at on syncline.idempotency (at);
`
