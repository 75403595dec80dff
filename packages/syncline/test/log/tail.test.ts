import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { isoTime } from '../../src/postgres/log/change-row.ts'
import { isVisible } from '../../src/postgres/log/cursor.ts'
import { createLogDatabase, type LogDatabase, watchLog } from './log-fixture.ts'

describe.each(Object.entries(inject('servers')))('on PostgreSQL %s', (_major, url) => {
  let log: LogDatabase
  beforeAll(async () => {
    log = await createLogDatabase(url)
  })
  afterAll(() => log.drop())

  test('a change written with psql reaches a sleeping tail at once', async () => {
    const watched = await watchLog(log.database, { pollMs: 60_000 })

    await log.query(`select log_change('Production:1', 'a', 2, '{"name": "x"}')`)
    await watched.until(() => watched.rows().length === 1)

    expect(watched.rows()[0]).toMatchObject({
      room: 'Production:1',
      id: 'a',
      version: 2,
      fields: '{"name": "x"}',
    })
    expect(isoTime(watched.rows()[0]?.at ?? '')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    await watched.tail.close()
  })

  test('reached resolves after the batch with that transaction', async () => {
    const watched = await watchLog(log.database, { pollMs: 60_000 })

    const [row] = await log.query<{ xid: string }>(
      `with logged as materialized (select log_change('Production:1', 'a', 3)) select pg_current_xact_id()::text as xid from logged`,
    )
    await watched.tail.reached([row!.xid])

    expect(watched.rows().map(({ xid }) => xid)).toContain(row!.xid)
    expect(isVisible(row!.xid, watched.tail.position)).toBe(true)
    await watched.tail.close()
  })
})
