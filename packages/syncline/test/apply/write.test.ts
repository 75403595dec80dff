/** Writes without a device: REST and the application's own. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { ana, ben, camera, cleo, create, type Crew, openCrew, remove, TestDevice, update } from './crew.ts'

describe.each(Object.entries(inject('servers')))('single writes on PostgreSQL %s', (_major, server) => {
  let plain: TestDatabase
  let crew: Crew
  const stored = async (id: string) => (await plain.query('select * from cameras where id = $1', [id]))[0]

  beforeAll(async () => {
    plain = await createTestDatabase(server)
    crew = await openCrew(plain.url, {
      functions: {
        async rig({ id, args, user, transaction }) {
          await transaction.query("update cameras set status = 'rigged', note = $2 where id = $1", [
            id,
            `${args} by ${user.id}`,
          ])
        },
        broken() {
          throw new TypeError('secret details')
        },
      },
    })
  })

  afterAll(async () => {
    await crew.close()
    await plain.drop()
  })

  test('W1: a write answers with the version that it made', async () => {
    const created = await crew.writer.write({ user: ana, op: camera('v1') })
    const updated = await crew.writer.write({ user: ana, op: update('camera', 'v1', { name: 'B' }) })
    const deleted = await crew.writer.write({ user: ana, op: remove('camera', 'v1') })

    expect([created, updated, deleted]).toMatchObject([
      { ok: true, version: 1, id: 'v1', repeated: false, xids: [expect.any(String)] },
      { ok: true, version: 2 },
      { ok: true, version: 3 },
    ])
    expect(await stored('v1')).toBeUndefined()
  })

  test('W3: refusals answer with their code, and are not kept for anybody', async () => {
    await crew.writer.write({ user: ana, op: camera('v2') })
    const write = async (
      op: Parameters<typeof crew.writer.write>[0]['op'],
      user = ana,
      ifVersion?: number,
    ) => {
      const answer = await crew.writer.write({ user, op, ...(ifVersion === undefined ? {} : { ifVersion }) })
      return answer.ok ? 'ok' : answer
    }

    expect(await write(camera('v2'))).toMatchObject({ code: 'duplicate_id' })
    expect(await write(update('camera', 'v2', { name: 'x' }), cleo)).toMatchObject({ code: 'forbidden' })
    expect(await write(update('camera', 'v3', { name: 'x' }))).toMatchObject({ code: 'not_found' })
    expect(await write(update('camera', 'v2', { name: 'bad' }))).toMatchObject({ code: 'constraint' })
    expect(await write(update('camera', 'v2', { secret: 'x' }))).toMatchObject({
      code: 'protected_field',
      field: 'secret',
    })
    expect(await write(update('camera', 'v2', { name: 'seen' }), ana, 7)).toMatchObject({
      code: 'changed',
      version: 1,
    })
    expect(await write(update('camera', 'v2', { name: 'seen' }), ben, 1)).toBe('ok')
    expect(await write(remove('camera', 'v2'), ana, 1)).toMatchObject({ code: 'changed', version: 2 })
    expect(await plain.query('select * from syncline.rejections')).toEqual([])
  })

  test('W2: a repeat with the same key answers as the first did, also at the same time, elsewhere, and when it was refused', async () => {
    const other = await crew.anotherWriter()
    await crew.writer.write({ user: ana, op: camera('v4', { zoom: 0 }) })
    const increment = (writer = crew.writer, user = ana) =>
      writer.write({ user, op: update('camera', 'v4', { zoom: { $inc: 1 } }), idempotencyKey: 'once' })
    const refused = (writer = crew.writer) =>
      writer.write({ user: ana, op: update('camera', 'later', { name: 'x' }), idempotencyKey: 'refused' })

    const answers = await Promise.all([
      increment(),
      increment(other),
      increment(),
      increment(other),
      increment(),
    ])
    const late = await increment(other)
    const byBen = await increment(crew.writer, ben)
    const firstRefused = await refused()
    await crew.writer.write({ user: ana, op: camera('later') })

    expect(answers.map((answer) => answer.ok && answer.version)).toEqual([2, 2, 2, 2, 2])
    expect(answers.filter((answer) => answer.ok && !answer.repeated)).toHaveLength(1)
    expect(late).toMatchObject({ ok: true, version: 2, repeated: true })
    expect(byBen).toMatchObject({ ok: true, version: 3, repeated: false })
    expect((await stored('v4'))?.zoom).toBe(2)
    expect(firstRefused).toMatchObject({ ok: false, code: 'not_found' })
    expect(await refused(other)).toEqual(firstRefused)
  })

  test('W2: creates with the same key and id make one record, from two processes at once', async () => {
    const other = await crew.anotherWriter()

    for (let round = 0; round < 10; round++) {
      const op = camera(`twice ${round}`)
      const idempotencyKey = `create ${round}`
      const both = await Promise.all(
        [crew.writer, other].map((writer) => writer.write({ user: ana, op, idempotencyKey })),
      )
      expect(both.map(({ ok }) => ok)).toEqual([true, true])
      expect(both.filter((answer) => answer.ok && answer.repeated)).toHaveLength(1)
    }
  })

  test('W1: the database may name the id', async () => {
    await plain.query(
      "alter table photos alter column id set default 'photo ' || nextval('syncline.log_seq')",
    )
    await crew.writer.write({ user: ana, op: camera('v5') })

    const answer = await crew.writer.write({
      user: ana,
      op: create('photo', '', { cameraId: 'v5', caption: 'x' }),
    })
    const fromDevice = await new TestDevice(crew.writer, ana).push(
      create('photo', '', { cameraId: 'v5', caption: 'x' }),
    )

    expect(answer).toMatchObject({ ok: true, id: expect.stringMatching(/^photo \d+$/) })
    expect(fromDevice.rejected).toMatchObject([{ code: 'invalid_value', field: 'id' }])
  })

  test('W3: a call runs its function in the transaction of its op, stamped with its author', async () => {
    const device = new TestDevice(crew.writer, ana)
    const call = (name: string, id: string, tx?: number) =>
      ({ action: 'call', model: 'camera', id, name, args: 'rigged', ...(tx ? { tx } : {}) }) as const

    const good = await device.push(camera('v6'), call('rig', 'v6'))
    const bad = await device.push(
      update('camera', 'v6', { name: 'x' }, { tx: 5 }),
      call('broken', 'v6', 5),
      call('rig', 'v6', 5),
    )
    const unknown = await device.send(device.number([call('nonsense', 'v6'), call('toString', 'v6')]), 5)

    expect(good).toMatchObject({ lastOp: 2, rejected: [] })
    expect(await stored('v6')).toMatchObject({
      status: 'rigged',
      note: `rigged by ${ana.id}`,
      name: 'Camera v6',
      version: 2,
    })
    const [logged] = await plain.query(
      "select actor, device, op from syncline.log where id = 'v6' and version = 2",
    )
    expect(logged).toEqual({ actor: ana.id, device: device.device, op: '2' })
    expect(bad.rejected.map(({ n, code }) => [n, code])).toEqual([
      [3, 'aborted'],
      [4, 'constraint'],
      [5, 'aborted'],
    ])
    expect(JSON.stringify(bad)).not.toContain('secret details')
    expect(unknown.rejected.map(({ code, message }) => [code, message.includes('`rig`')])).toEqual([
      ['invalid_value', true],
      ['invalid_value', true],
    ])
  })
})
