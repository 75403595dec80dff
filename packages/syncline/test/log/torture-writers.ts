/**
 * Writers that do everything a transaction can do: savepoints, rollbacks, pauses, prepared transactions, on records
 * that they fight for. The table is captured as any other; every change writes a number of its own (`touch`), by which
 * the writers themselves know what they have committed.
 */
import type pg from 'pg'
import type { LogRow } from '../../src/postgres/log-row.ts'
import { defineSchema, integer, model, reference, room, text } from '../../src/schema/index.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import type { TestDatabase } from '../../src/testing/test-database.ts'

export const tortureSchema = defineSchema({
  models: {
    group: model('groups', { name: text() }),
    record: model('records', { groupId: reference('group'), place: integer(), touch: integer().default(0) }),
  },
  rooms: { group: room({ record: 'groupId' }) },
})

/** For a migrated database. */
export const TORTURE_ROWS_SQL = `
insert into groups (id, name) select n, 'Group' from generate_series(1, 7) n;
insert into records (id, group_id, place) select 'record-' || n, 1 + n % 7, n from generate_series(1, 5000) n;
create index on records (place);
create sequence touches;
create function touch(first int, count int) returns setof int language plpgsql as $$ begin
  perform from records where place between first and first + count - 1 order by place for update;
  return query update records set touch = nextval('touches')
    where place between first and first + count - 1 returning touch;
end $$;
truncate syncline.log;`

/** The number that a change wrote. */
export const touchOf = ({ fields }: LogRow) => (JSON.parse(fields as string) as { touch: number }).touch

export interface TortureOptions {
  readonly writers: number
  /** The writers stop when so many changes are committed. */
  readonly changes: number
  readonly seed: number
  /** Needs a server with `max_prepared_transactions`. */
  readonly usePrepared: boolean
}

/** Runs the writers to their end; returns the touches that were committed, as the writers know them. */
export async function torture(database: TestDatabase, options: TortureOptions): Promise<Set<number>> {
  const committed = new Set<number>()
  const work = Array.from({ length: options.writers }, async (_, writer) => {
    const client = await database.connect()
    const random = seededRandom(options.seed * 1_000 + writer)
    let count = 0
    while (committed.size < options.changes) {
      const touches = await transaction(client, random, `${writer}-${count++}`, options.usePrepared)
      for (const touch of touches) committed.add(touch)
    }
    await client.end()
  })
  await Promise.all(work)
  return committed
}

async function transaction(
  client: pg.Client,
  random: () => number,
  name: string,
  usePrepared: boolean,
): Promise<readonly number[]> {
  await client.query('begin')
  const records = ascendingRecords(random)
  const touches = await touch(client, records)
  if (random() < 0.3) touches.push(...(await savepoint(client, records, random() < 0.5)))
  if (random() < 0.3) await pause(random() * 25)
  if (random() < 0.3) touches.push(...(await touch(client, records)))
  const end = random() < 0.1 ? 'rollback' : 'commit'
  if (usePrepared && random() < 0.2) {
    await client.query(`prepare transaction '${name}'`)
    await pause(random() * 25)
    await client.query(`${end} prepared '${name}'`)
  } else await client.query(end)
  return end === 'commit' ? touches : []
}

async function savepoint(client: pg.Client, records: Records, isKept: boolean): Promise<number[]> {
  await client.query('savepoint inner_work')
  const touches = await touch(client, records)
  await client.query(isKept ? 'release savepoint inner_work' : 'rollback to savepoint inner_work')
  return isKept ? touches : []
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

async function touch(client: pg.Client, records: Records): Promise<number[]> {
  const { first, count } = records()
  const { rows } = await client.query<{ touch: number }>({
    name: 'touch',
    text: 'select touch($1, $2) as touch',
    values: [first, count],
  })
  return rows.map((row) => row.touch)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
