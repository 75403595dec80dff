/** What `syncline doctor` finds in a database. */
import { describe, expect, test } from 'vitest'
import type { Database } from '../../src/postgres/database.ts'
import { sql } from '../../src/server/index.ts'
import { diagnose } from '../../src/server/explain/diagnose.ts'
import { migrate as migrateSchema } from '../../src/postgres/capture/migrate.ts'
import { postgres } from '../../src/postgres/drivers/postgres.ts'
import { migrate } from '../../src/server/migrate.ts'
import { schema } from '../capture/schema.ts'
import { openMigrated, openStage, SERVERS } from '../capture/stage.ts'

test.each(SERVERS)('doctor names records in a wrong room until migrate has mended them: %s', async (kind) => {
  const stage = await openStage(kind)
  const patient = {
    schema,
    database: stage.database,
    access: { production: { accessibleBy: () => sql.all } },
  }
  const ofLog = async () =>
    (await diagnose(patient)).filter(({ about, is }) => about === 'log' && is !== 'well')
  await migrate(patient)
  await stage.database.query(`insert into productions (id, name) values ('p', 'P');
    insert into cameras (id, production_id, name) values ('c', 'p', 'C');
    insert into photos (id, camera_id, caption) values ('f', 'c', 'F'), ('g', 'c', 'G')`)
  const before = await ofLog()

  await stage.database.query(
    'set session_replication_role = replica; update photos set sync_room = null; reset session_replication_role',
  )
  const found = await ofLog()
  await migrate(patient, { mendRooms: true })

  expect(before).toEqual([])
  expect(found).toEqual([
    {
      is: 'bad',
      about: 'log',
      message:
        '`photos` has 2 records outside the room that the path leads to: members of that room miss them. Run `npx syncline migrate --mend-rooms`, which takes them there by changes in the log.',
    },
  ])
  expect(await ofLog()).toEqual([])
  await stage.close()
})

const access = { production: { accessibleBy: () => sql.all } }
const ROWS = `insert into productions (id, name) values ('p', 'P'), ('q', 'Q');
  insert into cameras (id, production_id, name) values ('c', 'p', 'C');
  insert into photos (id, camera_id, caption) values ('f', 'c', 'F');
  insert into comments (id, photo_id, body) values ('k', 'f', 'K')`

const troubles = async (database: Database) =>
  (await diagnose({ schema, database, access }))
    .filter(({ about, is }) => about === 'log' && is !== 'well')
    .map(({ is, message }) => `${is} ${message}`)

test.each(SERVERS)(
  'A2: where rules stand with the server, nobody is told to drop what watches them: %s',
  async (kind) => {
    const stage = await openStage(kind)
    await stage.database.query('create table permits (production_id text, user_id text)')
    const isPermitted = () => sql`exists (select 1 from permits)`
    await migrate({ schema, database: stage.database, access: { production: { accessibleBy: isPermitted } } })

    const found = await diagnose({ schema, database: stage.database })
    const { drift } = await migrateSchema(stage.database, schema)

    expect(found.filter(({ message }) => message.includes('permits'))).toEqual([])
    expect(found.filter(({ about }) => about === 'access')).toEqual([
      {
        is: 'note',
        about: 'access',
        message:
          'Nothing beside the schema exports `access`, so no rule was looked at. Are the rules in the server’s file? Export them from access.ts, and import them there. Without a rule nobody reads anything.',
      },
    ])
    expect(drift.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^`public\.permits` has triggers of Syncline .* access rules that read it need them/,
      ),
    ])
    await stage.close()
  },
)

test.each(SERVERS)('doctor says that migrate is needed where a table was made again: %s', async (kind) => {
  const stage = await openMigrated(kind, schema)
  await stage.database.query(
    `${ROWS}; drop table photos cascade; create table photos (id text primary key, camera_id text not null, caption text not null)`,
  )

  expect(await troubles(stage.database)).toEqual([
    expect.stringMatching(/^bad `npx syncline migrate` is needed: .*`photos`/),
  ])
  await stage.close()
})

test.each(SERVERS)('L1: doctor finds what triggers of the application change unlogged: %s', async (kind) => {
  const stage = await openMigrated(kind, schema)
  await stage.database.query(`create function loud() returns trigger language plpgsql as $$ begin return new; end $$;
    create trigger zzzz before update on cameras for each row execute function loud()`)

  expect(await troubles(stage.database)).toEqual([
    expect.stringMatching(/^bad Trigger `zzzz` on `cameras` runs after .* Rename it/),
  ])
  await stage.close()
})

test.each(SERVERS)('doctor takes rooms that a server is about to settle for no fault: %s', async (kind) => {
  const stage = await openMigrated(kind, schema)
  await stage.database.query(ROWS)
  const mover = await stage.server?.connect()
  await mover?.query('begin isolation level repeatable read; select count(*) from members')
  await stage.database.query("insert into photos (id, camera_id, caption) values ('late', 'c', 'L')")
  await mover?.query("update cameras set production_id = 'q'; commit")

  expect(await troubles(stage.database)).toEqual([
    'note `photos` has 1 record outside the room that the path leads to, and moves of their parents are not settled yet. A running server takes it there within seconds; look again, and run `npx syncline migrate` if it stays.',
  ])
  await stage.database.query('select syncline.settle_rooms()')
  expect(await troubles(stage.database)).toEqual([])
  await stage.close()
})

describe.each(SERVERS)('doctor as a role of few rights: %s', (kind) => {
  const openAs = async (grants: string, settings = '') => {
    const stage = await openMigrated(kind, schema)
    const role = `doctor_${Math.random().toString(36).slice(2, 8)}`
    await stage.database.query(`${ROWS}; create role ${role}; grant usage on schema syncline to ${role};
      grant select on all tables in schema syncline to ${role}; ${grants.replaceAll('ROLE', role)}`)
    const database = postgres(`${stage.server?.url}?options=-c%20role%3D${role}${settings}`)
    const close = async () => {
      await database.close()
      await stage.database.query(`drop owned by ${role}; drop role ${role}`)
      await stage.close()
    }
    return { database, close }
  }

  test('what keeps it from reading rooms stands beside the rest', async () => {
    const { database, close } = await openAs(
      'grant select on productions, cameras to ROLE; alter table cameras disable trigger "!syncline_log"',
    )

    const found = await troubles(database)

    expect(found).toContainEqual(
      expect.stringMatching(/^bad Trigger `!syncline_log` on `cameras` is disabled/),
    )
    expect(found).toContainEqual(
      'note Whether every record is in its room could not be read: permission denied for table photos. Look again as a role that may read every declared table.',
    )
    await close()
  })

  test('a parent that a policy hides is not taken for gone', async () => {
    const { database, close } = await openAs(
      'grant select on all tables in schema public to ROLE; alter table cameras enable row level security',
    )

    expect(await troubles(database)).toEqual([expect.stringContaining('Row security filters `cameras`')])
    await close()
  })

  test('a limit on statements does not keep it from reading whole tables', async () => {
    const { database, close } = await openAs(
      `grant select on all tables in schema public to ROLE; alter table cameras enable row level security;
       create policy slow on cameras using (pg_sleep(0.9) is not null)`,
      '%20-c%20statement_timeout%3D800',
    )

    expect(await troubles(database)).toEqual([expect.stringContaining('Row security filters `cameras`')])
    await close()
  })
})
