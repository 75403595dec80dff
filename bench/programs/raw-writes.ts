/** Reference of G6: one connection that commits one set-based INSERT or UPDATE per group, and nothing else. */
import pg from 'pg'
import { serve } from '../harness/child.ts'

const GROUP = 500
let client: pg.Client | undefined

async function connect(url: string): Promise<pg.Client> {
  const opened = new pg.Client(url)
  await opened.connect()
  await opened.query('create table if not exists raw_writes (id text primary key, name text, zoom integer)')
  await opened.query(
    `insert into raw_writes select 'r' || n, 'Camera', 0 from generate_series(1, 10000) n on conflict do nothing`,
  )
  return opened
}

/** Updates rows of a table for `forMs`; returns rows per second. */
async function measure(url: string, forMs: number): Promise<number> {
  client ??= await connect(url)
  const start = performance.now()
  let written = 0
  while (performance.now() - start < forMs) {
    const ids = Array.from({ length: GROUP }, (_, n) => `r${((written + n) % 10_000) + 1}`)
    await client.query({
      name: 'update',
      text: 'update raw_writes r set name = u.name from unnest($1::text[], $2::text[]) u(id, name) where r.id = u.id',
      values: [ids, ids.map((_, n) => `Camera ${written + n}`)],
    })
    written += GROUP
  }
  return written / ((performance.now() - start) / 1000)
}

serve(({ url, forMs }: { url: string; forMs: number }) => measure(url, forMs))
