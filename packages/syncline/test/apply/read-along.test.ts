/** Lone updates that tell the tail what they have logged, among everything else that may write to a database meanwhile. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createWriter } from '../../src/postgres/apply/writer.ts'
import type { Connection } from '../../src/postgres/database.ts'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import { watchLog } from '../log/log-fixture.ts'
import { ana, camera, type Crew, openCrew, rules, schema, TestDevice, update } from './crew.ts'
import { watched } from './watched-database.ts'

const LONE_WRITES = 400

describe.each(Object.entries(inject('servers')))('on PostgreSQL %s', (_major, server) => {
  let plain: TestDatabase
  let crew: Crew

  beforeAll(async () => {
    plain = await createTestDatabase(server)
    crew = await openCrew(plain.url)
  })
  afterAll(async () => {
    await crew.close()
    await plain.drop()
  })

  /** A writer whose lone ops take the tail's read along, as a server's does. */
  const open = async () => {
    const log = await watchLog(crew.database, { pollMs: 60_000 })
    const { tail } = log
    const { database, sent } = watched(crew.database)
    const writer = await createWriter(database, schema, rules, {
      onError: console.error,
      readAlong: () => tail.readAlong(),
      beginQuiet: () => tail.beginQuiet(),
    })
    const close = async () => {
      await writer.close()
      await tail.close()
    }
    return { log, sent, device: new TestDevice(writer, ana), close }
  }
  const shortReads = (sent: readonly string[][]) =>
    sent.filter((texts) => texts.some((text) => /^select pg_current_snapshot\(\)(?!.*syncline)/s.test(text)))

  test('L1, L2: among commits, rollbacks and open transactions, each change is handed on once, in its order', async () => {
    const { log, sent, device, close } = await open()
    await device.push(...['mine', 'a', 'b', 'c'].map((id) => camera(id)))
    let isOver = false
    const others = await Promise.all(
      ['a', 'b', 'c'].map(async (id, index) => {
        const connection = await crew.database.connect(`other ${id}`)
        return { connection, ended: disturb(connection, id, index, () => isOver) }
      }),
    )

    for (let count = 0; count < LONE_WRITES; count++)
      await device.push(update('camera', 'mine', { name: `name ${count}` }))
    isOver = true
    for (const { connection, ended } of others) {
      await ended
      await connection.close()
    }
    // Alone again, and soon nothing has to be read back.
    sent.length = 0
    let alone = 0
    while (shortReads(sent).length < 10 && alone < 500)
      await device.push(update('camera', 'mine', { zoom: ++alone }))
    const short = shortReads(sent).length
    const logged = await crew.database.query<{ id: string; version: number }>(
      "select id, version from syncline.log where model = 'camera' order by seq",
    )
    await log.until(() => log.rows().length >= logged.length)
    await close()

    expect(logged.filter(({ id }) => id === 'mine')).toHaveLength(1 + LONE_WRITES + alone)
    expect(logged.length).toBeGreaterThan(LONE_WRITES + 60)
    const versions = (rows: readonly { id: string; version: number }[], of: string) =>
      rows.filter(({ id }) => id === of).map(({ version }) => version)
    for (const id of ['mine', 'a', 'b', 'c']) expect(versions(log.rows(), id)).toEqual(versions(logged, id))
    expect(short).toBe(10)
  })

  test('L1: where two records have one id, the changes of both are handed on', async () => {
    const { log, device, close } = await open()
    await crew.database.query('create table old_cameras () inherits (cameras)')
    await device.push(camera('twice'))
    await crew.database.query("insert into old_cameras select * from only cameras where id = 'twice'")
    for (let count = 0; count < 12; count++) await device.push(update('camera', 'twice', { zoom: count + 1 }))
    const logged = await crew.database.query(
      "select from syncline.log where id = 'twice' and action = 'update'",
    )
    await log.until(() => log.rows().filter(({ id }) => id === 'twice').length >= logged.length)
    await close()
    await crew.database.query('drop table old_cameras')

    expect(logged.length).toBeGreaterThan(12)
    expect(log.rows().filter(({ id, action }) => id === 'twice' && action === 'update')).toHaveLength(
      logged.length,
    )
  })

  test('L3: a transaction that stays open delays nobody, and what it wrote comes when it ends', async () => {
    const { log, device, close } = await open()
    await device.push(camera('free'), camera('held'))
    const other = await crew.database.connect('other')
    await other.query("begin; update cameras set name = 'held back' where id = 'held'")

    for (let count = 0; count < 20; count++) await device.push(update('camera', 'free', { zoom: count + 1 }))
    const before = log.rows().map(({ id }) => id)
    await other.query('commit')
    await log.until(() => log.rows().some(({ id, action }) => id === 'held' && action === 'update'))
    await other.close()
    await close()

    expect(before.filter((id) => id === 'free')).toHaveLength(21)
    expect(log.rows().filter(({ id }) => id === 'held')).toHaveLength(2)
  })
})

/** Transactions of every kind, until it is over; some write what is captured. */
async function disturb(connection: Connection, id: string, seed: number, isOver: () => boolean) {
  const random = seededRandom(seed)
  for (let count = 0; !isOver(); count++) {
    const kind = Math.floor(random() * 5)
    if (kind === 0) await connection.query('select pg_current_xact_id()')
    else {
      await connection.query('begin')
      if (kind > 1) await connection.query(`update cameras set zoom = zoom + 1 where id = '${id}'`)
      else await connection.query('select pg_current_xact_id()')
      if (kind === 3) await connection.query(`savepoint s; select pg_current_xact_id(); rollback to s`)
      await pause(random() * 4)
      await connection.query(kind === 4 ? 'rollback' : 'commit')
    }
    await pause(random() * 6)
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
