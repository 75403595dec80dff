/** Two processes write the same records at once. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { createWriter, type Writer } from '../../src/postgres/apply/writer.ts'
import {
  ana,
  ben,
  camera,
  create,
  type Crew,
  openCrew,
  remove,
  rules,
  schema,
  TestDevice,
  update,
} from './crew.ts'
import { watched } from './watched-database.ts'

describe.each(Object.entries(inject('servers')))('two writers on PostgreSQL %s', (_major, server) => {
  let plain: TestDatabase
  let crew: Crew
  let writers: readonly [Writer, Writer]

  beforeAll(async () => {
    plain = await createTestDatabase(server)
    crew = await openCrew(plain.url)
    writers = [crew.writer, await crew.anotherWriter()]
  })

  afterAll(async () => {
    await crew.close()
    await plain.drop()
  })

  test('W4: groups that write the same records in different orders do not deadlock', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `shared ${index}`)
    await new TestDevice(crew.writer, ana).push(...ids.map((id) => camera(id)))
    // Longer than PostgreSQL waits before it looks for a deadlock: a shorter one would hide it.
    const { database, failures } = watched(crew.database)
    const patient = await Promise.all(
      [1, 2].map(() => createWriter(database, schema, rules, { lockTimeoutMs: 60_000 })),
    )
    const devices = patient.flatMap((writer) =>
      Array.from({ length: 8 }, (_, index) => new TestDevice(writer, index % 2 ? ana : ben)),
    )

    const rounds = 25
    const outcomes = await Promise.all(
      devices.map(async (device, place) => {
        const order = place % 2 ? ids : ids.toReversed()
        const all = []
        for (let round = 0; round < rounds; round++) {
          all.push(
            await device.push(
              ...order
                .slice(place % 5, (place % 5) + 6)
                .map((id) => update('camera', id, { zoom: { $inc: 1 } })),
            ),
          )
        }
        return all
      }),
    )

    expect(outcomes.flat().filter(({ rejected, refused }) => rejected.length > 0 || refused)).toEqual([])
    const [sum] = await plain.query("select sum(zoom) from cameras where id like 'shared %'")
    expect(Number(sum?.sum)).toBe(devices.length * rounds * 6)
    expect(failures).toEqual([])
    await Promise.all(patient.map((writer) => writer.close()))
  })

  test('W2: one device that pushes through both is applied once, in order', async () => {
    const device = new TestDevice(crew.writer, ana)
    await device.push(camera('both'))
    const ops = device.number(
      Array.from({ length: 60 }, () => update('camera', 'both', { zoom: { $inc: 1 } })),
    )
    const send = (writer: Writer, from: number, to: number) =>
      writer.push({ device: device.device, user: ana, ops: ops.slice(from, to) })

    for (let from = 0; from < 60; from += 6) {
      const answers = await Promise.all([
        send(writers[0], from, from + 6),
        send(writers[1], from, from + 6),
        send(writers[from % 2 ? 0 : 1], Math.max(0, from - 3), from + 4),
      ])
      expect(answers.filter(({ rejected, refused, gap }) => rejected.length > 0 || refused || gap)).toEqual(
        [],
      )
    }

    const [row] = await plain.query("select zoom, version from cameras where id = 'both'")
    expect(row).toEqual({ zoom: 60, version: 61 })
    expect(await writers[0].device(device.device, ana)).toMatchObject({ lastOp: 61 })
  })

  test('W2: where another process has moved the device row, it is read again, also when an op is refused', async () => {
    const device = new TestDevice(crew.writer, ana)
    // After a refusal its ops go through the slow lane for a while.
    await device.push(camera('moved'), update('camera', 'not there', { zoom: 1 }))
    const ops = device.number([
      update('camera', 'moved', { zoom: { $inc: 1 } }),
      update('camera', 'not there', { zoom: { $inc: 1 } }),
      update('camera', 'moved', { zoom: { $inc: 1 } }),
    ])
    const push = (writer: Writer, count: number) =>
      writer.push({ device: device.device, user: ana, ops: ops.slice(0, count) })
    await push(writers[1], 1)

    const outcome = await push(writers[0], 3)

    expect(outcome.refused).toBeUndefined()
    expect(outcome).toMatchObject({ lastOp: 5, rejected: [{ n: 2 }, { n: 4, code: 'not_found' }] })
    const [row] = await plain.query("select zoom from cameras where id = 'moved'")
    expect(row).toEqual({ zoom: 2 })
  })

  test('W2: a device that went on through another process goes on through this one, without a gap', async () => {
    const device = new TestDevice(crew.writer, ana)
    await device.push(camera('travels'))
    const ops = device.number(
      Array.from({ length: 4 }, () => update('camera', 'travels', { zoom: { $inc: 1 } })),
    )
    const push = (writer: Writer, ...sent: typeof ops) =>
      writer.push({ device: device.device, user: ana, ops: sent, after: ops[ops.indexOf(sent[0]!) - 1]?.key })
    await push(writers[1], ops[0]!, ops[1]!)

    const next = await push(writers[0], ops[2]!)
    await push(writers[1], ops[3]!)
    const asked = await writers[0].push({ device: device.device, user: ana, ops: [] })
    const ahead = await writers[0].push({ device: device.device, user: ana, ops: [{ ...ops[3]!, n: 9 }] })

    expect(next).toMatchObject({ lastOp: 4, rejected: [] })
    expect(next.gap).toBeUndefined()
    expect(asked).toMatchObject({ lastOp: 5 })
    expect(ahead.gap).toBe(6)
    expect(await plain.query("select zoom from cameras where id = 'travels'")).toEqual([{ zoom: 4 }])
  })

  test('W3: a rejection by one process is told by another, and read through it', async () => {
    const device = new TestDevice(crew.writer, ana)
    await device.push(camera('refused elsewhere'))
    const [refused] = device.number([update('camera', 'nowhere', { zoom: 1 })])
    await writers[1].push({ device: device.device, user: ana, ops: [refused!] })

    const asked = await writers[0].push({ device: device.device, user: ana, ops: [] })
    await writers[0].push({ device: device.device, user: ana, ops: [], read: 2 })
    const afterwards = await writers[1].push({ device: device.device, user: ana, ops: [] })

    expect(asked).toMatchObject({ lastOp: 2, rejected: [{ n: 2, code: 'not_found' }] })
    expect(afterwards.rejected).toEqual([])
  })

  test('W3: creates, deletes and references that race end applied or rejected, never refused as a whole', async () => {
    const devices = writers.flatMap((writer) => Array.from({ length: 6 }, () => new TestDevice(writer, ana)))

    const outcomes = await Promise.all(
      devices.map(async (device) => {
        for (let round = 0; round < 15; round++) {
          const id = `race ${round % 4}`
          const outcome = await device.push(
            camera(id),
            create('photo', crypto.randomUUID(), { cameraId: id, caption: 'x' }),
            update('camera', id, { name: `round ${round}` }),
            remove('camera', id),
          )
          if (outcome.refused || outcome.gap !== undefined) return outcome
          const known = ['duplicate_id', 'not_found', 'deleted', 'constraint']
          expect(outcome.rejected.map(({ code }) => code).filter((code) => !known.includes(code))).toEqual([])
        }
        return writers[0].device(device.device, ana)
      }),
    )

    expect(outcomes.map(({ lastOp, refused }) => ({ lastOp, refused }))).toEqual(
      devices.map(() => ({ lastOp: 60, refused: undefined })),
    )
  })
})
