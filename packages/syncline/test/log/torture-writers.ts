/**
 * Writers that do everything a transaction can do: savepoints, rollbacks, pauses, prepared transactions, on records
 * that they fight for. Every change they log has a number of its own (`op`), and a record's versions rise by one.
 */
import type pg from 'pg'
import { WAKE_SNIPPET } from '../../src/postgres/log/wake.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import type { TestDatabase } from '../../src/testing/test-database.ts'

export const TORTURE_TABLES_SQL = `
create table record (n integer primary key, id text not null, version integer not null default 1);
insert into record select n, 'record-' || n from generate_series(1, 5000) n;
create sequence op;
create function touch(first int, count int) returns void language plpgsql as $$
declare touched record;
begin
  for touched in
    update record set version = version + 1
    where n in (select n from record where n between first and first + count - 1 order by n for update)
    returning id, version
  loop
    insert into syncline.log (room, model, id, action, version, op)
    values ('Room:' || length(touched.id), 'record', touched.id, 'update', touched.version, nextval('op'));
  end loop;
  ${WAKE_SNIPPET}
end $$;`

export interface TortureOptions {
  readonly writers: number
  /** The writers stop when so many changes are committed. */
  readonly changes: number
  readonly seed: number
  /** Needs a server with `max_prepared_transactions`. */
  readonly usePrepared: boolean
}

/** Runs the writers to their end; returns how many changes were committed. */
export async function torture(database: TestDatabase, options: TortureOptions): Promise<number> {
  const total = { committed: 0 }
  const work = Array.from({ length: options.writers }, async (_, writer) => {
    const client = await database.connect()
    const random = seededRandom(options.seed * 1_000 + writer)
    let count = 0
    while (total.committed < options.changes) {
      const logged = await transaction(client, random, `${writer}-${count++}`, options.usePrepared)
      total.committed += logged
    }
    await client.end()
  })
  await Promise.all(work)
  return total.committed
}

async function transaction(
  client: pg.Client,
  random: () => number,
  name: string,
  usePrepared: boolean,
): Promise<number> {
  await client.query('begin')
  const records = ascendingRecords(random)
  let logged = await touch(client, records)
  if (random() < 0.3) logged += await savepoint(client, records, random() < 0.5)
  if (random() < 0.3) await pause(random() * 25)
  if (random() < 0.3) logged += await touch(client, records)
  const end = random() < 0.1 ? 'rollback' : 'commit'
  if (usePrepared && random() < 0.2) {
    await client.query(`prepare transaction '${name}'`)
    await pause(random() * 25)
    await client.query(`${end} prepared '${name}'`)
  } else await client.query(end)
  return end === 'commit' ? logged : 0
}

async function savepoint(client: pg.Client, records: Records, isKept: boolean): Promise<number> {
  await client.query('savepoint inner_work')
  const logged = await touch(client, records)
  await client.query(isKept ? 'release savepoint inner_work' : 'rollback to savepoint inner_work')
  return isKept ? logged : 0
}

type Records = () => { first: number; count: number }

/** Runs of records, each above the last, so that writers wait for each other but never in a circle. */
function ascendingRecords(random: () => number): Records {
  let above = Math.floor(random() * 4_000)
  return () => {
    const first = above + 1 + Math.floor(random() * 300)
    const count = 1 + Math.floor(random() * 15)
    above = first + count
    return { first, count }
  }
}

async function touch(client: pg.Client, records: Records): Promise<number> {
  const { first, count } = records()
  await client.query({ name: 'touch', text: 'select touch($1, $2)', values: [first, count] })
  return count
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
