/** Two groups at a time: different records side by side, the same record in the order in which its writes came. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Connection, Database } from '../../src/postgres/database.ts'
import { createWriter } from '../../src/postgres/apply/writer.ts'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { ana, ben, camera, type Crew, openCrew, remove, rules, schema, TestDevice, update } from './crew.ts'

const DEVICES = 40
const OPS = 20

/** Counts the commits under way, on the connections that are opened through it. */
function counting(database: Database): { database: Database; most: () => number } {
  let now = 0
  let most = 0
  const watch = (connection: Connection): Connection => ({
    ...connection,
    async pipeline(statements) {
      now += statements.some(({ text }) => text === 'commit') ? 1 : 0
      most = Math.max(most, now)
      try {
        return await connection.pipeline(statements)
      } finally {
        now -= statements.some(({ text }) => text === 'commit') ? 1 : 0
      }
    },
  })
  const connect: Database['connect'] = async (...args) => watch(await database.connect(...args))
  return { database: { ...database, connect }, most: () => most }
}

describe.each(Object.entries(inject('servers')))('lanes on PostgreSQL %s', (_major, server) => {
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

  test('W2: many devices at once are committed by two connections, each op once and in its order', async () => {
    const { database, most } = counting(crew.database)
    const writer = await createWriter(database, schema, rules)
    const devices = Array.from({ length: DEVICES }, (_, n) => new TestDevice(writer, n % 2 ? ana : ben))
    const outcomes = []

    for (let round = 0; round < 4; round++) {
      const pushes = devices.map((device, n) =>
        device.push(
          ...Array.from({ length: OPS }, (_, op) => {
            const id = `lane ${n} ${op}`
            return round === 0 ? camera(id) : update('camera', id, { name: `Round ${round}` })
          }),
        ),
      )
      outcomes.push(...(await Promise.all(pushes)))
    }
    await writer.close()

    expect(most()).toBe(2)
    expect(outcomes.flatMap(({ rejected }) => rejected)).toEqual([])
    const [row] = await plain.query(
      "select count(*)::int, count(*) filter (where version = 4 and name = 'Round 3')::int as whole from cameras where id like 'lane %'",
    )
    expect(row).toEqual({ count: DEVICES * OPS, whole: DEVICES * OPS })
    const counted = await plain.query(
      "select action, count(*)::int from syncline.log where id like 'lane %' group by action order by action",
    )
    expect(counted).toEqual([
      { action: 'create', count: DEVICES * OPS },
      { action: 'update', count: 3 * DEVICES * OPS },
    ])
  })

  test('W3: devices that all write the same few records lose nothing, and each one’s last write is its last', async () => {
    const devices = Array.from({ length: DEVICES }, (_, n) => new TestDevice(crew.writer, n % 2 ? ana : ben))
    await devices[0]!.push(...Array.from({ length: 5 }, (_, n) => camera(`hot ${n}`, { zoom: 0 })))

    const outcomes = await Promise.all(
      devices.flatMap((device) =>
        Array.from({ length: 3 }, () =>
          device.push(
            ...Array.from({ length: OPS }, (_, op) =>
              update('camera', `hot ${op % 5}`, { zoom: { $inc: 1 } }),
            ),
          ),
        ),
      ),
    )

    expect(outcomes.flatMap(({ rejected, refused }) => [...rejected, ...(refused ? [refused] : [])])).toEqual(
      [],
    )
    const rows = await plain.query("select zoom, version from cameras where id like 'hot %'")
    const each = (DEVICES * 3 * OPS) / 5
    expect(rows).toEqual(Array.from({ length: 5 }, () => ({ zoom: each, version: each + 1 })))
  })

  test('W4: creates, updates and deletes of the same ids in both lanes leave nobody waiting', async () => {
    const devices = Array.from({ length: DEVICES }, (_, n) => new TestDevice(crew.writer, n % 2 ? ana : ben))

    const outcomes = await Promise.all(
      devices.map((device, n) =>
        device.push(
          ...Array.from({ length: OPS }, (_, op) => {
            const id = `mixed ${op % 7}`
            return [camera(id), update('camera', id, { note: `${n}` }), remove('camera', id)][(n + op) % 3]!
          }),
        ),
      ),
    )

    expect(outcomes.map(({ lastOp }) => lastOp)).toEqual(devices.map(() => OPS))
    const codes = new Set(outcomes.flatMap(({ rejected }) => rejected.map(({ code }) => code)))
    expect(
      [...codes].filter((code) => !['deleted', 'not_found', 'duplicate_id', 'constraint'].includes(code)),
    ).toEqual([])
    const versions = await plain.query(
      "select id, version, count(*)::int from syncline.log where id like 'mixed %' group by id, version having count(*) > 1",
    )
    expect(versions).toEqual([])
  })
})
