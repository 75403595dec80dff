/** L1: whoever wrote it and however, it is in the log. Each test ends with the log applied and compared with the tables. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { migrate } from '../../src/postgres/capture/migrate.ts'
import type { Database } from '../../src/postgres/database.ts'
import { expectLogEqualsTables, type LogEntry, readLog } from './oracle.ts'
import { schema } from './schema.ts'
import { KINDS, openMigrated, type Stage } from './stage.ts'

const EMPTY = `
  delete from productions; delete from lenses; delete from members;
  truncate syncline.log, syncline.tombstones;
  insert into productions (id, name) values ('p1', 'One'), ('p2', 'Two');
  insert into cameras (id, production_id, name) values ('c1', 'p1', 'Left'), ('c2', 'p1', 'Right'), ('c3', 'p2', 'Crane');
  insert into photos (id, camera_id, caption) values ('f1', 'c1', 'Sunset'), ('f2', 'c1', 'Dawn'), ('f3', 'c3', 'Noon');
  insert into comments (id, photo_id, body) values ('k1', 'f1', 'Nice'), ('k2', 'f3', 'Hm');`

describe.each(KINDS)('%s', (kind) => {
  let stage: Stage
  let database: Database
  let start: string

  beforeAll(async () => {
    stage = await openMigrated(kind, schema)
    database = stage.database
  })
  afterAll(() => stage.close())
  beforeEach(async () => {
    await database.query(EMPTY)
    const [last] = await database.query<{ seq: string }>('select max(seq) as seq from syncline.log')
    start = last?.seq ?? '0'
  })
  afterEach(() => expectLogEqualsTables(database, schema))

  const write = (sql: string) => database.query(sql)
  const logged = () => readLog(database, start)
  const brief = (entries: readonly LogEntry[]) =>
    entries.map(({ room, model, id, action, version }) => `${room} ${model} ${id} ${action} ${version}`)

  test('L1: a create carries the whole row, an update new and old values of what changed, a delete the old row', async () => {
    await write("insert into cameras (id, production_id, name) values ('c9', 'p1', 'New')")
    await write("update cameras set name = 'Newer', zoom = 3 where id = 'c9'")
    await write("delete from cameras where id = 'c9'")

    expect(await logged()).toMatchObject([
      {
        room: 'Production:p1',
        model: 'camera',
        id: 'c9',
        action: 'create',
        version: 1,
        fields: { productionId: 'p1', name: 'New', note: null, zoom: 1 },
        before: null,
        fieldVersions: null,
      },
      { action: 'update', version: 2, fields: { name: 'Newer', zoom: 3 }, before: { name: 'New', zoom: 1 } },
      {
        action: 'delete',
        version: 3,
        fields: null,
        before: { productionId: 'p1', name: 'Newer', note: null, zoom: 3 },
      },
    ])
  })

  test('L1: versions are stamped per record and per field, whatever the application writes there', async () => {
    await write(
      "update cameras set name = 'A', version = 99, field_versions = '{\"name\": 77}' where id = 'c1'",
    )
    await write("update cameras set zoom = 2, version = null where id = 'c1'")

    const [row] = await database.query("select version, field_versions from cameras where id = 'c1'")
    expect(row).toEqual({ version: 3, field_versions: '{"name": 2, "zoom": 3}' })
  })

  test('L1: a create begins at version 1, whatever the application writes there', async () => {
    await write(`insert into cameras (id, production_id, name, version, field_versions) values
      ('v1', 'p1', 'Both', 99, '{"name": 77}'), ('v2', 'p1', 'One', 99, '{}'), ('v3', 'p1', 'Other', 1, '{"name": 77}')`)

    const rows = await database.query("select version, field_versions from cameras where id like 'v_'")
    expect(rows).toEqual(Array.from({ length: 3 }, () => ({ version: 1, field_versions: '{}' })))
    expect((await logged()).map(({ version }) => version)).toEqual([1, 1, 1])
  })

  test('L1: an update that changes no declared field makes no version and no log row', async () => {
    await write('alter table cameras add column if not exists internal text')
    await write("update cameras set internal = 'x' where id = 'c1'")
    await write("update cameras set name = name, zoom = zoom where id = 'c1'")

    expect(await logged()).toEqual([])
    expect(await database.query("select version from cameras where id = 'c1'")).toEqual([{ version: 1 }])
  })

  test('L1: an update is logged alike, whether or not anybody has said who writes', async () => {
    const changes = ["name = 'A', zoom = 5", "note = 'B'", 'name = name', "note = null, production_id = 'p2'"]
    const named = '{"source": "app", "actor": "ana"}'
    await write("insert into cameras (id, production_id, name) values ('d1', 'p1', 'D'), ('d2', 'p1', 'D')")

    for (const change of changes) {
      await write(`update cameras set ${change} where id = 'd1'`)
      await write(
        `begin; set local syncline.op = '${named}'; update cameras set ${change} where id = 'd2'; commit`,
      )
    }

    const of = async (record: string) =>
      (await logged())
        .filter(({ id }) => id === record)
        .map(({ room, model, action, fields, before, version, fieldVersions }) =>
          JSON.stringify({ room, model, action, fields, before, version, fieldVersions }),
        )
    expect(await of('d1')).toHaveLength(5)
    expect(await of('d2')).toEqual(await of('d1'))
  })

  test('L1: while a statement logs its own updates, those of its table are neither stamped nor logged again', async () => {
    await write(`begin; set local syncline.logged = 'cameras';
      update cameras set name = 'Own', version = 2, field_versions = '{"name": 2, "zoom": 1}' where id = 'c1';
      insert into syncline.log (room, model, id, action, fields, before, version)
        values ('Production:p1', 'camera', 'c1', 'update', '{"name": "Own"}', '{"name": "Left"}', 2);
      update productions set name = 'Other' where id = 'p1'; commit`)

    expect(brief(await logged())).toEqual([
      'Production:p1 camera c1 update 2',
      'Production:p1 production p1 update 2',
    ])
    expect(await database.query("select version, field_versions from cameras where id = 'c1'")).toEqual([
      { version: 2, field_versions: '{"name": 2, "zoom": 1}' },
    ])
  })

  test('L1: creates and deletes are logged while a statement logs its own updates', async () => {
    await database.transaction(async (connection) => {
      await connection.query("select set_config('syncline.logged', 'cameras', true)")
      await connection.query("insert into cameras (id, production_id, name) values ('c9', 'p1', 'New')")
      await connection.query("delete from cameras where id = 'c2'")
    })

    expect(brief(await logged())).toEqual([
      'Production:p1 camera c9 create 1',
      'Production:p1 camera c2 delete 2',
    ])
  })

  test('L1: COPY', async () => {
    const file = `/tmp/syncline-copy-${kind.replace(' ', '-')}`
    await write(`copy (select 'x' || n, 'p2', 'Copied ' || n, 1 from generate_series(1, 50) n) to '${file}'`)

    await write(`copy cameras (id, production_id, name, zoom) from '${file}'`)

    expect(
      (await logged()).filter(({ action, room }) => action === 'create' && room === 'Production:p2'),
    ).toHaveLength(50)
  })

  test('L1: cascades keep the rooms of what they delete', async () => {
    await write("delete from productions where id = 'p1'")

    expect(brief(await logged()).sort()).toEqual([
      'Production:p1 camera c1 delete 2',
      'Production:p1 camera c2 delete 2',
      'Production:p1 comment k1 delete 2',
      'Production:p1 photo f1 delete 2',
      'Production:p1 photo f2 delete 2',
      'Production:p1 production p1 delete 2',
    ])
  })

  test('L1: one statement that changes many rows', async () => {
    await write(
      "insert into cameras (id, production_id, name) select 'b' || n, 'p1', 'Bulk' from generate_series(1, 2000) n",
    )
    await write("update cameras set zoom = zoom + 1, note = 'all'")
    await write("delete from cameras where name = 'Bulk' and id > 'b5'")

    expect((await logged()).filter(({ action }) => action === 'update')).toHaveLength(2003)
  })

  test('L1: ON CONFLICT, whether it updates or does nothing', async () => {
    await write(`insert into cameras (id, production_id, name) values ('c1', 'p2', 'Taken'), ('c8', 'p2', 'Free')
      on conflict (id) do update set name = excluded.name, version = excluded.version`)
    await write(
      "insert into cameras (id, production_id, name) values ('c2', 'p2', 'Taken') on conflict do nothing",
    )

    expect(brief(await logged())).toEqual([
      'Production:p1 camera c1 update 2',
      'Production:p2 camera c8 create 1',
    ])
  })

  test('L1: MERGE', async () => {
    await write(`merge into cameras c using (values ('c1', 'Merged'), ('c7', 'Merged'), ('c2', null)) as v (id, name) on c.id = v.id
      when matched and v.name is null then delete
      when matched then update set name = v.name
      when not matched then insert (id, production_id, name) values (v.id, 'p2', v.name)`)

    expect(brief(await logged()).sort()).toEqual([
      'Production:p1 camera c1 update 2',
      'Production:p1 camera c2 delete 2',
      'Production:p2 camera c7 create 1',
    ])
  })

  test("L1: what the application's own triggers change, before and after", async () => {
    await write(`
      create or replace function shout() returns trigger language plpgsql as $$ begin new.name := upper(new.name); return new; end $$;
      create or replace function echo() returns trigger language plpgsql as $$ begin
        update photos set caption = new.name where camera_id = new.id; return null; end $$;
      create trigger shout before insert or update on cameras for each row execute function shout();
      create trigger echo after update on cameras for each row execute function echo();`)

    await write("update cameras set name = 'quiet' where id = 'c3'")

    await write('drop trigger shout on cameras; drop trigger echo on cameras')
    expect(await logged()).toMatchObject([
      { model: 'camera', id: 'c3', fields: { name: 'QUIET' }, before: { name: 'Crane' } },
      { model: 'photo', id: 'f3', fields: { caption: 'QUIET' }, before: { caption: 'Noon' } },
    ])
  })

  test('L1: TRUNCATE tells every room that had rows to load again', async () => {
    await write('truncate photos cascade')

    expect(brief(await logged()).sort()).toEqual([
      'Production:p1 comment  truncate 0',
      'Production:p1 photo  truncate 0',
      'Production:p2 comment  truncate 0',
      'Production:p2 photo  truncate 0',
    ])
  })

  test('L1: TRUNCATE of shared records, of records in no room, and of an empty table', async () => {
    await write(
      "insert into lenses (id, name, serial) values (1, 'Wide', 5); insert into members (user_name) values ('ana')",
    )
    const before = (await logged()).length
    await write('truncate lenses; truncate members; truncate members')

    expect(brief((await logged()).slice(before))).toEqual([
      'Lens:all lens  truncate 0',
      'null member  truncate 0',
      'null member  truncate 0',
    ])
  })

  test('L1: a changed id is a delete and a create, and its children follow', async () => {
    await write(
      'alter table photos drop constraint photos_camera_id_fkey, add constraint photos_camera_id_fkey foreign key (camera_id) references cameras (id) on delete cascade on update cascade',
    )
    await write("update cameras set id = 'c1-new', name = 'Renamed' where id = 'c1'")

    expect(brief(await logged()).sort()).toEqual([
      'Production:p1 camera c1 delete 2',
      'Production:p1 camera c1-new create 2',
      'Production:p1 photo f1 update 2',
      'Production:p1 photo f2 update 2',
    ])
    expect((await logged()).find(({ action }) => action === 'create')).toMatchObject({
      fields: { name: 'Renamed', productionId: 'p1' },
      fieldVersions: null,
    })
  })

  test("L1: a room's own id changes", async () => {
    await write(
      'alter table cameras drop constraint cameras_production_id_fkey, add constraint cameras_production_id_fkey foreign key (production_id) references productions (id) on delete cascade on update cascade',
    )
    await write("update productions set id = 'p9' where id = 'p1'")

    const entries = brief(await logged())
    expect(entries).toContain('Production:p1 production p1 delete 2')
    expect(entries).toContain('Production:p9 production p9 create 2')
    expect(entries).toContain('Production:p9 comment k1 enter 1')
  })

  test('L1: a deleted id that is created again continues above its last version, and beats every stale copy', async () => {
    await write("update cameras set zoom = 5 where id = 'c2'; delete from cameras where id = 'c2'")
    await write("insert into cameras (id, production_id, name, version) values ('c2', 'p2', 'Again', 1)")
    await write("update cameras set zoom = 6 where id = 'c2'")

    expect(brief(await logged()).slice(-2)).toEqual([
      'Production:p2 camera c2 create 4',
      'Production:p2 camera c2 update 5',
    ])
    expect(await database.query("select version, field_versions from cameras where id = 'c2'")).toEqual([
      { version: 5, field_versions: '{"name": 4, "note": 4, "zoom": 5, "productionId": 4}' },
    ])
  })

  test('L1: deleted and created again in one statement and in one transaction', async () => {
    await write(
      "begin; delete from cameras where id = 'c2'; insert into cameras (id, production_id, name) values ('c2', 'p1', 'Again'); commit",
    )
    await write(
      "with gone as (delete from members returning id) insert into members (user_name) select 'x' from generate_series(1, 2)",
    )

    expect(brief(await logged()).slice(0, 2)).toEqual([
      'Production:p1 camera c2 delete 2',
      'Production:p1 camera c2 create 3',
    ])
  })

  test('L1: a record that moves leaves one room and enters the other, and everything below it too', async () => {
    await write("update cameras set production_id = 'p2', name = 'Moved' where id = 'c1'")

    expect(brief(await logged()).sort()).toEqual([
      'Production:p1 camera c1 leave 2',
      'Production:p1 comment k1 leave 1',
      'Production:p1 photo f1 leave 1',
      'Production:p1 photo f2 leave 1',
      'Production:p2 camera c1 enter 2',
      'Production:p2 comment k1 enter 1',
      'Production:p2 photo f1 enter 1',
      'Production:p2 photo f2 enter 1',
    ])
    const [leave, enter] = (await logged()).filter(({ model }) => model === 'camera')
    expect(leave).toMatchObject({ fields: null, before: null })
    expect(enter).toMatchObject({
      fields: { productionId: 'p2', name: 'Moved', note: null, zoom: 1 },
      fieldVersions: { productionId: 2, name: 2 },
    })
  })

  test('L1: a child that changes its parent, and one that has none', async () => {
    await write('alter table photos alter column camera_id drop not null')
    await write("update photos set camera_id = 'c3' where id = 'f1'")
    await write("update photos set camera_id = null where id = 'f2'")
    await write("update photos set caption = 'Nowhere' where id = 'f2'")
    await write("update photos set camera_id = 'c2' where id = 'f2'")

    expect(brief(await logged()).filter((entry) => entry.includes('photo'))).toEqual([
      'Production:p1 photo f1 leave 2',
      'Production:p2 photo f1 enter 2',
      'Production:p1 photo f2 leave 2',
      'null photo f2 update 3',
      'Production:p1 photo f2 enter 4',
    ])
    expect(brief(await logged())).toContain('Production:p2 comment k1 enter 1')
    await write('delete from photos where camera_id is null')
  })

  test('L1: a version at its largest stays there, and no write fails for it', async () => {
    await write(`begin; set local session_replication_role = replica;
      update cameras set version = 2147483646 where id = 'c1'; commit; truncate syncline.log`)

    await write("update cameras set zoom = 2 where id = 'c1'")
    await write("update cameras set zoom = 3 where id = 'c1'")
    await write("delete from cameras where id = 'c1'")

    expect((await logged()).filter(({ id }) => id === 'c1').map(({ version }) => version)).toEqual([
      2147483647, 2147483647,
    ])
    await write('delete from productions; truncate syncline.log')
  })

  test("L1: the column that holds a room's id cannot be written", async () => {
    await write("update photos set sync_room = 'p2' where id = 'f1'")
    await write("insert into photos (id, camera_id, caption, sync_room) values ('f9', 'c1', 'Forged', 'p2')")

    expect(
      await database.query("select id, sync_room from photos where id in ('f1', 'f9') order by id"),
    ).toEqual([
      { id: 'f1', sync_room: 'p1' },
      { id: 'f9', sync_room: 'p1' },
    ])
  })

  test('L1: children that are written before their parent, as deferred constraints and dumps do', async () => {
    await write('alter table photos drop constraint photos_camera_id_fkey')
    await migrate(database, schema)
    await write("insert into photos (id, camera_id, caption) values ('f8', 'c8', 'Early')")
    await write("insert into comments (id, photo_id, body) values ('k8', 'f8', 'Early')")
    await write("insert into cameras (id, production_id, name) values ('c8', 'p2', 'Late')")

    const entries = brief(await logged())
    expect(entries).toContain('null photo f8 create 1')
    expect(entries).toContain('Production:p2 photo f8 enter 1')
    expect(entries).toContain('Production:p2 comment k8 enter 1')
    await write("delete from cameras where id = 'c8'")
    expect(brief(await logged()).slice(-2)).toEqual([
      'Production:p2 photo f8 leave 1',
      'Production:p2 comment k8 leave 1',
    ])
    await write(
      "insert into cameras (id, production_id, name) values ('c9', 'p1', 'Other'); update cameras set id = 'c8' where id = 'c9'",
    )
    expect(brief(await logged())).toContain('Production:p1 comment k8 enter 1')
    await write(
      'alter table photos add constraint photos_camera_id_fkey foreign key (camera_id) references cameras (id) on delete cascade on update cascade',
    )
    await migrate(database, schema)
  })

  test('L1: what was rolled back is not in the log, savepoint by savepoint', async () => {
    await database.transaction(async (connection) => {
      await connection.query("update cameras set zoom = 2 where id = 'c1'")
      await connection.query('savepoint a')
      await connection.query(
        "update cameras set zoom = 3 where id = 'c1'; insert into cameras (id, production_id, name) values ('cx', 'p1', 'x')",
      )
      await connection.query('rollback to a')
      await connection.query("update cameras set zoom = 4 where id = 'c1'")
    })

    expect(await logged()).toMatchObject([
      { version: 2, fields: { zoom: 2 } },
      { version: 3, fields: { zoom: 4 }, before: { zoom: 2 } },
    ])
  })

  test('L1: source is the database role, and actor() names an author for one transaction', async () => {
    await write(
      "begin; select syncline.actor('ana', 'phone', 'POST /cameras'); update cameras set zoom = 2 where id = 'c1'; commit",
    )
    await write("begin; select syncline.actor('ben'); update cameras set zoom = 3 where id = 'c1'; commit")
    await write("update cameras set zoom = 4 where id = 'c1'")

    expect(await logged()).toMatchObject([
      { actor: 'ana', device: 'phone', source: 'POST /cameras', op: null },
      { actor: 'ben', device: null, source: 'postgres' },
      { actor: null, device: null, source: 'postgres' },
    ])
  })

  test("L1: the op's number is logged with its record only, its device with all that it caused", async () => {
    await write(`begin; select set_config('syncline.op', '{"device":"d1","op":7,"actor":"ana","source":"app","model":"camera","id":"c1"}', true);
      update cameras set production_id = 'p2' where id = 'c1'; commit`)

    const entries = await logged()
    expect(entries.filter(({ op }) => op === '7').map(({ model, action }) => `${model} ${action}`)).toEqual([
      'camera leave',
      'camera enter',
    ])
    expect(new Set(entries.map(({ device, actor, source }) => `${device} ${actor} ${source}`))).toEqual(
      new Set(['d1 ana app']),
    )
  })

  test('other programs read the log as syncline.ops: one row per change, a move as an update', async () => {
    await write(
      "update cameras set production_id = 'p2' where id = 'c2'; delete from cameras where id = 'c2'",
    )

    const ops = await database.query(
      `select entity, entity_id, type, data, client_id, user_id from syncline.ops where server_seq > ${start} order by server_seq`,
    )
    expect(ops).toMatchObject([
      { entity: 'camera', entity_id: 'c2', type: 'UPDATE' },
      { entity: 'camera', entity_id: 'c2', type: 'DELETE', data: null },
    ])
  })
})
