/** The log on PGlite: one connection for everybody, and the same promises. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/postgres/database.ts'
import { pglite } from '../../src/postgres/drivers/pglite.ts'
import { catchUp } from '../../src/postgres/log/catch-up.ts'
import { LOG_TABLES_SQL } from '../../src/postgres/log/log-tables.ts'
import { pruneLog } from '../../src/postgres/log/prune.ts'
import { LOG_CHANGE_SQL, watchLog } from './log-fixture.ts'

let database: Database
beforeAll(async () => {
  database = pglite('memory://')
  await database.query(LOG_TABLES_SQL)
  await database.query(LOG_CHANGE_SQL)
})
afterAll(() => database.close())

const write = (id: string) => database.query(`select log_change('Room:1', '${id}', 1)`)

test('L2: changes of this process reach the tail at once and once, without a poll', async () => {
  const watched = await watchLog(database, { pollMs: 60_000 })

  for (let count = 0; count < 100; count++) await write(`${count}`)
  await watched.until(() => watched.rows().length >= 100)

  expect(watched.rows().map(({ id }) => Number(id))).toEqual(Array.from({ length: 100 }, (_, n) => n))
  expect(watched.tail.hasPeers).toBe(false)
  await watched.tail.close()
})

test('L4: a restarted tail continues a cursor, from memory and from the table alike', async () => {
  const first = await watchLog(database)
  await write('seen')
  await first.until(() => first.rows().length === 1)
  const cursor = { snapshot: first.tail.position, history: first.tail.history }
  await first.tail.close()
  await write('missed')

  const { tail } = await watchLog(database)
  const request = { rooms: ['Room:1'], cursor, upTo: tail.position }

  expect(await catchUp(database, request)).toMatchObject({ rows: [{ id: 'missed' }] })
  expect(await catchUp(database, request, tail)).toMatchObject({ rows: [{ id: 'missed' }] })
  expect(await pruneLog(database)).toEqual({ floor: 0, partitions: [] })
  await tail.close()
})
