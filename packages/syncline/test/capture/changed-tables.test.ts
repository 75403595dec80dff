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
  async function openLenses() {
    stage = await openMigrated(kind, lenses, LENSES)
    const { database, server } = stage
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

  test('L1: a new partition of another owner is said by its name', async () => {
    stage = await openMigrated(kind, events, EVENTS)
    const { database } = stage
    await database.query(NEW_PARTITION)
    await asServer(database, async (server) => {
      const healing = await healCapture(server, events)

      expect(healing).toMatchObject({
        reloaded: [],
        partitions: [{ partition: '"public"."events_2"', outcome: 'forbidden' }],
      })
      expect(healingMessages(healing)).toMatchObject([
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

    expect(locked).toMatchObject({ reloaded: [], partitions: [{ outcome: 'locked' }] })
    expect(healed).toMatchObject({ reloaded: ['events'], partitions: [{ outcome: 'healed' }] })
  })

  /** As a role that may use what there is, and owns none of it. */
  async function asServer(database: Database, work: (server: Database) => Promise<void>): Promise<void> {
    const role = `server_${Math.random().toString(36).slice(2, 8)}`
    await database.query(`create role ${role} login;
      grant usage on schema public, syncline to ${role};
      grant select, insert, update, delete on all tables in schema public, syncline to ${role}`)
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
