/** A database that the first version of the example made, opened by this one. */
import { boolean, defineSchema, integer, model, reference, room, text, timestamp } from 'syncline'
import { migrate, postgres, sql } from 'syncline/server'
import { createTestDatabase, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { crewTables } from '../server/database/crew-tables.ts'
import { startStage, type StageProcess } from './support/stage-process.ts'

/** What the first version synchronised. */
const firstSchema = defineSchema({
  version: 1,
  models: {
    production: model('productions', {
      name: text(),
      venue: text(),
      startsAt: timestamp().nullable(),
      status: text(),
      note: text(),
    }),
    camera: model('cameras', {
      productionId: reference('production'),
      name: text(),
      zoom: integer(),
      createdAt: timestamp(),
    }),
    checklistItem: model('checklist_items', {
      productionId: reference('production'),
      name: text(),
      position: integer(),
      completed: boolean(),
    }),
  },
  rooms: { production: room({ camera: 'productionId', checklistItem: 'productionId' }) },
})

let database: TestDatabase
let stage: StageProcess

beforeAll(async () => {
  database = await createTestDatabase(Object.values(inject('servers')).at(0) as string)
  await makeFirstVersion()
  stage = await startStage(database.url)
})

afterAll(async () => {
  await stage?.remove()
  await database?.drop()
})

test('what people had written stays, in the order in which it was', async () => {
  const cameras = await database.query(`select name, note from cameras order by sort_order`)
  const productions = await database.query(`select id, name from productions order by id`)

  expect(cameras).toEqual([
    { name: 'First', note: 'Kept' },
    { name: 'Second', note: '' },
  ])
  expect(productions).toEqual([
    { id: 'northern-sessions', name: 'Renamed by its crew' },
    { id: 'own', name: 'A production of their own' },
  ])
})

test('nobody is said to have changed what was there, and records that come are last', async () => {
  await database.query(`insert into cameras (production_id, name) values ('own', 'Third')`)

  const cameras = await database.query<{ name: string; known: boolean }>(
    `select name, updated_at is not null as known from cameras order by sort_order`,
  )

  expect(cameras).toEqual([
    { name: 'First', known: false },
    { name: 'Second', known: false },
    { name: 'Third', known: true },
  ])
})

test('a demo production that is there is given its signal chain once; others are left as they are', async () => {
  await database.query(`delete from sources where production_id = 'northern-sessions'`)
  await stage.stop()
  await stage.start()

  const [counts] = await database.query(
    `select (select count(*)::int from sources) as sources,
            (select count(*)::int from switchers) as switchers,
            (select count(*)::int from connections where production_id = 'own') as own,
            (select count(*) > 20 from equipment) as library`,
  )

  expect(counts).toEqual({ sources: 0, switchers: 1, own: 0, library: true })
})

/** Tables and triggers as they were, with a demo production that was renamed and one of the crew's own. */
async function makeFirstVersion(): Promise<void> {
  const first = postgres(database.url)
  await first.transaction(async (connection) => {
    for (const statement of crewTables) await connection.query(statement)
  })
  await migrate({
    schema: firstSchema,
    database: first,
    access: { production: { accessibleBy: () => sql.all } },
  })
  await first.close()
  await database.query(
    `insert into productions (id, name) values ('northern-sessions', 'Renamed by its crew'), ('own', 'A production of their own')`,
  )
  await database.query(
    `insert into cameras (production_id, name, note, created_at) values
       ('own', 'Second', '', now() - interval '1 day'), ('own', 'First', 'Kept', now() - interval '2 days')`,
  )
}
