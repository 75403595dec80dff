/**
 * The tables of the log, as SQL that a person can read and a migration tool can own.
 *
 *   syncline.log              one row per change and room, in partitions that follow one another
 *   syncline.history          one row each time a tail connects: tells one life of the database from another (L4)
 *   syncline.retention        one row: everything below its transaction has been pruned (L4)
 *
 * A partition holds a range of transaction ids. Those rise with time, so pruning drops whole partitions as it would
 * with ranges of time; but a read by `xid` then touches the one or two partitions it needs, and the bound of a dropped
 * partition is the retention floor itself. What lies in no range yet goes to the default partition, so that no writer
 * ever fails for want of a partition (`partitions.ts` makes them ahead).
 */

/** Transaction ids of the first partition after the one that takes everything older. */
const FIRST_PARTITION_WIDTH = 1_000_000

/**
 * Makes the schema and its log tables where they are missing; running it again changes nothing.
 * Several statements without parameters, for one simple query or `psql`.
 */
export const LOG_TABLES_SQL = `create schema if not exists syncline;

-- For order inside a batch only. Cached numbers would break the order of one record's changes.
create sequence if not exists syncline.log_seq as bigint cache 1;

create table if not exists syncline.log (
  seq            bigint      not null default nextval('syncline.log_seq'),
  xid            xid8        not null default pg_current_xact_id(),
  at             timestamptz not null default clock_timestamp(),
  room           text,
  model          text        not null,
  id             text        not null,
  action         text        not null,
  fields         jsonb,
  before         jsonb,
  version        integer     not null default 1,
  field_versions jsonb,
  marks          jsonb,
  device         text,
  op             bigint,
  actor          text,
  source         text        not null default session_user,
  conflict       jsonb
) partition by range (xid);

create index if not exists log_xid on syncline.log (xid, seq);
create index if not exists log_room_xid on syncline.log (room, xid);
create index if not exists log_record on syncline.log (model, id, version);

create table if not exists syncline.log_default partition of syncline.log default;

create table if not exists syncline.history (
  id  uuid        primary key default gen_random_uuid(),
  xid xid8        not null default pg_current_xact_id(),
  at  timestamptz not null default clock_timestamp()
);
create index if not exists history_xid on syncline.history (xid);

create table if not exists syncline.retention (
  only_row boolean primary key default true check (only_row),
  floor    xid8 not null default '0'
);
insert into syncline.retention default values on conflict do nothing;

do $$
declare
  width constant bigint := ${FIRST_PARTITION_WIDTH};
  first_end bigint;
begin
  if (select count(*) from pg_inherits where inhparent = 'syncline.log'::regclass) > 1 then
    return;
  end if;
  first_end := (pg_snapshot_xmax(pg_current_snapshot())::text::bigint / width + 1) * width;
  execute format('create table syncline.log_%s partition of syncline.log for values from (minvalue) to (%L)', 0, first_end);
  execute format('create table syncline.log_%s partition of syncline.log for values from (%L) to (%L)', first_end, first_end, first_end + width);
end $$;
`
