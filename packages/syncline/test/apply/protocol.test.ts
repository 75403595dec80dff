/** The device's side of the protocol: repeats, gaps, copies, transactions, rejections. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { ana, ben, camera, type Crew, openCrew, TestDevice, update } from './crew.ts'

describe.each(Object.entries(inject('servers')))('the protocol on PostgreSQL %s', (_major, server) => {
  let plain: TestDatabase
  let crew: Crew
  const device = (user = ana, id?: string) => new TestDevice(crew.writer, user, id)
  const count = async (id: string) =>
    Number(
      (await plain.query('select count(*) from syncline.log where model = $1 and id = $2', ['camera', id]))[0]
        ?.count,
    )
  const ids = async (like: string) =>
    (await plain.query('select id from cameras where id like $1 order by id', [like])).map(({ id }) => id)

  beforeAll(async () => {
    plain = await createTestDatabase(server)
    crew = await openCrew(plain.url)
  })

  afterAll(async () => {
    await crew.close()
    await plain.drop()
  })

  test('W1: an acknowledged op is in the database', async () => {
    const outcome = await device().push(camera('w1', { details: { serial: 's1', deep: [1, null] } }))

    expect(outcome).toMatchObject({ lastOp: 1, rejected: [], conflicts: [] })
    expect(outcome.refused).toBeUndefined()
    expect(outcome.xids).toHaveLength(1)
    const [row] = await plain.query("select * from cameras where id = 'w1'")
    expect(row).toMatchObject({
      name: 'Camera w1',
      status: 'free',
      zoom: 0,
      tags: [],
      details: { serial: 's1', deep: [1, null] },
      secret: 'initial',
    })
  })

  test('W2: an op sent again is answered from the record and applied once', async () => {
    const sender = device()
    const ops = sender.number([camera('r1', { zoom: 1 }), update('camera', 'r1', { zoom: { $inc: 5 } })])
    const first = await sender.writer.push({ device: sender.device, user: ana, ops })

    const again = await sender.writer.push({ device: sender.device, user: ana, ops })
    const afterRestart = await (await crew.anotherWriter()).push({ device: sender.device, user: ana, ops })

    for (const outcome of [again, afterRestart]) {
      expect(outcome).toMatchObject({ lastOp: 2, lastKey: ops[1]?.key, rejected: [] })
      expect(outcome.xids).toEqual(first.xids)
    }
    expect((await plain.query("select zoom from cameras where id = 'r1'"))[0]).toEqual({ zoom: 6 })
    expect(await count('r1')).toBe(2)
  })

  test('W2: of a push that overlaps, only what is new is applied', async () => {
    const sender = device()
    const ops = sender.number([camera('o1'), camera('o2'), camera('o3')])
    await sender.writer.push({ device: sender.device, user: ana, ops: ops.slice(0, 2) })

    const outcome = await sender.writer.push({ device: sender.device, user: ana, ops })

    expect(outcome).toMatchObject({ lastOp: 3, rejected: [] })
    expect(await ids('o_')).toEqual(['o1', 'o2', 'o3'])
  })

  test('W2: a push that overtook another changes nothing and is told the number that is missing', async () => {
    const sender = device()
    const [first, second] = sender.number([camera('g1'), camera('g2')])

    const early = await sender.writer.push({ device: sender.device, user: ana, ops: [second!] })
    const inOrder = await sender.writer.push({ device: sender.device, user: ana, ops: [first!, second!] })

    expect(early).toMatchObject({ gap: 1, lastOp: 0, xids: [] })
    expect(inOrder).toMatchObject({ lastOp: 2 })
    expect(inOrder.gap).toBeUndefined()
    const hole = await sender.writer.push({
      device: sender.device,
      user: ana,
      ops: [
        { ...camera('g3'), n: 3 },
        { ...camera('g5'), n: 5 },
      ],
    })
    expect(hole).toMatchObject({ gap: 3, lastOp: 2 })
    expect(await ids('g_')).toEqual(['g1', 'g2'])
  })

  test('W2: a device works without keys, after, base, and at', async () => {
    const push = (n: number) =>
      crew.writer.push({ device: 'plain', user: ana, ops: [{ ...camera(`k${n}`), n }] })

    expect(await push(1)).toMatchObject({ lastOp: 1, rejected: [] })
    expect(await push(2)).toMatchObject({ lastOp: 2, rejected: [] })
    expect(await push(2)).toMatchObject({ lastOp: 2, rejected: [] })
    expect(await ids('k_')).toEqual(['k1', 'k2'])
  })

  test('W2: a copied device is recognised by its next push, by a repeated number, and by an old one', async () => {
    const original = device()
    await original.send(original.number([camera('c1')]))
    const copied = original.number([camera('c2')])
    await original.send(copied)
    await original.send(original.number([camera('c3'), camera('c4')]))
    const push = (ops: Parameters<typeof original.send>[0], after?: string) =>
      crew.writer.push({ device: original.device, user: ana, ops, ...(after ? { after } : {}) })

    const continued = await push([{ ...camera('c5'), n: 5, key: 'own-5' }], 'own-4')
    const sameNumber = await push([{ ...camera('cx'), n: 4, key: 'own-4' }])
    const oldNumber = await push([{ ...camera('cx'), n: 2, key: 'own-2' }])

    for (const outcome of [continued, sameNumber, oldNumber]) {
      expect(outcome).toMatchObject({ refused: { code: 'device_copied' }, lastOp: 4, xids: [] })
    }
    expect(await ids('c_')).toEqual(['c1', 'c2', 'c3', 'c4'])
  })

  test("W2: another user's device is refused, and says nothing about it", async () => {
    const sender = device()
    await sender.push(camera('t1'))

    const stolen = await crew.writer.push({
      device: sender.device,
      user: ben,
      ops: [{ ...camera('t2'), n: 2 }],
    })
    const asked = await crew.writer.device(sender.device, ben)

    for (const outcome of [stolen, asked]) {
      expect(outcome.refused?.code).toBe('device_taken')
      expect(outcome).toMatchObject({ lastOp: 0, rejected: [], conflicts: [], xids: [] })
      expect(outcome.lastKey).toBeUndefined()
    }
    expect(await ids('t_')).toEqual(['t1'])
    expect(await crew.writer.device(sender.device, ana)).toMatchObject({ lastOp: 1 })
  })

  test('W3: a transaction with one refused op is refused whole, naming the cause; the next op goes through', async () => {
    const sender = device()

    const outcome = await sender.push(
      camera('x1', {}, { tx: 3 }),
      camera('x2', { name: 'bad' }, { tx: 3 }),
      camera('x3', {}, { tx: 3 }),
      camera('x4'),
    )

    expect(outcome.lastOp).toBe(4)
    expect(outcome.rejected.map(({ n, code, tx }) => ({ n, code, tx }))).toEqual([
      { n: 1, code: 'aborted', tx: 3 },
      { n: 2, code: 'constraint', tx: 3 },
      { n: 3, code: 'aborted', tx: 3 },
    ])
    expect(outcome.rejected[0]?.message).toContain('op 2')
    expect(await ids('x_')).toEqual(['x4'])
  })

  test('W3: a push that ends inside a transaction is refused, and changes nothing', async () => {
    const sender = device()
    const push = (...ops: { n: number; tx?: number }[]) =>
      crew.writer.push({
        device: sender.device,
        user: ana,
        ops: ops.map(({ n, tx }) => ({ ...camera(`s${n}`), n, ...(tx ? { tx } : {}) })),
      })

    expect((await push({ n: 1, tx: 2 })).refused?.code).toBe('split_transaction')
    expect((await push({ n: 1 }, { n: 2, tx: 3 })).refused?.code).toBe('split_transaction')
    expect(await ids('s_')).toEqual([])
    expect(await push({ n: 1, tx: 2 }, { n: 2, tx: 2 })).toMatchObject({ lastOp: 2, rejected: [] })
  })

  test('W3 W4: ops that contradict each other about their transaction are rejected, and the device goes on', async () => {
    const sender = device()

    const outcome = await sender.push(
      camera('gr1', {}, { tx: 2 }),
      camera('gr2', {}, { tx: 2 }),
      camera('gr3', {}, { tx: 2 }),
      camera('gr4', {}, { tx: 6 }),
      camera('gr5'),
      camera('gr6', {}, { tx: 6 }),
      camera('gr7', {}, { tx: 999_999 }),
      camera('gr8'),
    )
    const next = await sender.push(camera('gr9'))

    expect(outcome.lastOp).toBe(8)
    expect(outcome.rejected.map(({ n, code, tx }) => [n, code, tx])).toEqual([
      [3, 'invalid_value', undefined],
      [4, 'aborted', 6],
      [5, 'invalid_value', 6],
      [6, 'aborted', 6],
      [7, 'invalid_value', undefined],
    ])
    expect(outcome.rejected[0]?.message).toContain('names transaction 2, which ended before it')
    expect(next.lastOp).toBe(9)
    expect(await ids('gr_')).toEqual(['gr1', 'gr2', 'gr8', 'gr9'])
  })

  test('W3: a rejection is sent again, also by another process, until the device has read it', async () => {
    const sender = device()
    await sender.push(camera('j1', { name: 'bad' }))
    await sender.push(camera('j2', {}, { fault: { code: 'invalid_value', message: 'No.', field: 'name' } }))

    const seen = await sender.push(camera('j3'))
    const elsewhere = await (await crew.anotherWriter()).device(sender.device, ana)
    const afterRead = await sender.send(sender.number([camera('j4', { name: 'bad' })]), 1)
    const afterAll = await sender.send([], 4)

    expect(seen.rejected.map(({ n, code, field }) => [n, code, field])).toEqual([
      [1, 'constraint', undefined],
      [2, 'invalid_value', 'name'],
    ])
    expect(elsewhere).toMatchObject({ lastOp: 3, rejected: seen.rejected })
    expect(afterRead.rejected.map(({ n }) => n)).toEqual([2, 4])
    expect(afterAll.rejected).toEqual([])
    expect((await crew.writer.device(sender.device, ana)).rejected).toEqual([])
  })

  test('W3: what is rate limited advances nothing', async () => {
    const sender = device()
    const fault = { code: 'rate_limited', message: 'Slow down.' }

    const outcome = await sender.push(camera('l1'), camera('l2', {}, { fault }))

    expect(outcome).toMatchObject({ lastOp: 0, refused: { code: 'rate_limited' }, xids: [] })
    expect(await ids('l_')).toEqual([])
  })

  test('W4: what cannot be stored poisons no group, wherever it stands', async () => {
    const good = device()
    const bad = device()
    await device().push(camera('u1'))

    const [goodOutcome, badOutcome, nameless] = await Promise.all([
      good.push(camera('u2')),
      bad.push(
        { ...camera('u\u0000'), action: 'create' },
        update('camera', '\ud800', { name: 'x' }),
        update('nothing\u0000', 'u1', { name: 'x' }),
        update('camera', 'u1', { name: 'x' }, { base: Number.MAX_SAFE_INTEGER }),
      ),
      crew.writer.push({ device: 'd\u0000', user: ana, ops: [] }),
    ])

    expect(goodOutcome).toMatchObject({ lastOp: 1, rejected: [] })
    expect(badOutcome.rejected.map(({ code }) => code)).toEqual(['invalid_value', 'not_found', 'not_found'])
    expect(nameless.refused?.code).toBe('invalid_message')
  })
})
