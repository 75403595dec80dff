/** L3: what is open elsewhere delays no change but its own. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { catchUp } from '../../src/postgres/log/catch-up.ts'
import { startTail } from '../../src/postgres/log/tail.ts'
import { createTestDatabase } from '../../src/testing/test-database.ts'
import { createLogDatabase, type LogDatabase, type WatchedTail, watchLog } from './log-fixture.ts'

/** A change that waits for an open transaction waits for ever; one that waits for the poll waits ten minutes. */
const SOON_MS = 50_000
const POLL_MS = 600_000

describe.each(Object.entries(inject('servers')))('on PostgreSQL %s', (_major, url) => {
  let log: LogDatabase
  let watched: WatchedTail
  let count = 0
  beforeAll(async () => {
    log = await createLogDatabase(url)
    watched = await watchLog(log.database, { pollMs: POLL_MS })
  })
  afterAll(async () => {
    await watched.tail.close()
    await log.drop()
  })

  /** Writes a change as another program would, and waits until the tail has handed it on. */
  async function expectSoon(times: number): Promise<void> {
    for (let written = 0; written < times; written++) {
      const id = `soon-${count++}`
      await log.query(`select log_change('Room:1', '${id}', 1)`)
      await watched.until(() => watched.rows().some((row) => row.id === id), SOON_MS)
    }
  }

  test('L3: an open transaction delays no change but its own', async () => {
    const slow = await log.connect()
    await slow.query(`begin; select log_change('Room:1', 'slow', 1)`)

    await expectSoon(20)

    expect(watched.rows().some(({ id }) => id === 'slow')).toBe(false)
    await slow.query('commit')
    await watched.until(() => watched.rows().some(({ id }) => id === 'slow'), SOON_MS)
  })

  test('L3: an open transaction in another database of the cluster delays nothing', async () => {
    const other = await createTestDatabase(url)
    const slow = await other.connect()
    await slow.query('begin; create table kept_open (); select pg_current_xact_id()')

    await expectSoon(20)

    await slow.query('rollback')
    await other.drop()
  })

  test('L3: an open transaction with a million log rows delays nobody, and then arrives as one word', async () => {
    const slow = await log.connect()
    const before = { snapshot: watched.tail.position, history: watched.tail.history }
    await slow.query('begin; set local synchronous_commit = off')
    await slow.query(
      `insert into syncline.log (room, model, id, action) select 'Room:9', 'camera', '', 'update' from generate_series(1, 1000000)`,
    )

    await slow.query(`select log_change('Room:9', 'last', 1)`)

    await expectSoon(20)
    const upTo = watched.tail.position
    const caughtUp = await catchUp(log.database, { rooms: ['Room:1', 'Room:9'], cursor: before, upTo })
    const restarted = await startTail(log.database, {}, () => {})

    expect('rows' in caughtUp && caughtUp.rows.length).toBe(20)
    await restarted.close()

    await slow.query('commit')
    await watched.until(() => watched.batches.some(({ overflowing }) => overflowing.has('Room:9')), SOON_MS)
    await expectSoon(1)
    expect(watched.rows().some(({ room }) => room === 'Room:9')).toBe(false)
    const missed = await catchUp(log.database, {
      rooms: ['Room:9'],
      cursor: before,
      upTo: watched.tail.position,
    })
    expect(missed).toEqual({ refused: 'large' })
  }, 300_000)
})
