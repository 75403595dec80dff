/** How long a statement may take on the server. */
import { afterEach, describe, expect, inject, test } from 'vitest'
import type { Database } from '../../src/postgres/database.ts'
import { postgres, type PostgresOptions } from '../../src/postgres/drivers/postgres.ts'
import { atOneSnapshot } from '../../src/postgres/log/one-snapshot.ts'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'

const servers = inject('servers')
const LIMIT = "select current_setting('statement_timeout') as is"

describe.each(Object.keys(servers))('on PostgreSQL %s', (major) => {
  let server: TestDatabase
  let database: Database
  const open = async (options: PostgresOptions, parameters = '') => {
    server = await createTestDatabase(servers[major] as string)
    database = postgres(server.url + parameters, options)
  }
  const limitOf = async (asked: Pick<Database, 'query'>) => (await asked.query<{ is: string }>(LIMIT))[0]?.is
  afterEach(async () => {
    await database.close()
    await server.drop()
  })

  test('W4: a statement that never ends is ended, says why, and gives its connection back', async () => {
    await open({ poolSize: 1, statementTimeoutMs: 200 })

    const endless = database.query('select pg_sleep(600)')
    const next = database.query('select 1 as one')

    await expect(endless).rejects.toMatchObject({
      code: '57014',
      message: expect.stringContaining('`statementTimeoutMs` of `postgres(…)`'),
    })
    expect(await next).toEqual([{ one: 1 }])
  })

  test('single statements, owned connections and reads that ask rules have a limit; other transactions have none', async () => {
    await open({})
    await server.query('create schema syncline; create table syncline.log ()')
    const writer = await database.connect('writer')
    const tail = await database.connect('tail', { statement_timeout: '0' })

    const limits = {
      statement: await limitOf(database),
      writer: await limitOf(writer),
      tail: await limitOf(tail),
      transaction: await database.transaction(limitOf),
      reading: await atOneSnapshot(database, limitOf),
      afterwards: await limitOf(database),
    }

    await writer.close()
    await tail.close()
    expect(limits).toEqual({
      statement: '30s',
      writer: '30s',
      tail: '0',
      transaction: '0',
      reading: '30s',
      afterwards: '30s',
    })
  })

  test('a limit of the connection string is somebody’s choice, and 0 sets none', async () => {
    await open({ statementTimeoutMs: 200 }, '?options=-c%20statement_timeout%3D5s')
    const unlimited = postgres(server.url, { statementTimeoutMs: 0 })

    expect(await limitOf(database)).toBe('5s')
    expect(await database.transaction(limitOf)).toBe('5s')
    expect(await limitOf(unlimited)).toBe('0')

    await unlimited.close()
  })
})
