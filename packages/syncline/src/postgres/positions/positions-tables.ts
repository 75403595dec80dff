/**
 * Where devices stand that know a place in the log as a number (`GET /sync/pull?since=…`), and what they hold.
 *
 *   syncline.positions   per user and device, the sealed cursor of each channel behind each number it was given
 *   syncline.given       per user, device and channel, which records came and went with each number
 *
 * The numbers count the pulls of one device and tell nothing about anybody else's writes.
 */

/** Makes the tables where they are missing; running it again changes nothing. */
export const POSITIONS_TABLES_SQL = `create table if not exists syncline.positions (
  user_id    text        not null,
  device     text        not null,
  server_seq bigint      not null,
  cursors    jsonb       not null,
  at         timestamptz not null default clock_timestamp(),
  primary key (user_id, device, server_seq)
);
create index if not exists positions_at on syncline.positions (at);
create table if not exists syncline.given (
  user_id    text    not null,
  device     text    not null,
  channel    text    not null,
  server_seq bigint  not null,
  whole      boolean not null,
  came       json    not null,
  went       json    not null
);
create index if not exists given_device on syncline.given (user_id, device, server_seq);
`
