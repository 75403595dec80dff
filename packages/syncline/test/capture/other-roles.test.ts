/** L1: capture never fails a transaction that would succeed without it, whoever writes. */
import { afterEach, describe, expect, test } from 'vitest'
import { bytes, defineSchema, json, model, reference, room, text } from '../../src/schema/index.ts'
import { checkCapture, migrate } from '../../src/postgres/capture/migrate.ts'
import { postgres } from '../../src/postgres/drivers/postgres.ts'
import { expectLogEqualsTables, readLog } from './oracle.ts'
import { schema } from './schema.ts'
import { KINDS, openMigrated, openStage, SERVERS, type Stage } from './stage.ts'

const opened: Stage[] = []
const keep = async (stage: Promise<Stage>) => {
  opened.push(await stage)
  return stage
}
afterEach(async () => {
  for (const stage of opened.splice(0)) await stage.close()
})

describe.each(SERVERS)('%s', (kind) => {
  test('L1: a role with no right but to write the table, and a search path of its own, is captured by its name', async () => {
    const { database, server } = await keep(openMigrated(kind, schema))
    const role = `writer_${Math.random().toString(36).slice(2, 8)}`
    await database.query(`insert into productions (id, name) values ('p', 'P');
      insert into cameras (id, production_id, name) values ('c', 'p', 'C');
      create role ${role} login; grant select, insert, update, delete on cameras to ${role};
      grant insert on photos to ${role}; create schema odd authorization ${role}`)
    const client = await server?.connect()
    const evil = `create function odd.same(text, text) returns boolean language sql as 'select true';
      create operator odd.= (leftarg = text, rightarg = text, function = odd.same);
      create operator odd.<> (leftarg = text, rightarg = text, function = odd.same);
      create function odd.plus(integer, integer) returns integer language sql as 'select 0';
      create operator odd.+ (leftarg = integer, rightarg = integer, function = odd.plus);
      create function odd.current_setting(text, boolean) returns text language sql as 'select ''{"actor":"forged"}''';
      create temporary table log (room text); create type pg_temp.text as (x integer); create type odd.jsonb as (x integer)`

    await client?.query(
      `set session authorization ${role}; set search_path = odd, pg_temp, pg_catalog, public`,
    )
    await client?.query(evil)
    await client?.query("update cameras set name = 'Captured', zoom = zoom operator(pg_catalog.+) 1")
    await client?.query("insert into photos (id, camera_id, caption) values ('f', 'c', 'Mine')")
    await client?.query(
      "update cameras set production_id = production_id, note = 'n'; delete from cameras where name operator(pg_catalog.=) 'nobody'",
    )
    await client?.end()

    await expectLogEqualsTables(database, schema)
    expect((await readLog(database)).slice(-3)).toMatchObject([
      { source: role, actor: null, version: 2, fields: { name: 'Captured', zoom: 2 } },
      { source: role, room: 'Production:p', model: 'photo' },
      { source: role, version: 3, fields: { note: 'n' } },
    ])
    await database.query(`drop owned by ${role}; drop role ${role}`)
  })

  test('L1: a database that quotes all identifiers is captured as declared, and found so', async () => {
    const { server } = await keep(openStage(kind))
    await server?.query(`do $$ begin
      execute format('alter database %I set quote_all_identifiers = on', current_database()); end $$`)
    const database = postgres(server?.url as string)

    await migrate(database, schema)
    const again = await migrate(database, schema)
    const drift = await checkCapture(database, schema)
    const [setting] = await database.query('show quote_all_identifiers')
    await database.close()

    expect([again.steps, drift, setting]).toEqual([[], [], { quote_all_identifiers: 'off' }])
  })

  test('C1: a server whose role row security keeps from rows is told so, and others are not', async () => {
    const { database, server } = await keep(openMigrated(kind, schema))
    const role = `server_${Math.random().toString(36).slice(2, 8)}`
    await database.query(`create role ${role} login; grant usage on schema public, syncline to ${role};
      grant select on all tables in schema public, syncline to ${role};
      alter table cameras enable row level security`)
    const url = new URL((server as NonNullable<typeof server>).url)
    url.username = role
    const limited = postgres(url.href)
    const filtered = (at: typeof database) =>
      checkCapture(at, schema).then((drift) => drift.filter(({ kind: each }) => each === 'row_security'))

    const told = await filtered(limited)
    await database.query(`alter role ${role} bypassrls`)

    expect(told).toMatchObject([
      {
        table: 'cameras',
        isBlocking: false,
        message: expect.stringContaining(`alter role ${role} bypassrls`),
      },
    ])
    expect(await filtered(limited)).toEqual([])
    expect(await filtered(database)).toEqual([])
    await limited.close()
    await database.query(`drop owned by ${role}; drop role ${role}`)
  })

  test('L1: a role cannot write the log, nor borrow a trigger function to do so', async () => {
    const { database, server } = await keep(openMigrated(kind, schema))
    const role = `writer_${Math.random().toString(36).slice(2, 8)}`
    await database.query(`create role ${role} login; create schema odd authorization ${role}`)
    const client = await server?.connect()
    await client?.query(`set session authorization ${role}`)
    await client?.query('create table odd.cameras (id text, name text)')

    await expect(
      client?.query("insert into syncline.log (model, id, action) values ('camera', 'x', 'create')"),
    ).rejects.toMatchObject({ code: '42501' })
    await expect(
      client?.query(
        'create trigger t after insert on odd.cameras for each row execute function syncline.log_cameras()',
      ),
    ).rejects.toMatchObject({ code: '42501' })
    expect((await client?.query("select syncline.actor('ana')"))?.rowCount).toBe(1)

    await client?.end()
    await database.query(`drop owned by ${role}; drop role ${role}`)
  })

  test('L1: a migration needs no more than the ownership of its tables and the right to make a schema', async () => {
    const { database, server } = await keep(openStage(kind))
    const [owner, writer] = ['owner', 'writer'].map(
      (name) => `${name}_${Math.random().toString(36).slice(2, 8)}`,
    )
    await database.query(`create role ${owner} login; create role ${writer} login; grant all on schema public to ${owner};
      grant create on database ${server?.name} to ${owner}`)
    const url = new URL(server?.url as string)
    url.username = owner as string
    const owned = postgres(url.href)
    await migrate(owned, schema)
    await owned.query(`insert into productions (id, name) values ('p', 'P'), ('q', 'Q');
      grant insert, select, update, delete on cameras, photos to ${writer}`)
    const client = await server?.connect()
    await client?.query(`set session authorization ${writer}`)

    await client?.query(
      "insert into cameras (id, production_id, name) values ('c', 'p', 'C'); insert into photos (id, camera_id, caption) values ('f', 'c', 'F')",
    )
    await client?.query(
      "update cameras set production_id = 'q'; delete from cameras; insert into cameras (id, production_id, name) values ('c', 'p', 'C')",
    )
    await client?.end()

    await expectLogEqualsTables(owned, schema)
    expect((await migrate(owned, schema)).steps).toEqual([])
    await owned.close()
    await database.query(
      `drop owned by ${owner}; drop owned by ${writer}; drop role ${owner}; drop role ${writer}`,
    )
  })

  test('L1: writers in other isolation levels, and a prepared transaction where they are allowed', async () => {
    const { database } = await keep(openMigrated(kind, schema))
    await database.query("insert into productions (id, name) values ('p', 'P'), ('q', 'Q')")

    for (const isolation of ['repeatable read', 'serializable'] as const) {
      await database.transaction(
        async (connection) => {
          await connection.query("insert into cameras (id, production_id, name) values ('c', 'p', 'C')")
          await connection.query("insert into photos (id, camera_id, caption) values ('f', 'c', 'F')")
          await connection.query("update photos set caption = 'G'; delete from photos; delete from cameras")
        },
        { isolation },
      )
    }

    await expectLogEqualsTables(database, schema)
    expect((await readLog(database)).at(-1)).toMatchObject({ model: 'camera', action: 'delete', version: 4 })
  })
})

