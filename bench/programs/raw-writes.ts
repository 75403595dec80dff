/**
 * References of G6: one connection that commits groups of updates, and nothing else.
 *
 * `logged` does the same durable work as Syncline with the fewest statements there are: the row, its version, and an
 * entry in a log that a room's readers can find. `bare` writes the row alone.
 */
import pg from 'pg'
import { serve } from '../harness/child.ts'

const GROUP = 500
const RECORDS = 10_000
const ROOMS = 100
let client: pg.Client | undefined

const TABLES = `
create table if not exists raw_writes (
  id text primary key, room text not null, name text not null, zoom integer not null default 0, version integer not null default 1
);
create table if not exists raw_log (
  seq bigint generated always as identity primary key, at timestamptz not null default clock_timestamp(),
  room text not null, id text not null, fields jsonb not null, before jsonb not null, version integer not null,
  device text not null, op bigint not null, actor text not null
);
create index if not exists raw_log_room on raw_log (room, seq);
insert into raw_writes (id, room, name)
select 'camera-' || n, 'Production:production-' || (1 + n / ${RECORDS / ROOMS}), 'Camera ' || n
  from generate_series(1, ${RECORDS}) n on conflict do nothing;
`

const NEW = 'unnest($1::text[], $2::text[]) u(id, name)'

const STATEMENTS = {
  bare: `update raw_writes r set name = u.name from ${NEW} where r.id = u.id`,
  logged: `with written as (
    update raw_writes r set name = u.name, version = r.version + 1
      from ${NEW} join raw_writes o on o.id = u.id where r.id = u.id
    returning r.id, r.room, r.name, o.name as before, r.version
  )
  insert into raw_log (room, id, fields, before, version, device, op, actor)
  select room, id, jsonb_build_object('name', name), jsonb_build_object('name', before), version, 'device-1', version, 'user-1' from written`,
} as const

async function connect(url: string): Promise<pg.Client> {
  const opened = new pg.Client(url)
  await opened.connect()
  await opened.query(TABLES)
  return opened
}

/** Writes for `forMs`; returns rows per second. */
async function measure(url: string, kind: keyof typeof STATEMENTS, forMs: number): Promise<number> {
  client ??= await connect(url)
  const start = performance.now()
  let written = 0
  while (performance.now() - start < forMs) {
    const ids = Array.from({ length: GROUP }, (_, n) => `camera-${((written + n) % RECORDS) + 1}`)
    const names = ids.map((_, n) => `Camera ${written + n}`)
    await client.query({ name: kind, text: STATEMENTS[kind], values: [ids, names] })
    written += GROUP
  }
  return written / ((performance.now() - start) / 1000)
}

serve(({ url, kind, forMs }: { url: string; kind: keyof typeof STATEMENTS; forMs: number }) =>
  measure(url, kind, forMs),
)
