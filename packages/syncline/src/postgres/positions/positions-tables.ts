/**
 * Where devices stand that know a place in the log as a number (`GET /sync/pull?since=…`).
 *
 *   syncline.positions   per user and device, the sealed cursor of each channel behind each number it was given
 *
 * The numbers count the pulls of one device and tell nothing about anybody else's writes.
 */

/** Makes the table where it is missing; running it again changes nothing. */
export const POSITIONS_TABLES_SQL = `create table if not exists syncline.positions (
  user_id    text        not null,
  device     text        not null,
  server_seq bigint      not null,
  cursors    jsonb       not null,
  at         timestamptz not null default clock_timestamp(),
  primary key (user_id, device, server_seq)
);
`
