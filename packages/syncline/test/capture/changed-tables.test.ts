/** Tables that are altered while the application writes them. */
import { afterEach, describe, expect, test } from 'vitest'
import { healCapture } from '../../src/postgres/capture/heal-capture.ts'
import { healingMessages } from '../../src/postgres/capture/healing-messages.ts'
import { checkCapture, migrate } from '../../src/postgres/capture/migrate.ts'
import type { Database } from '../../src/postgres/database.ts'
import { postgres } from '../../src/postgres/drivers/postgres.ts'
import { date, decimal, defineSchema, model, reference, room, text } from '../../src/schema/index.ts'
import { readLog } from './oracle.ts'
import { openMigrated, SERVERS, type Stage } from './stage.ts'

const lenses = defineSchema({ models: { lens: model('lenses', { name: text(), price: decimal() }) } })
const LENSES = 'create table lenses (id text primary key, name text not null, price integer not null)'

const events = defineSchema({
  models: {
    production: model('productions', { name: text() }),
    event: model('events', { productionId: reference('production').nullable(), day: date() }),
  },
  rooms: { production: room({ event: 'productionId' }) },
})
const EVENTS = `create table events (id text not null, production_id text, day date not null, primary key (id, day)) partition by range (day);
  create table events_1 partition of events for values from ('2026-01-01') to ('2026-02-01')`
const NEW_PARTITION = `create table events_2 partition of events for values from ('2026-02-01') to ('2026-03-01');
  insert into productions (id, name) values ('p', 'P');
  insert into events (id, production_id, day) values ('e', 'p', '2026-02-02')`

