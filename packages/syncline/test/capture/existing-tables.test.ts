/** Tables that an application already has: adopted as they are, never changed silently. */
import { afterEach, describe, expect, test } from 'vitest'
import { describeDatabase } from '../../src/postgres/capture/describe-database.ts'
import { healCapture } from '../../src/postgres/capture/heal-capture.ts'
import { MigrationRefused } from '../../src/postgres/capture/drift.ts'
import { checkCapture, compileCapture, findWrongRooms, migrate } from '../../src/postgres/capture/migrate.ts'
import { postgres } from '../../src/postgres/drivers/postgres.ts'
import { pruneTombstones } from '../../src/postgres/capture/prune-tombstones.ts'
import {
  array,
  bytes,
  date,
  decimal,
  defineSchema,
  integer,
  json,
  model,
  number,
  oneOf,
  reference,
  room,
  text,
  timestamp,
  uuid,
  boolean,
} from '../../src/schema/index.ts'
import { expectLogEqualsTables, type LogEntry, readLog } from './oracle.ts'
import { schema } from './schema.ts'
import { KINDS, openStage, SERVERS, type Stage } from './stage.ts'

const opened: Stage[] = []
const open = async (kind: string) => {
  const stage = await openStage(kind)
  opened.push(stage)
  return stage
}
afterEach(async () => {
  for (const stage of opened.splice(0)) await stage.close()
})

const moveOf = ({ id, action, room }: LogEntry) => `${id} ${action} ${room}`

const messages = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(MigrationRefused)
  return (error as MigrationRefused).drift.map(({ message }) => message)
}

