/** L5 with transactions of every size: one batch, whole, or the word that a room is loaded again. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createLogDatabase, type LogDatabase, watchLog } from './log-fixture.ts'

const LOG_MANY_SQL = `create function log_many(room text, count int) returns void language sql as $$
  insert into syncline.log (room, model, id, action, version, fields)
  select room, 'entry', coalesce(room, 'none-') || n, 'create', 1, jsonb_build_object('amount', case when n % 2 = 0 then 1 else -1 end)
  from generate_series(1, count) n $$`

describe.each(Object.entries(inject('servers')))('on PostgreSQL %s', (_major, url) => {
  let log: LogDatabase
  beforeAll(async () => {
    log = await createLogDatabase(url)
    await log.query(LOG_MANY_SQL)
  })
  afterAll(() => log.drop())

  test('L5: transactions of 2,000 rows in 3 rooms, whose amounts add up to 0, arrive in one batch each', async () => {
    const watched = await watchLog(log.database)
    const writers = await Promise.all([1, 2, 3, 4].map(() => log.connect()))

    await Promise.all(
      writers.map(async (client, writer) => {
        for (let count = 0; count < 3; count++) {
          await client.query('begin')
          for (const room of ['a', 'b', 'c']) {
            await client.query('select log_many($1, 668)', [`${writer}${count}${room}`])
            await new Promise((resolve) => setTimeout(resolve, 3))
          }
          await client.query('commit')
        }
      }),
    )
    await watched.until(() => watched.rows().length === 4 * 3 * 3 * 668)

    for (const { rows } of watched.batches) {
      const amounts = rows.map(({ fields }) => (JSON.parse(fields as string) as { amount: number }).amount)
      expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBe(0)
      expect(rows.length % 2_004).toBe(0)
    }
    await watched.tail.close()
  })

  test('L5: 19,000 changes of one transaction arrive in order, in one batch', async () => {
    const watched = await watchLog(log.database)

    await log.query(`select log_many('big', 19000)`)
    await watched.until(() => watched.rows().length > 0)

    expect(watched.batches).toHaveLength(1)
    expect(watched.rows().map(({ id }) => id)).toEqual(
      Array.from({ length: 19_000 }, (_, n) => `big${n + 1}`),
    )
    await watched.tail.close()
  })

  test('a room with more than 20,000 changes overflows; its neighbours of the same transaction arrive', async () => {
    const watched = await watchLog(log.database)

    await log.query(`select log_many('huge', 20001), log_many('small', 10)`)
    await watched.until(() => watched.batches.length > 0)
    await log.query(`select log_many('after', 1)`)
    await watched.until(() => watched.batches.length > 1)

    expect([...(watched.batches[0]?.overflowing ?? [])]).toEqual(['huge'])
    expect(watched.rows().map(({ room }) => room)).toEqual([...Array(10).fill('small'), 'after'])
    // What was left out is still part of what a cursor saw.
    expect(watched.tail.history).toBe(watched.tail.historyAt(watched.tail.position))
    await watched.tail.close()
  })

  test('changes of no room overflow as the room without a name', async () => {
    const watched = await watchLog(log.database)

    await log.query('select log_many(null, 20001)')
    await watched.until(() => watched.batches.length > 0)

    expect([...(watched.batches[0]?.overflowing ?? [])]).toEqual([''])
    await watched.tail.close()
  })

  test('what a writer reads along with its commit is handed on once', async () => {
    const watched = await watchLog(log.database, { pollMs: 60_000 })
    const writer = await log.database.connect('writer')

    for (let count = 0; count < 50; count++) {
      const along = watched.tail.readAlong()
      const answers = await writer.pipeline([
        { text: 'begin' },
        { text: `set local syncline.wake = 'never'` },
        { text: `select log_many('along-${count}', 2)` },
        { text: 'commit' },
        along.statement,
      ])
      along.handOver(answers.at(-1) ?? [])
      if (count % 5 === 0) await log.query(`select log_change('other', '${count}', 1)`)
    }
    await watched.until(() => watched.rows().length === 50 * 2 + 10)

    const along = watched.rows().filter(({ room }) => room !== 'other')
    expect(along.map(({ room }) => room)).toEqual(
      Array.from({ length: 100 }, (_, n) => `along-${Math.floor(n / 2)}`),
    )
    await watched.tail.close()
    await writer.close()
  })
})