describe.each(SERVERS)('%s', (kind) => {
  let stage: Stage | undefined
  afterEach(() => stage?.close())

  /** With a session that has updated the table. */
  async function openLenses({ isFollowed = false } = {}) {
    stage = await openMigrated(kind, lenses, LENSES)
    const { database, server } = stage
    // Where the migrating role may not create it.
    if (!isFollowed) await database.query('drop event trigger syncline_follow_columns')
    const session = await (server as NonNullable<typeof server>).connect()
    await session.query("insert into lenses (id, name, price) values ('l', 'L', 1)")
    await session.query("update lenses set name = 'before', price = 2")
    return { database, session }
  }

  test('L1: an open session writes on after a column got another type and capture was looked at', async () => {
    const { database, session } = await openLenses()
    await database.query('alter table lenses alter column price type bigint')

    const healing = await healCapture(database, lenses)
    await session.query("update lenses set name = 'after', price = 3")
    const later = await healCapture(database, lenses)

    expect(healing).toMatchObject({ renewed: ['lenses'], outdated: [], missing: [], reloaded: [] })
    expect(later).toMatchObject({ renewed: [], outdated: [], missing: [] })
    expect((await readLog(database)).at(-1)).toMatchObject({ fields: { name: 'after', price: '3' } })
    expect(await checkCapture(database, lenses)).toEqual([])
  })

  test('L1: an open session writes on after a column got another type and the database was migrated', async () => {
    const { database, session } = await openLenses()
    await database.query('alter table lenses alter column price type bigint')

    const drift = await checkCapture(database, lenses)
    const { steps } = await migrate(database, lenses)
    await session.query("update lenses set name = 'after', price = 3")

    expect(drift).toMatchObject([
      { kind: 'type_changed', table: 'lenses', column: 'price', message: expect.stringContaining('migrate') },
      { kind: 'not_migrated', table: 'lenses', isBlocking: false },
    ])
    expect(steps.map(({ purpose }) => purpose)).toEqual(['stamp versions', 'log changes'])
    expect((await readLog(database)).at(-1)).toMatchObject({ fields: { name: 'after', price: '3' } })
    expect((await migrate(database, lenses)).steps).toEqual([])
  })

  test('L1: a role that does not own the functions says who has to make them anew', async () => {
    const { database } = await openLenses()
    await asServer(database, async (server) => {
      await database.query('alter table lenses alter column price type bigint')

      const healing = await healCapture(server, lenses)

      expect(healing).toMatchObject({ renewed: [], outdated: ['lenses'] })
      expect(healingMessages(healing)).toMatchObject([
        {
          level: 'error',
          subject: { table: 'lenses' },
          message: expect.stringContaining('npx syncline migrate'),
        },
      ])
    })
  })

  test('L1: a declared column that is gone is said by its name', async () => {
    const { database } = await openLenses()
    await database.query('alter table lenses rename column name to title')

    const healing = await healCapture(database, lenses)
    await database.query('alter table lenses rename column title to name')

    expect(healing.missing).toEqual([{ table: 'lenses', column: 'name' }])
    expect(healingMessages(healing)).toMatchObject([
      { level: 'error', subject: { table: 'lenses', column: 'name' } },
    ])
    expect((await healCapture(database, lenses)).missing).toEqual([])
  })

  test('L1: an open session writes on at once after a column got another type', async () => {
    const { database, session } = await openLenses({ isFollowed: true })
    await session.query("begin; update lenses set name = 'between'; commit")

    await database.query('alter table lenses alter column price type bigint')
    await session.query("update lenses set name = 'after', price = 3")
    await session.query("insert into lenses (id, name, price) values ('n', 'N', 4)")
    await session.query('delete from lenses')

    expect((await readLog(database)).slice(-4)).toMatchObject([
      { fields: { name: 'after', price: '3' } },
      { action: 'create', fields: { name: 'N', price: '4' } },
      { action: 'delete', id: 'l' },
      { action: 'delete', id: 'n' },
    ])
    expect(await healCapture(database, lenses)).toMatchObject({ uncaptured: [], renewed: [], reloaded: [] })
    expect(await checkCapture(database, lenses)).toEqual([])
  })

  test.each(['alter table lenses rename column name to title', 'alter table lenses drop column name'])(
    'L1: after `%s` writes go on, and what they changed is loaded when the table is captured again',
    async (statement) => {
      const { database, session } = await openLenses({ isFollowed: true })

      await database.query(statement)
      await session.query('update lenses set price = 5')
      await session.query("delete from lenses; insert into lenses (id, price) values ('n', 6)").catch(() =>
        // A renamed column is still required.
        session.query("insert into lenses (id, title, price) values ('n', 'N', 6)"),
      )
      const healing = await healCapture(database, lenses)
      await database.query(
        statement.includes('rename')
          ? 'alter table lenses rename column title to name'
          : "alter table lenses add column name text not null default 'N'",
      )
      const again = await healCapture(database, lenses)
      await session.query("update lenses set name = 'back'")

      expect(healing).toMatchObject({
        uncaptured: ['lenses'],
        missing: [{ table: 'lenses', column: 'name' }],
      })
      expect(healingMessages(healing)).toMatchObject([
        { level: 'error', message: expect.stringContaining('changes of the table are not logged') },
      ])
      expect(again).toMatchObject({ uncaptured: [], missing: [], reloaded: ['lenses'] })
      expect((await readLog(database)).at(-1)).toMatchObject({ fields: { name: 'back' } })
      expect(await checkCapture(database, lenses)).toEqual([])
    },
  )

  test('L1: a trigger that a person has disabled stays so, and no other table is looked at', async () => {
    const { database, session } = await openLenses({ isFollowed: true })
    await database.query('alter table lenses disable trigger "!syncline_log"')

    await database.query(
      'create table others (id int); alter table others add column name text; alter table lenses rename column name to title; alter table lenses rename column title to name',
    )
    await session.query('update lenses set price = 7')

    expect(await checkCapture(database, lenses)).toMatchObject([
      { kind: 'trigger_disabled', message: expect.stringContaining('!syncline_log`') },
      { kind: 'not_migrated' },
    ])
  })

  test('L1: whoever may alter a table is followed, whatever role that is', async () => {
    const { database, session } = await openLenses({ isFollowed: true })
    const role = `owner_${Math.random().toString(36).slice(2, 8)}`
    await database.query(
      `create role ${role}; grant create, usage on schema public to ${role}; alter table lenses owner to ${role}`,
    )
    const owner = await ((stage as Stage).server as NonNullable<Stage['server']>).connect()
    await owner.query(`set role ${role}`)

    await owner.query('alter table lenses alter column price type bigint')
    await session.query("update lenses set name = 'after', price = 3")
    await owner.query('alter table lenses rename column name to title')
    await session.query('update lenses set price = 4')

    expect((await readLog(database)).at(-1)).toMatchObject({ fields: { name: 'after', price: '3' } })
    await database.query(`reset role; drop table lenses; drop owned by ${role}; drop role ${role}`)
  })

  test('a role that may create no event trigger migrates all the same, and dropping the schema drops it', async () => {
    const { database } = await openLenses({ isFollowed: true })
    const events_ = () => database.query<{ evtname: string }>('select evtname from pg_event_trigger')
    const had = await events_()
    await database.query('drop schema syncline cascade')
    const left = await events_()
    const role = `plain_${Math.random().toString(36).slice(2, 8)}`
    await database.query(`create role ${role} login; alter table lenses owner to ${role};
      do $$ begin execute format('grant create on database %I to ${role}', current_database()); end $$;
      grant all on schema public to ${role}`)
    const url = new URL((stage as Stage).server?.url as string)
    url.username = role
    const plain = postgres(url.href)

    await migrate(plain, lenses)

    await plain.close()
    expect(had).toEqual([{ evtname: 'syncline_follow_columns' }])
    expect(left).toEqual([])
    expect(await events_()).toEqual([])
    expect(await checkCapture(database, lenses)).toEqual([])
    await database.query(`drop owned by ${role} cascade; drop role ${role}`)
  })

  test('L1: a partition that is new gets its trigger, and the rooms of its table load again', async () => {
    stage = await openMigrated(kind, events, EVENTS)
    const { database } = stage
    await database.query(NEW_PARTITION)
    await database.query('truncate events_2')

    const drift = await checkCapture(database, events)
    const healing = await healCapture(database, events)
    const healedAt = (await readLog(database)).length
    await database.query('truncate events_2')

    expect(drift).toMatchObject([
      { kind: 'id_not_unique' },
      { kind: 'partition_uncaptured', table: 'events', message: expect.stringContaining('public.events_2') },
      { kind: 'not_migrated' },
    ])
    expect(healing).toMatchObject({
      reloaded: ['events'],
      partitions: [{ partition: '"public"."events_2"', outcome: 'healed' }],
    })
    const log = await readLog(database)
    expect(log[healedAt - 1]).toMatchObject({ action: 'truncate', room: 'Production:p', model: 'event' })
    expect(log.slice(healedAt)).toMatchObject([{ action: 'truncate' }])
    expect(await healCapture(database, events)).toMatchObject({ reloaded: [], partitions: [] })
    expect(await checkCapture(database, events)).toMatchObject([{ kind: 'id_not_unique' }])
  })

  test('L1: a partition that was attached is captured by a migration, and its rooms load again', async () => {
    stage = await openMigrated(kind, events, EVENTS)
    const { database } = stage
    await database.query(`insert into productions (id, name) values ('p', 'P');
      create table events_2 (like events including defaults);
      insert into events_2 (id, production_id, day) values ('unseen', 'p', '2026-02-02');
      alter table events attach partition events_2 for values from ('2026-02-01') to ('2026-03-01')`)

    const { steps } = await migrate(database, events)
    const migratedAt = (await readLog(database)).length
    await database.query('truncate events_2')

    expect(steps.map(({ purpose, table }) => `${table}: ${purpose}`)).toEqual(['events: log changes'])
    const log = await readLog(database)
    expect(log[migratedAt - 1]).toMatchObject({ action: 'truncate', room: 'Production:p', model: 'event' })
    expect(log.slice(migratedAt)).toMatchObject([{ action: 'truncate', room: 'Production:p' }])
    expect(await checkCapture(database, events)).toMatchObject([{ kind: 'id_not_unique' }])
  })

  test.each([
    ['is dropped', 'drop table events_1'],
    ['is detached', 'alter table events detach partition events_1'],
    [
      'comes back changed',
      "alter table events detach partition events_1; update events_1 set production_id = 'q'; alter table events attach partition events_1 for values from ('2026-01-01') to ('2026-02-01')",
    ],
  ])('L1, C1: a partition %s with its rows, and the rooms of its table load again', async (_, change) => {
    stage = await openMigrated(kind, events, EVENTS)
    const { database } = stage
    await database.query(
      "insert into productions (id, name) values ('p', 'P'), ('q', 'Q'); insert into events (id, production_id, day) values ('e', 'p', '2026-01-02')",
    )
    expect(await healCapture(database, events)).toMatchObject({ reloaded: [] })
    const before = (await readLog(database)).length

    await database.query(change)
    const healing = await healCapture(database, events)

    expect(healing).toMatchObject({ uncaptured: [], reloaded: ['events'] })
    expect((await readLog(database)).slice(before)).toMatchObject([
      { action: 'truncate', room: 'Production:p', model: 'event' },
      { action: 'truncate', room: 'Production:q', model: 'event' },
    ])
    expect(await healCapture(database, events)).toMatchObject({ reloaded: [] })
  })

  test('L1: what is remembered of a trigger is what servers of an earlier version compare, beside them too', async () => {
    stage = await openMigrated(kind, events, EVENTS)
    const { database } = stage
    await healCapture(database, events)

    const known = await database.query(`select k.name, k.changed = t.xmin::text as "isSame"
      from syncline.known_triggers k left join pg_trigger t on t.tgname = k.name and t.tgrelid = 'events'::regclass
      where k.function = 'log_events' order by 1`)

    expect(known).toEqual([
      { name: '!syncline_log', isSame: true },
      { name: '!syncline_log_update', isSame: true },
      { name: 'partitions', isSame: null },
    ])
  })

  test('L1: a table that was copied and has taken the name of a captured one is said, and migrated anew', async () => {
    stage = await openMigrated(kind, events, EVENTS.replace(/partition by.*/s, ''))
    const { database } = stage
    await database.query(
      "insert into productions (id, name) values ('p', 'P'); insert into events (id, production_id, day) values ('e', 'p', '2026-01-02'), ('f', 'p', '2026-01-03')",
    )
    await healCapture(database, events)

    await database.query(`create table events_new (like events including all);
      insert into events_new select * from events where id = 'e';
      alter table events rename to events_old; alter table events_new rename to events`)
    const swapped = await healCapture(database, events)
    await migrate(database, events)
    const [log, later] = [await readLog(database), await healCapture(database, events)]

    expect(swapped).toMatchObject({ uncaptured: ['events'], reloaded: [] })
    expect(healingMessages(swapped)).toMatchObject([
      { level: 'error', subject: { table: 'events' }, message: expect.stringContaining('another table') },
    ])
    expect(log.at(-1)).toMatchObject({ action: 'truncate', room: 'Production:p', model: 'event' })
    expect(later).toMatchObject({ uncaptured: [], reloaded: [] })
    await database.query("update events set day = '2026-01-04'")
    expect((await readLog(database)).at(-1)).toMatchObject({ action: 'update', id: 'e' })
  })

  test('L1: a new partition of another owner is said by its name', async () => {
    stage = await openMigrated(kind, events, EVENTS)
    const { database } = stage
    await database.query(NEW_PARTITION)
    await asServer(database, async (server) => {
      const healing = await healCapture(server, events)

      expect(healing).toMatchObject({
        reloaded: ['events'],
        partitions: [{ partition: '"public"."events_2"', outcome: 'forbidden' }],
      })
      expect(healingMessages(healing)).toMatchObject([
        { level: 'warn', message: expect.stringContaining('load again') },
        { level: 'error', message: expect.stringContaining('npx syncline migrate') },
      ])
    })
  })

  test('L1: a new partition that is being written is given its trigger later, and nobody waits', async () => {
    stage = await openMigrated(kind, events, EVENTS)
    const { database, server } = stage
    await database.query(NEW_PARTITION)
    const writer = await (server as NonNullable<typeof server>).connect()
    await writer.query("begin; update events set production_id = null where id = 'e'")

    const locked = await healCapture(database, events)
    await writer.query('commit')
    const healed = await healCapture(database, events)

    expect(locked).toMatchObject({ reloaded: ['events'], partitions: [{ outcome: 'locked' }] })
    expect(healed).toMatchObject({ reloaded: ['events'], partitions: [{ outcome: 'healed' }] })
  })

  /** As a role that may use what there is, and owns none of it. */
  async function asServer(database: Database, work: (server: Database) => Promise<void>): Promise<void> {
    const role = `server_${Math.random().toString(36).slice(2, 8)}`
    await database.query(`create role ${role} login;
      grant usage on schema public, syncline to ${role};
      grant select, insert, update, delete on all tables in schema public, syncline to ${role};
      grant usage on all sequences in schema syncline to ${role}`)
    const url = new URL((stage as Stage).server?.url as string)
    url.username = role
    const server = postgres(url.href)
    try {
      await work(server)
    } finally {
      await server.close()
      await database.query(`drop owned by ${role}; drop role ${role}`)
    }
  }
})