describe.each(KINDS)('%s', (kind) => {
  test('a second migration does nothing, nor does a check find anything', async () => {
    const { database } = await open(kind)
    const first = await migrate(database, schema)
    const second = await migrate(database, schema)

    expect(first.steps.length).toBeGreaterThan(10)
    expect(second.steps).toEqual([])
    expect(await checkCapture(database, schema)).toEqual([])
  })

  test('print changes nothing, and what it prints is all that is needed', async () => {
    const { database } = await open(kind)

    const printed = await migrate(database, schema, { print: true, concurrently: false })
    const [before] = await database.query(
      "select to_regclass('cameras') as cameras, to_regnamespace('syncline') as own",
    )
    await database.query(printed.sql)

    expect(before).toEqual({ cameras: null, own: null })
    expect((await migrate(database, schema)).steps).toEqual([])
    expect(compileCapture(schema).join()).toContain('create table "public"."cameras"')
  })

  test('an existing table keeps its columns and rows, and gets those of Syncline', async () => {
    const { database } = await open(kind)
    await database.query(`
      create table productions (id text primary key, name varchar(80) not null, starts_at timestamp, secret text);
      create table cameras (id text primary key, production_id text not null references productions on delete cascade,
        name text not null, note text, zoom smallint not null default 1, version integer, updated_on date);
      create table photos (id text primary key, camera_id text not null references cameras on delete cascade, caption text not null);
      create table comments (id text primary key, photo_id text not null references photos on delete cascade, body text not null);
      insert into productions values ('p1', 'One', '2026-05-01 10:00:00.5'), ('p2', 'Two', null);
      insert into cameras values ('c1', 'p1', 'Left', null, 1, 7), ('c2', 'p2', 'Right', 'x', 2, null);
      insert into photos values ('f1', 'c1', 'A'), ('f2', 'c2', 'B');
      insert into comments values ('k1', 'f1', 'A'), ('k2', 'f2', 'B');`)

    await migrate(database, schema)

    expect(await database.query('select id, sync_room from comments order by id')).toEqual([
      { id: 'k1', sync_room: 'p1' },
      { id: 'k2', sync_room: 'p2' },
    ])
    expect(await readLog(database)).toEqual([])
    await database.query(
      "update cameras set name = 'L' where id = 'c1'; update cameras set name = 'R' where id = 'c2'; update productions set starts_at = '2026-05-02 08:00' where id = 'p1'",
    )
    expect(await readLog(database)).toMatchObject([
      { id: 'c1', version: 8, fields: { name: 'L' } },
      { id: 'c2', version: 2, fields: { name: 'R' } },
      {
        id: 'p1',
        fields: { startsAt: '2026-05-02T08:00:00+00:00' },
        before: { startsAt: '2026-05-01T10:00:00.5+00:00' },
      },
    ])
    expect((await migrate(database, schema)).steps).toEqual([])
  })

  test('L1: migrate, when asked, finds records that are in a wrong room, and takes them along by changes in the log', async () => {
    const { database } = await open(kind)
    await migrate(database, schema)
    await database.query(`insert into productions (id, name) values ('p', 'P'), ('q', 'Q');
      insert into cameras (id, production_id, name) values ('c', 'q', 'C');
      insert into photos (id, camera_id, caption) values ('left', 'c', 'L'), ('there', 'c', 'T');
      insert into comments (id, photo_id, body) values ('below', 'left', 'B'), ('alone', 'there', 'A')`)
    // A fault of which the triggers know nothing: what was logged, and what the rows say, is the room before.
    await database.query(`
      set session_replication_role = replica;
      update photos set sync_room = 'p' where id = 'left';
      update comments set sync_room = 'p' where id = 'below'; update comments set sync_room = null where id = 'alone';
      update syncline.log set room = 'Production:p' where id in ('left', 'below');
      update syncline.log set room = null where id = 'alone';
      reset session_replication_role`)
    const [last] = await database.query<{ seq: string }>('select max(seq)::text as seq from syncline.log')

    const found = await findWrongRooms(database, schema)
    const unasked = await migrate(database, schema)
    const printed = await migrate(database, schema, { print: true, mendRooms: true })
    const healed = await migrate(database, schema, { mendRooms: true })

    expect(found.map(({ message }) => message)).toEqual([
      '`photos` has 1 record outside the room that the path leads to: members of that room miss it. Run `npx syncline migrate --mend-rooms`, which takes it there by changes in the log.',
      '`comments` has 1 record outside the room that the path leads to: members of that room miss it. Run `npx syncline migrate --mend-rooms`, which takes it there by changes in the log.',
    ])
    const steps = [
      { table: 'photos', purpose: 'records in a wrong room' },
      { table: 'comments', purpose: 'records in a wrong room' },
    ]
    expect(unasked.steps).toEqual([])
    expect([printed.steps, healed.steps]).toMatchObject([steps, steps])
    const moves = await readLog(database, last?.seq)
    expect(moves.map(moveOf)).toEqual([
      'left leave Production:p',
      'left enter Production:q',
      'below leave Production:p',
      'below enter Production:q',
      'alone enter Production:q',
    ])
    await expectLogEqualsTables(database, schema)
    expect((await migrate(database, schema, { mendRooms: true })).steps).toEqual([])
  })

  test.each([
    [
      'a stamp of another version had let a child keep the room that its parent left',
      `create or replace function syncline.stamp_photos() returns trigger language plpgsql as 'begin return new; end';
       set session_replication_role = replica; update photos set sync_room = 'p'; reset session_replication_role`,
    ],
    [
      'a parent had moved while its triggers were disabled',
      `update cameras set production_id = 'p'; alter table cameras disable trigger user;
       update cameras set production_id = 'q'`,
    ],
  ])(
    'L1: a migrate that was ended before it had looked after the rooms goes on at the next one: %s',
    async (_, fault) => {
      const { database } = await open(kind)
      await migrate(database, schema)
      await database.query(`insert into productions (id, name) values ('p', 'P'), ('q', 'Q');
        insert into cameras (id, production_id, name) values ('c', 'q', 'C');
        insert into photos (id, camera_id, caption) values ('f', 'c', 'F');
        ${fault};
        create function stop() returns trigger language plpgsql as $$begin raise 'The migration ends here.'; end$$;
        create trigger stop before update on photos for each row execute function stop()`)

      await expect(migrate(database, schema)).rejects.toThrow('The migration ends here.')
      await database.query('drop trigger stop on photos')
      await migrate(database, schema)

      expect(await database.query('select sync_room from photos')).toEqual([{ sync_room: 'q' }])
      expect((await migrate(database, schema)).steps).toEqual([])
    },
  )

  test('L1: a parent that moved while its triggers were disabled takes its children along at the next migrate', async () => {
    const { database } = await open(kind)
    await migrate(database, schema)
    await database.query(`insert into productions (id, name) values ('p', 'P'), ('q', 'Q');
      insert into cameras (id, production_id, name) values ('c', 'p', 'C');
      insert into photos (id, camera_id, caption) values ('f', 'c', 'F');
      insert into comments (id, photo_id, body) values ('k', 'f', 'K');
      alter table cameras disable trigger user; update cameras set production_id = 'q'`)

    await migrate(database, schema)

    expect(
      await database.query('select f.sync_room as photo, k.sync_room as comment from photos f, comments k'),
    ).toEqual([{ photo: 'q', comment: 'q' }])
  })

  test.each([
    ['gone', 'drop table photos cascade'],
    [
      'made again without its kept room',
      `drop table photos cascade; create table photos (id text primary key, camera_id text not null, caption text not null);
       insert into photos values ('f', 'c', 'F')`,
    ],
    ['without its kept room', 'alter table photos drop column sync_room cascade'],
  ])('children of a table that is %s are looked at once it is as declared', async (_, loss) => {
    const { database } = await open(kind)
    await migrate(database, schema)
    await database.query(`insert into productions (id, name) values ('p', 'P');
      insert into cameras (id, production_id, name) values ('c', 'p', 'C');
      insert into photos (id, camera_id, caption) values ('f', 'c', 'F');
      insert into comments (id, photo_id, body) values ('k', 'f', 'K')`)
    await database.query(loss)

    const found = await findWrongRooms(database, schema)
    const printed = await migrate(database, schema, { print: true })
    await migrate(database, schema)

    expect(found).toEqual([])
    expect(printed.steps.at(-1)).toMatchObject({ table: 'comments', purpose: 'records in a wrong room' })
    expect(
      await database.query(
        'select k.sync_room = f.sync_room as same from comments k left join photos f on f.id = k.photo_id',
      ),
    ).toEqual([
      { same: loss.startsWith('drop table photos cascade') && !loss.includes('insert') ? null : true },
    ])
    expect(await findWrongRooms(database, schema)).toEqual([])
    expect((await migrate(database, schema)).steps).toEqual([])
  })

  test('L1: migrate takes a record whose parent is gone out of its room', async () => {
    const { database } = await open(kind)
    await migrate(database, schema)
    await database.query(`insert into productions (id, name) values ('p', 'P');
      insert into cameras (id, production_id, name) values ('c', 'p', 'C');
      insert into photos (id, camera_id, caption) values ('f', 'c', 'F');
      set session_replication_role = replica; delete from cameras; reset session_replication_role`)

    await migrate(database, schema, { mendRooms: true })

    expect(await database.query('select sync_room from photos')).toEqual([{ sync_room: null }])
    expect((await readLog(database)).filter(({ id }) => id === 'f').map(moveOf)).toEqual([
      'f create Production:p',
      'f leave Production:p',
    ])
  })

  test('a missing column is reported with the nearest existing one, and nothing is changed', async () => {
    const { database } = await open(kind)
    await database.query(
      'create table cameras (id text primary key, title text, zooom integer not null default 1)',
    )
    const cameras = defineSchema({
      models: { camera: model('cameras', { zoom: integer(), title: text().nullable() }) },
    })

    const [message] = await messages(migrate(database, cameras))

    expect(message).toContain(
      'Table `cameras` has no column `zoom` for field `zoom` of model `camera`. Did you mean `zooom`?',
    )
    expect(await database.query("select to_regnamespace('syncline') as own")).toEqual([{ own: null }])
  })

  test('the column that a message proposes is the one that is declared', async () => {
    const { database } = await open(kind)
    await database.query("create table lamps (id text primary key); insert into lamps values ('l1')")
    const lamps = defineSchema({
      models: {
        lamp: model('lamps', { colour: text().default('brown'), note: text().nullable().column('Note') }),
      },
    })

    const found = await messages(migrate(database, lamps))
    for (const message of found)
      await database.query(/\((alter table .*)\), let/.exec(message)?.[1] as string)

    expect(found[0]).toContain(`(alter table lamps add column "colour" text not null default 'brown'), let`)
    expect(await database.query('select * from lamps')).toEqual([{ id: 'l1', colour: 'brown', Note: null }])
    expect((await migrate(database, lamps)).drift).toEqual([])
  })

  test('a column of a type that no field stands for is to be changed, and nothing else', async () => {
    const { database } = await open(kind)
    await database.query('create table lamps (id text primary key, size point)')
    const lamps = defineSchema({ models: { lamp: model('lamps', { size: text() }) } })

    expect(await messages(migrate(database, lamps))).toEqual([
      '`lamps.size` is point, but field `size` of model `lamp` is declared as text. Change the column (alter table lamps alter column size type text), or leave the field out of the declaration.',
    ])
  })

  test('a column that the rows of a table would leave empty is named, with what to declare', async () => {
    const { database } = await open(kind)
    await database.query("create table lamps (id text primary key); insert into lamps values ('l1')")
    const required = defineSchema({ models: { lamp: model('lamps', { watts: integer() }) } })
    const filled = defineSchema({ models: { lamp: model('lamps', { watts: integer().default(40) }) } })

    const refused = migrate(database, required, { addColumns: true })

    await expect(refused).rejects.toThrow(/`watts` was not added to `lamps`, which has rows.*\.default\(…\)/)
    await migrate(database, filled, { addColumns: true })
    expect(await database.query('select watts from lamps')).toEqual([{ watts: 40 }])
  })

  test('missing columns are added when asked', async () => {
    const { database } = await open(kind)
    await database.query("create table cameras (id text primary key); insert into cameras values ('c1')")
    const cameras = defineSchema({
      models: {
        camera: model('cameras', {
          zoom: integer().default(3),
          tags: array(text()).default([]),
          note: text().nullable(),
        }),
      },
    })

    await migrate(database, cameras, { addColumns: true })

    expect(await database.query('select zoom, tags, note, version from cameras')).toEqual([
      { zoom: 3, tags: [], note: null, version: 1 },
    ])
    expect((await migrate(database, cameras, { addColumns: true })).steps).toEqual([])
    expect(await checkCapture(database, cameras)).toEqual([])
  })

  test('wrong types, views and wrong ids are refused with a remedy', async () => {
    const { database } = await open(kind)
    await database.query(`create table cameras (id integer primary key, price numeric, at timestamptz, tags text);
      create view cams as select * from cameras`)
    const wrong = defineSchema({
      models: {
        camera: model('cameras', { price: number(), at: date(), tags: array(text()) }),
        cam: model('cams', { price: decimal() }),
      },
    })

    expect(await messages(migrate(database, wrong))).toEqual([
      "The id of `cameras` is int4, but model `camera` has ids of type text. Declare it with { id: 'integer' }.",
      expect.stringContaining(
        '`cameras.price` is numeric, but field `price` of model `camera` is declared as number. Declare it as decimal(), or change the column',
      ),
      expect.stringContaining(
        '`cameras.at` is timestamptz, but field `at` of model `camera` is declared as date. Declare it as timestamp()',
      ),
      expect.stringContaining(
        '`cameras.tags` is text, but field `tags` of model `camera` is declared as text array. Declare it as text()',
      ),
      expect.stringContaining('`cams` is a view'),
    ])
  })

  test('differences that one can live with are reported and do not stop the migration', async () => {
    const { database } = await open(kind)
    await database.query(`create type mood as enum ('good', 'bad');
      create table cameras (id text, name text, mood mood not null);
      create function later() returns trigger language plpgsql as $$ begin return new; end $$;
      create trigger zzz_later before update on cameras for each row execute function later();`)
    const cameras = defineSchema({
      models: { camera: model('cameras', { name: text(), mood: oneOf('good', 'odd').nullable() }) },
    })

    const { drift } = await migrate(database, cameras)
    await database.query(
      'alter table cameras disable trigger "!syncline_log"; alter table cameras rename to cams',
    )
    await database.query('create table cameras (id text primary key, name text not null, mood mood)')
    const found = await checkCapture(database, cameras)

    expect(drift.map(({ kind: what, column }) => [what, column])).toEqual([
      ['id_not_unique', 'id'],
      ['nullability', 'name'],
      ['nullability', 'mood'],
      ['enum_values', 'mood'],
      ['trigger_after_stamp', undefined],
    ])
    expect(found.map(({ kind: what, table }) => [what, table])).toEqual([
      ['enum_values', 'cameras'],
      ['not_declared', 'public.cams'],
      ['not_migrated', 'cameras'],
    ])
  })

  test('L1: a disabled trigger is found, and when it is enabled again every room of its table loads again', async () => {
    const { database } = await open(kind)
    await migrate(database, schema)
    await database.query("insert into productions (id, name) values ('p', 'P'), ('q', 'Q')")
    await database.query('alter table cameras disable trigger "!syncline_log"')

    const [drift] = await checkCapture(database, schema)
    const whileDisabled = await healCapture(database, schema)
    await database.query("insert into cameras (id, production_id, name) values ('c', 'p', 'Unseen')")
    await database.query('alter table cameras enable trigger "!syncline_log"')
    const afterwards = await healCapture(database, schema)
    const later = await healCapture(database, schema)

    expect(drift).toMatchObject({ kind: 'trigger_disabled', table: 'cameras' })
    expect(drift?.message).toContain('alter table cameras enable trigger "!syncline_log"')
    expect(whileDisabled).toMatchObject({ uncaptured: ['cameras'], reloaded: [] })
    expect(afterwards).toMatchObject({ uncaptured: [], reloaded: ['cameras'] })
    expect(later).toMatchObject({ uncaptured: [], reloaded: [] })
    const reloads = (await readLog(database)).filter(({ action }) => action === 'truncate')
    expect(reloads.map(({ room: at, model: of }) => `${at} ${of}`).sort()).toEqual([
      'Production:p camera',
      'Production:q camera',
    ])
  })

  test('L1: a migration enables triggers and brings back those that were dropped, and their rooms load again', async () => {
    const { database } = await open(kind)
    await migrate(database, schema)
    await database.query("insert into productions (id, name) values ('p', 'P')")
    await database.query(
      'alter table cameras disable trigger zz_syncline_stamp; drop trigger "!syncline_log" on photos',
    )

    const { steps } = await migrate(database, schema)

    expect(steps.map(({ table, purpose }) => `${table}: ${purpose}`)).toEqual([
      'cameras: stamp versions',
      'photos: log changes',
    ])
    expect(
      (await readLog(database)).filter(({ action }) => action === 'truncate').map(({ model: of }) => of),
    ).toEqual(['camera', 'photo'])
    expect(await checkCapture(database, schema)).toEqual([])
  })

  test('the end of a life is forgotten with the log row that told it', async () => {
    const { database } = await open(kind)
    await migrate(database, schema)
    await database.query("insert into productions (id, name) values ('p', 'P'); delete from productions")
    const remembered = () => database.query('select id, version from syncline.tombstones')

    await pruneTombstones(database)
    const before = await remembered()
    await database.query('update syncline.retention set floor = pg_snapshot_xmax(pg_current_snapshot())')
    await pruneTombstones(database)

    expect(before).toEqual([{ id: 'p', version: 2 }])
    expect(await remembered()).toEqual([])
  })

  test('L1: generated columns change with their sources, and are logged with their new values', async () => {
    const { database } = await open(kind)
    await database.query(`create table boxes (id integer primary key, width integer not null, height integer not null,
      area integer not null generated always as (width * height) stored,
      sides integer not null generated always as (6) stored)`)
    const boxes = defineSchema({
      models: {
        box: model(
          'boxes',
          { width: integer(), area: integer().filledByDatabase(), sides: integer().filledByDatabase() },
          { id: 'integer' },
        ),
      },
    })
    await migrate(database, boxes)

    await database.query(
      'insert into boxes values (1, 2, 3); update boxes set height = 4; update boxes set width = 3, height = 5',
    )

    await expectLogEqualsTables(database, boxes)
    expect((await readLog(database)).map(({ fields }) => fields)).toEqual([
      { width: 2, area: 6, sides: 6 },
      { area: 8 },
      { width: 3, area: 15 },
    ])
  })

  test('author and time are stamped where declared, and what the application writes itself stands', async () => {
    const { database } = await open(kind)
    const notes = defineSchema({
      models: {
        note: model(
          'notes',
          { body: text(), updatedAt: timestamp().filledByDatabase() },
          { updatedAt: true, lastModifiedBy: true },
        ),
      },
    })
    await migrate(database, notes)

    await database.query("insert into notes (id, body) values ('n', 'a')")
    await database.query("begin; select syncline.actor('ana'); update notes set body = 'b'; commit")
    const author = () => database.query('select last_modified_by as by from notes')
    const ofAna = await author()
    await database.query("update notes set body = 'c', updated_at = '2020-01-01 00:00:00+00'")
    const ofNobody = await author()
    await database.query(
      "update notes set updated_at = '2021-01-01 00:00:00+00', last_modified_by = 'a script'",
    )

    await expectLogEqualsTables(database, notes)
    const log = await readLog(database)
    expect(log.map(({ version, fields }) => [version, Object.keys(fields ?? {}).sort()])).toEqual([
      [1, ['body', 'updatedAt']],
      [2, ['body', 'updatedAt']],
      [3, ['body', 'updatedAt']],
      [4, ['updatedAt']],
    ])
    expect(log[2]?.fields?.updatedAt).toBe('2020-01-01T00:00:00+00:00')
    // A direct write that names nobody is not the last author's.
    expect([ofAna, ofNobody, await author()]).toEqual([[{ by: 'ana' }], [{ by: null }], [{ by: 'a script' }]])
  })

  test('L1: partitioned tables: writes on a partition, rows that move to another, TRUNCATE of one', async () => {
    const { database } = await open(kind)
    await database.query(`
      create table events (id text not null, production_id text, day date not null, title text not null, primary key (id, day)) partition by range (day);
      create table events_1 partition of events for values from ('2026-01-01') to ('2026-02-01');
      create table events_2 partition of events for values from ('2026-02-01') to ('2026-03-01');`)
    const events = defineSchema({
      models: {
        production: model('productions', { name: text() }),
        event: model('events', {
          productionId: reference('production').nullable(),
          day: date(),
          title: text(),
        }),
      },
      rooms: { production: room({ event: 'productionId' }) },
    })
    const { drift } = await migrate(database, events)
    await database.query(`insert into productions (id, name) values ('p', 'P'), ('q', 'Q');
      insert into events (id, production_id, day, title) select 'e' || n, 'p', '2026-01-10', 'T' from generate_series(1, 3) n`)

    await database.query(
      "insert into events_2 (id, production_id, day, title) values ('e4', 'p', '2026-02-10', 'Direct')",
    )
    await database.query("update events set day = '2026-02-11', title = 'Moved' where id in ('e1', 'e2')")
    await database.query("update events set day = '2026-01-12' where id = 'e3'")
    await database.query("delete from events where id = 'e3'")
    await database.query("update events set day = '2026-01-13', production_id = 'q' where id = 'e1'")
    await database.query(
      "delete from events where id = 'e2'; insert into events values ('e2', 'q', '2026-02-02', 'Again')",
    )

    await expectLogEqualsTables(database, events)
    expect(drift).toMatchObject([{ kind: 'id_not_unique', table: 'events' }])
    expect((await readLog(database)).filter(({ id }) => id === 'e1')).toMatchObject([
      { action: 'create', version: 1 },
      {
        action: 'update',
        version: 2,
        fields: { day: '2026-02-11', title: 'Moved' },
        before: { day: '2026-01-10', title: 'T' },
      },
      { action: 'leave', version: 3, room: 'Production:p' },
      {
        action: 'enter',
        version: 3,
        room: 'Production:q',
        fieldVersions: { day: 3, title: 2, productionId: 3 },
      },
    ])
    expect(await database.query('select count(*)::int4 as n from syncline.moved_rows')).toEqual([{ n: 0 }])
    await database.query('truncate events_2')
    expect(
      (await readLog(database))
        .slice(-2)
        .map(({ room: at, action }) => `${at} ${action}`)
        .sort(),
    ).toEqual(['Production:p truncate', 'Production:q truncate'])
    expect((await migrate(database, events)).steps).toEqual([])
  })

  test('L1: a record in several rooms is logged once in each', async () => {
    const { database } = await open(kind)
    const tasks = defineSchema({
      models: {
        project: model('projects', { name: text() }),
        person: model('persons', { name: text() }),
        task: model('tasks', {
          projectId: reference('project').nullable(),
          personId: reference('person').nullable(),
          title: text(),
        }),
      },
      rooms: { project: room({ task: 'projectId' }), person: room({ task: 'personId' }) },
    })
    await migrate(database, tasks)

    await database.query(`insert into projects (id, name) values ('1', 'A'), ('2', 'B'); insert into persons (id, name) values ('1', 'Ana');
      insert into tasks (id, project_id, person_id, title) values ('t', '1', '1', 'T'), ('u', null, null, 'U');
      update tasks set title = 'T2' where id = 't';
      update tasks set project_id = '2', title = 'T3' where id = 't';
      update tasks set person_id = null where id = 't';
      update tasks set project_id = null where id = 't';
      update tasks set title = 'U2', person_id = '1' where id = 'u';
      update tasks set id = 'v' where id = 'u';
      delete from tasks;`)

    await expectLogEqualsTables(database, tasks)
    expect(
      (await readLog(database))
        .filter(({ model: of }) => of === 'task')
        .map(({ room: at, id, action, version }) => `${at} ${id} ${action} ${version}`),
    ).toEqual([
      'Project:1 t create 1',
      'Person:1 t create 1',
      'null u create 1',
      'Project:1 t update 2',
      'Person:1 t update 2',
      'Project:1 t leave 3',
      'Project:2 t enter 3',
      'Person:1 t update 3',
      'Person:1 t leave 4',
      'Project:2 t update 4',
      'Project:2 t leave 5',
      'Person:1 u enter 2',
      'Person:1 u delete 3',
      'Person:1 v create 3',
      'null t delete 6',
      'Person:1 v delete 4',
    ])
  })

  test('L1: marks name the parents that a change must refresh, the old one too', async () => {
    const { database } = await open(kind)
    const accounts = defineSchema({
      models: {
        account: model('accounts', { name: text() }),
        accountUser: model(
          'account_users',
          { accountId: reference('account').nullable(), role: text() },
          { broadcastsTo: ['account'] },
        ),
      },
    })
    await migrate(database, accounts)

    await database.query(`insert into accounts (id, name) values ('1', 'A'), ('2', 'B');
      insert into account_users (id, account_id, role) values ('u', '1', 'owner');
      update account_users set account_id = '2'; delete from accounts where id = '2'; delete from account_users`)

    const marks = (await readLog(database))
      .filter(({ model: of }) => of === 'accountUser')
      .map(({ marks: of }) => of?.sort())
    expect(marks).toEqual([
      ['Account:1', 'Account:1/account_users'],
      ['Account:1', 'Account:1/account_users', 'Account:2', 'Account:2/account_users'],
      ['Account:2', 'Account:2/account_users'],
      [],
    ])
  })

  test('A2: tables that access rules read log their keys, and so do watched columns of synchronised ones', async () => {
    const { database } = await open(kind)
    await database.query(`create table memberships (team text, person text, role jsonb, primary key (team, person));
      create table people (id text primary key, name text not null, is_admin boolean not null default false)`)
    const people = defineSchema({ models: { person: model('people', { name: text() }) } })
    const options = {
      dependsOn: ['memberships', 'people', 'nowhere'],
      ruleNames: new Set(['is_admin', 'team', 'name']),
    }
    const { drift } = await migrate(database, people, options)

    await database.query(`insert into memberships values ('t', 'ana', '{"a": 1}'); update memberships set role = '{"a": 1}'; update memberships set role = '{"a": 1.0}';
      delete from memberships; truncate memberships;
      insert into people values ('ana', 'Ana'); update people set is_admin = true; update people set is_admin = true`)

    expect(
      (await readLog(database)).map(({ model: of, room: at, id, action, fields }) => [
        of,
        at,
        id,
        action,
        fields,
      ]),
    ).toEqual([
      ['@memberships', null, 't,ana', 'create', null],
      ['@memberships', null, 't,ana', 'update', null],
      ['@memberships', null, 't,ana', 'delete', null],
      ['@memberships', null, '', 'truncate', null],
      ['person', null, 'ana', 'create', { name: 'Ana' }],
      ['@people', null, 'ana', 'update', null],
    ])
    expect(drift).toMatchObject([{ kind: 'missing_table', table: 'nowhere' }])
    expect((await migrate(database, people, options)).steps).toEqual([])
  })

  test('every kind of field gets its column, default and foreign key', async () => {
    const { database } = await open(kind)
    const all = defineSchema({
      models: {
        owner: model('owners', { name: text() }, { id: 'bigint' }),
        thing: model(
          'things',
          {
            ownerId: reference('owner').nullable(),
            keeperId: reference('owner').default('1'),
            label: text().default("it's"),
            price: decimal().default('1.10'),
            ratio: number().default(0.5),
            isOn: boolean().default(true),
            at: timestamp().default('2026-01-01T00:00:00+00:00'),
            day: date().default('2026-01-02'),
            extra: json().default({ a: ["it's"] }),
            key: uuid().default('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
            data: bytes().default('AP8='),
            state: oneOf('on', 'off').default('on'),
            tags: array(text()).default(["a'b", 'c,d']),
          },
          { id: 'uuid' },
        ),
      },
    })
    await migrate(database, all)
    await database.query("insert into owners (name) values ('Ana'); insert into things default values")

    const [entry] = (await readLog(database)).filter(({ model: of }) => of === 'thing')
    expect(entry?.fields).toEqual({
      ownerId: null,
      keeperId: '1',
      label: "it's",
      price: '1.10',
      ratio: 0.5,
      isOn: true,
      at: '2026-01-01T00:00:00+00:00',
      day: '2026-01-02',
      extra: { a: ["it's"] },
      key: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      data: 'AP8=',
      state: 'on',
      tags: ["a'b", 'c,d'],
    })
    const { tables } = await describeDatabase(database, ['things'])
    expect(tables.get('things')?.foreignKeys).toHaveLength(2)
    await expect(database.query('delete from owners')).rejects.toMatchObject({ code: '23503' })
    expect((await migrate(database, all)).steps).toEqual([])
  })
})

describe.each(SERVERS)('%s', (kind) => {
  test("a role's limit on statements does not keep a large table from being migrated", async () => {
    const { database, server } = await open(kind)
    await migrate(database, schema)
    await database.query(`insert into productions (id, name) values ('p', 'P');
    insert into cameras (id, production_id, name) values ('c', 'p', 'C');
    insert into photos (id, camera_id, caption) values ('f', 'c', 'F');
    set session_replication_role = replica; update photos set sync_room = null; reset session_replication_role;
    create function slow() returns trigger language plpgsql as 'begin perform pg_sleep(0.9); return new; end';
    create trigger slow before update on photos for each row execute function slow()`)
    const limited = postgres(`${server?.url}?options=-c%20statement_timeout%3D800`)

    await migrate(limited, schema, { mendRooms: true })

    await limited.close()
    expect(await database.query('select sync_room from photos')).toEqual([{ sync_room: 'p' }])
  })

  test('a migration waits for a busy table without making its writers queue, and two at once do the work once', async () => {
    const { database, server } = await open(kind)
    await database.query('create table cameras (id text primary key, name text not null)')
    const cameras = defineSchema({ models: { camera: model('cameras', { name: text() }) } })
    const client = await server?.connect()
    await client?.query("begin; insert into cameras values ('c', 'C')")

    const both = Promise.all([migrate(database, cameras), migrate(database, cameras)])
    await new Promise((resolve) => setTimeout(resolve, 500))
    // Queued behind the migration at most as long as that waits for its lock; for ever, if it waited for ever.
    const writer = await server?.connect()
    await writer?.query("insert into cameras (id, name) values ('d', 'D')")
    await client?.query('commit')

    const reports = await both
    expect(reports.map(({ steps }) => steps.length === 0).sort()).toEqual([false, true])
  })
})