describe.each(KINDS)('%s', (kind) => {
  test('L1: names at their maximum length, in other schemas, with capitals, spaces and quotes', async () => {
    const { database } = await keep(openStage(kind))
    const long = (letter: string) => letter.repeat(63)
    const odd = defineSchema({
      models: {
        [`root${'R'.repeat(50)}`]: model(`Odd Schema.${long('t')}`, { name: text().column(long('n')) }),
        member: model(`Odd Schema.${long('m')}`, {
          rootId: reference(`root${'R'.repeat(50)}`).column(long('r')),
          quoted: text().column("it's odd"),
          select: text().nullable(),
        }),
        leaf: model('Leaf Things', { memberId: reference('member'), kind: text().column('Version') }),
      },
      rooms: { [`root${'R'.repeat(50)}`]: room({ member: 'rootId', leaf: 'member.rootId' }) },
    } as never) as unknown as typeof schema
    await database.query('create schema "Odd Schema"')
    await migrate(database, odd)

    await database.query(`insert into "Odd Schema"."${long('t')}" (id, "${long('n')}") values ('1', 'One');
      insert into "Odd Schema"."${long('m')}" (id, "${long('r')}", "it's odd") values ('1', '1', 'q');
      insert into "Leaf Things" (id, member_id, "Version") values ('1', '1', 'v');
      update "Odd Schema"."${long('m')}" set "it's odd" = 'r', "select" = 's'; delete from "Odd Schema"."${long('t')}"`)

    await expectLogEqualsTables(database, odd)
    expect(await readLog(database)).toHaveLength(7)
    expect((await migrate(database, odd)).steps).toEqual([])
  })

  test('L1: long ids, large values, deep and wide JSON', async () => {
    const { database } = await keep(openStage(kind))
    const large = defineSchema({
      models: {
        root: model('roots', { name: text() }),
        blob: model('blobs', { rootId: reference('root'), body: text(), data: bytes(), extra: json() }),
      },
      rooms: { root: room({ blob: 'rootId' }) },
    })
    await migrate(database, large)
    const words = "(select string_agg(md5(n::text), '') from generate_series(1, 80) n)"

    await database.query(`insert into roots (id, name) values (${words}, 'Long');
      insert into blobs (id, root_id, body, data, extra) values (${words}, ${words}, repeat('x', 8000), decode(repeat('ff', 100000), 'hex'), '{"n": 1E1000}');
      update blobs set body = repeat('y', 2000000), extra = (repeat('[', 500) || repeat(']', 500))::jsonb;
      update blobs set data = '\\x00'; delete from roots`)

    const log = await readLog(database)
    expect(log.map(({ action }) => action)).toEqual([
      'create',
      'create',
      'update',
      'update',
      'delete',
      'delete',
    ])
    expect(log[2]?.fields?.body).toHaveLength(2_000_000)
  })

  test('L1: a table with more fields than a function takes arguments', async () => {
    const { database } = await keep(openStage(kind))
    const fields = Object.fromEntries(
      Array.from({ length: 120 }, (_, index) => [`field${index}`, text().default('')]),
    )
    const wide = defineSchema({ models: { wide: model('wides', fields) } })
    await migrate(database, wide)

    await database.query(
      "insert into wides (id) values ('w'); update wides set field0 = 'a', field119 = 'b'; delete from wides; insert into wides (id) values ('w')",
    )

    await expectLogEqualsTables(database, wide)
    expect((await readLog(database)).map(({ fields: of }) => Object.keys(of ?? {}).length)).toEqual([
      120, 2, 0, 120,
    ])
  })

  test("L1: children's own triggers keep their search path when their parent moves them", async () => {
    const { database } = await keep(openMigrated(kind, schema))
    await database.query(`create table audit (entry text); insert into productions (id, name) values ('p', 'P'), ('q', 'Q');
      insert into cameras (id, production_id, name) values ('c', 'p', 'C'); insert into photos (id, camera_id, caption) values ('f', 'c', 'F');
      create function audited() returns trigger language plpgsql as $$ begin insert into audit values (new.sync_room); return new; end $$;
      create trigger audited before update on photos for each row execute function audited()`)

    await database.query("update cameras set production_id = 'q'")

    expect(await database.query('select entry from audit')).toEqual([{ entry: 'q' }])
    await expectLogEqualsTables(database, schema)
  })
})
