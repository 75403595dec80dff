/** Writers who change, add, remove and move records of all levels at the same time, as applications do. */
import type pg from 'pg'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import type { TestDatabase } from '../../src/testing/test-database.ts'

export const CREW_SQL = `
insert into productions (id, name) select 'p' || n, 'Production ' || n from generate_series(1, 4) n;
insert into cameras (id, production_id, name) select 'c' || n, 'p' || 1 + n % 4, 'Camera ' || n from generate_series(1, 40) n;
insert into photos (id, camera_id, caption) select 'f' || n, 'c' || 1 + n % 40, 'Photo ' || n from generate_series(1, 200) n;
insert into comments (id, photo_id, body) select 'k' || n, 'f' || 1 + n % 200, 'Comment ' || n from generate_series(1, 400) n;`

/** What PostgreSQL says to one of two writers who wait for each other, and to a writer whose parent is gone. */
const EXPECTED_ERRORS = new Set(['40P01', '23503', '23505'])

/** Runs until `isDone`; returns how many transactions were committed. */
export async function moveAndWrite(
  database: TestDatabase,
  writers: number,
  seed: number,
  isDone: () => boolean,
): Promise<number> {
  let committed = 0
  const work = Array.from({ length: writers }, async (_, writer) => {
    const client = await database.connect()
    const random = seededRandom(seed * 1_000 + writer)
    while (!isDone()) if (await transaction(client, random)) committed++
    await client.end()
  })
  await Promise.all(work)
  return committed
}

async function transaction(client: pg.Client, random: () => number): Promise<boolean> {
  await client.query('begin')
  try {
    const steps = 1 + Math.floor(random() * 4)
    for (let step = 0; step < steps; step++) {
      await client.query('savepoint step')
      await client.query(statement(random))
      if (random() < 0.15) await client.query('rollback to savepoint step')
      if (random() < 0.2) await new Promise((resolve) => setTimeout(resolve, random() * 10))
    }
    const end = random() < 0.1 ? 'rollback' : 'commit'
    await client.query(end)
    return end === 'commit'
  } catch (error) {
    if (!EXPECTED_ERRORS.has((error as { code: string }).code)) throw error
    await client.query('rollback')
    return false
  }
}

function statement(random: () => number): string {
  const one = (prefix: string, count: number) => `'${prefix}${1 + Math.floor(random() * count)}'`
  const kinds: (() => string)[] = [
    () => `update cameras set production_id = ${one('p', 4)} where id = ${one('c', 40)}`,
    () => `update photos set camera_id = ${one('c', 40)} where id = ${one('f', 200)}`,
    () => `update comments set photo_id = ${one('f', 200)} where id = ${one('k', 400)}`,
    () => `update cameras set name = 'Name ${random()}', zoom = zoom + 1 where id = ${one('c', 40)}`,
    () => `update photos set caption = 'Caption ${random()}' where camera_id = ${one('c', 40)}`,
    () => `update comments set body = 'Body ${random()}' where id = ${one('k', 400)}`,
    () =>
      `insert into photos (id, camera_id, caption) values (${one('f', 220)}, ${one('c', 40)}, 'New') on conflict (id) do update set caption = 'Again'`,
    () =>
      `insert into comments (id, photo_id, body) select ${one('k', 450)}, id, 'New' from photos where id = ${one('f', 200)} on conflict (id) do nothing`,
    () => `delete from comments where id = ${one('k', 450)}`,
    () => `delete from photos where id = ${one('f', 220)}`,
  ]
  return (kinds[Math.floor(random() * kinds.length)] as () => string)()
}
