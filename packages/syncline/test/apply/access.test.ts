/** Rules before and after a write, and for what it points to. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { type AcceptedOp, createWriter } from '../../src/postgres/apply/writer.ts'
import {
  ana,
  ben,
  camera,
  cleo,
  create,
  type Crew,
  openCrew,
  remove,
  rules,
  schema,
  TestDevice,
  update,
} from './crew.ts'

describe.each(Object.entries(inject('servers')))('access on PostgreSQL %s', (_major, server) => {
  let plain: TestDatabase
  let crew: Crew
  const refusal = async (user: typeof ana, op: Omit<AcceptedOp, 'n'>) => {
    const { rejected } = await new TestDevice(crew.writer, user).push(op)
    return rejected[0] && { code: rejected[0].code, field: rejected[0].field }
  }
  const stored = async (id: string) => (await plain.query('select * from cameras where id = $1', [id]))[0]

  beforeAll(async () => {
    plain = await createTestDatabase(server)
    crew = await openCrew(plain.url)
    const setUp = await new TestDevice(crew.writer, ana).push(
      camera('mine', { productionId: 'p2' }),
      camera('shared'),
      create('slot', 'slot1', { productionId: 'p1', place: 1 }),
    )
    expect(setUp.rejected).toEqual([])
  })

  afterAll(async () => {
    await crew.close()
    await plain.drop()
  })

  test('A3: what is missing and what is unreadable are refused alike, for update, delete and reference', async () => {
    for (const id of ['mine', 'missing']) {
      expect(await refusal(ben, update('camera', id, { name: 'x' }))).toEqual({ code: 'not_found' })
      expect(await refusal(ben, remove('camera', id))).toEqual({ code: 'not_found' })
      expect(await refusal(ben, create('photo', `photo of ${id}`, { cameraId: id, caption: 'x' }))).toEqual({
        code: 'not_found',
        field: 'cameraId',
      })
    }
    const [missing] = (await new TestDevice(crew.writer, ben).push(update('camera', 'nope', { name: 'x' })))
      .rejected
    const [unreadable] = (
      await new TestDevice(crew.writer, ben).push(update('camera', 'mine', { name: 'x' }))
    ).rejected
    expect(unreadable).toEqual({ ...missing, id: 'mine', message: missing?.message.replace('nope', 'mine') })
  })

  test('A4: what can be read but not written is forbidden', async () => {
    expect(await refusal(cleo, update('camera', 'shared', { name: 'x' }))).toEqual({ code: 'forbidden' })
    expect(await refusal(cleo, remove('camera', 'shared'))).toEqual({ code: 'forbidden' })
    expect(await refusal(cleo, camera('by cleo'))).toEqual({ code: 'forbidden' })
    expect(await refusal(ana, remove('production', 'p1'))).toEqual({ code: 'forbidden' })
    expect(await refusal(ben, remove('production', 'p2'))).toEqual({ code: 'not_found' })
    expect((await stored('shared'))?.name).toBe('Camera shared')
    expect(await stored('by cleo')).toBeUndefined()
  })

  test('A4: a record cannot be moved into a room that its author may not read, or not write', async () => {
    const movesTo = (user: typeof ana, productionId: string) =>
      refusal(user, update('camera', 'shared', { productionId }))
    await plain.query(`insert into productions (id, name) values ('readonly', 'R')`)
    await plain.query(`insert into members values ('readonly', $1, false)`, [ben.id])

    expect(await movesTo(ben, 'p2')).toEqual({ code: 'not_found', field: 'productionId' })
    expect(await movesTo(ben, 'missing')).toEqual({ code: 'not_found', field: 'productionId' })
    expect(await movesTo(ben, 'readonly')).toEqual({ code: 'forbidden' })
    expect((await stored('shared'))?.production_id).toBe('p1')
    await plain.query("insert into cameras (id, production_id, name) values ('locked in', 'readonly', 'x')")
    expect(await refusal(ben, update('camera', 'locked in', { productionId: 'p1' }))).toEqual({
      code: 'forbidden',
    })
    expect(await movesTo(ana, 'p2')).toBeUndefined()
    expect(await movesTo(ana, 'p1')).toBeUndefined()
  })

  test.each([
    ['', ''],
    [
      ', where updates go on to other tables',
      `alter table photos drop constraint photos_camera_id_fkey;
       alter table photos add constraint photos_camera_id_fkey foreign key (camera_id) references cameras on update cascade on delete cascade`,
    ],
  ])(
    'A4: a trigger that comes while the server runs cannot take a record out of the rule%s',
    async (_where, ddl) => {
      if (ddl) await plain.query(ddl)
      const writer = await createWriter(crew.database, schema, rules, { onError: console.error })
      const [device, others] = [
        new TestDevice(writer, ben),
        [new TestDevice(writer, ben), new TestDevice(writer, ben)],
      ]
      await device.push(camera('held fast'), camera('held too'))
      // A statement that was run often is not planned anew each time.
      for (let count = 0; count < 8; count++)
        await device.push(update('camera', 'held fast', { name: `${count}` }))
      await plain.query(`create function carry_off() returns trigger language plpgsql as
      $$ begin new.production_id := 'p2'; return new; end $$;
      create trigger carry_off before update on cameras for each row execute function carry_off()`)

      const alone = [
        await device.push(update('camera', 'held fast', { name: 'x' })),
        await device.push(update('camera', 'held fast', { name: 'y' })),
      ]
      const together = await Promise.all(
        ['held fast', 'held too'].map((id, index) =>
          others[index]?.push(update('camera', id, { name: 'z' })),
        ),
      )
      const rooms = [(await stored('held fast'))?.production_id, (await stored('held too'))?.production_id]
      await plain.query('drop function carry_off cascade')
      await writer.close()

      const codes = [...alone, ...together].map((outcome) => outcome?.rejected.at(-1)?.code)
      expect(codes).toEqual(Array.from({ length: 4 }, () => 'forbidden'))
      expect(rooms).toEqual(['p1', 'p1'])
      await new TestDevice(crew.writer, ana).push(remove('camera', 'held fast'), remove('camera', 'held too'))
    },
  )

  test('A4: a field that may not be written refuses its op, however it is spelled', async () => {
    const spellings = [
      'secret',
      'id',
      'version',
      'fieldVersions',
      'field_versions',
      'Secret',
      'SECRET',
      'production_id',
    ]
    const evil = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']

    for (const name of [...spellings, ...evil]) {
      const fields = JSON.parse(`{"name": "stolen", ${JSON.stringify(name)}: "x"}`) as Record<string, unknown>
      for (const op of [
        update('camera', 'shared', fields),
        camera(`by ${name}`, fields),
        { ...camera('y'), fields },
      ]) {
        const refused = await refusal(ben, op)
        expect(refused?.code, name).toMatch(
          name === 'secret' ? /^protected_field$/ : /^(unknown_field|protected_field)$/,
        )
        expect(refused?.field, name).toBe(name)
      }
    }
    expect(await stored('shared')).toMatchObject({ name: 'Camera shared', secret: 'initial' })
    expect(await plain.query("select id from cameras where name = 'stolen' or id like 'by %'")).toEqual([])
    expect(Object.prototype).not.toHaveProperty('name')
  })

  test('A4: only the columns of the named fields stand in the write', async () => {
    await plain.query(`
      create table watched (note text);
      create function watch() returns trigger language plpgsql as $$ begin insert into watched values (tg_argv[0]); return null; end $$;
      create trigger watch_name after update of name on cameras for each row execute function watch('name');
      create trigger watch_zoom after update of zoom on cameras for each row execute function watch('zoom');
    `)

    await refusal(ana, update('camera', 'shared', { zoom: 3 }))

    expect(await plain.query('select note from watched')).toEqual([{ note: 'zoom' }])
    await plain.query('drop trigger watch_name on cameras; drop trigger watch_zoom on cameras')
  })

  test('A3: an id that is taken is named to those only who may read the record', async () => {
    expect(await refusal(ana, camera('mine'))).toEqual({ code: 'duplicate_id' })
    expect(await refusal(ben, camera('mine'))).toEqual({ code: 'constraint' })
    await new TestDevice(crew.writer, ana).push(
      camera('numbered', { productionId: 'p2', details: { serial: '7' } }),
    )
    expect(await refusal(ben, camera('other', { details: { serial: '7' } }))).toEqual({ code: 'constraint' })
  })

  test('A3: deleted is told to those only who could read the record', async () => {
    await new TestDevice(crew.writer, ana).push(
      camera('gone', { note: 'kept', tags: ['a'], details: { a: 1 } }),
    )
    await new TestDevice(crew.writer, ana).push(camera('gone too', { productionId: 'p2' }))
    await new TestDevice(crew.writer, ana).push(remove('camera', 'gone'), remove('camera', 'gone too'))

    const offline = new TestDevice(crew.writer, ben)
    const outcome = await offline.push(
      update('camera', 'gone', { name: 'Mine', zoom: { $inc: 2 } }, { base: 1 }),
    )

    expect(outcome.rejected).toMatchObject([{ n: 1, code: 'deleted' }])
    expect(await refusal(ben, update('camera', 'gone too', { name: 'x' }))).toEqual({ code: 'not_found' })
    const { conflicts } = await crew.writer.device(offline.device, ben)
    expect(outcome.conflicts).toEqual(conflicts)
    expect(
      conflicts.map(({ field, mine, theirs, by, base, outcome }) => ({
        field,
        mine,
        theirs,
        by,
        base,
        outcome,
      })),
    ).toEqual([
      { field: 'name', mine: 'Mine', theirs: null, by: ana.id, base: 1, outcome: 'lost' },
      { field: 'zoom', mine: { $inc: 2 }, theirs: null, by: ana.id, base: 1, outcome: 'lost' },
    ])
    expect(await crew.writer.seen(conflicts[0]!.id, cleo)).toBe(false)
    expect(await crew.writer.seen(conflicts[0]!.id, ben)).toBe(true)
    expect((await crew.writer.device(offline.device, ben)).conflicts).toHaveLength(1)
  })

  test('A4: a right that is deleted while the write waits for the row is gone when it gets it', async () => {
    await new TestDevice(crew.writer, ana).push(camera('contested'))
    await plain.query("insert into members values ('p2', $1, true)", [ben.id])
    await plain.query("update cameras set production_id = 'p2' where id = 'contested'")
    const holder = await plain.connect()
    await holder.query('begin')
    await holder.query("update cameras set note = 'held' where id = 'contested'")
    await holder.query("delete from members where production_id = 'p2' and user_id = $1", [ben.id])

    const pushed = new TestDevice(crew.writer, ben).push(update('camera', 'contested', { name: 'stolen' }))
    const waiting = () =>
      plain.query(
        `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
    await expect.poll(waiting).not.toEqual([])
    await holder.query('commit')

    expect((await pushed).rejected).toMatchObject([{ code: 'not_found' }])
    expect((await stored('contested'))?.name).toBe('Camera contested')
  })

  test('A4: the rule of a new root decides instead of the reading rule', async () => {
    expect(await refusal(ben, create('production', 'by ben', { name: 'New' }))).toBeUndefined()
    expect(await refusal(ben, camera('in new', { productionId: 'by ben' }))).toEqual({
      code: 'not_found',
      field: 'productionId',
    })
  })

  test('A4: a child is written in the transaction of its parent, or refused with it', async () => {
    const fields = { productionId: 'p1', place: 7 }
    const good = await new TestDevice(crew.writer, ana).push(
      camera('parent', {}, { tx: 2 }),
      create('photo', 'child', { cameraId: 'parent', caption: 'x' }, { tx: 2 }),
      create('slot', 'self', { ...fields, pairId: 'self' }),
    )
    const bad = await new TestDevice(crew.writer, ana).push(
      camera('bad parent', { name: 'bad' }),
      create('photo', 'orphan', { cameraId: 'bad parent', caption: 'x' }),
    )

    expect(good.rejected.map(({ n, code }) => [n, code])).toEqual([[3, 'not_found']])
    expect(bad.rejected.map(({ code }) => code)).toEqual(['constraint', 'not_found'])
  })
})
