/** L1, L2: a migration meets a statement that logs its own rows, and the functions that stood aside for it go. */
import { afterEach, describe, expect, test } from 'vitest'
import { migrate } from '../../src/postgres/capture/migrate.ts'
import { defineSchema, model, reference, room, text } from '../../src/schema/index.ts'
import { openMigrated, SERVERS, type Stage } from './stage.ts'

const models = {
  production: model('productions', { name: text() }),
  crew: model('crews', { name: text() }),
  camera: model('cameras', {
    productionId: reference('production'),
    crewId: reference('crew'),
    name: text(),
  }),
}
const oneRoom = defineSchema({ models, rooms: { production: room({ camera: 'productionId' }) } })
/** An update may concern two rooms: no statement logs it by itself. */
const twoRooms = defineSchema({
  models,
  rooms: { production: room({ camera: 'productionId' }), crew: room({ camera: 'crewId' }) },
})

describe.each(SERVERS)('%s', (kind) => {
  let stage: Stage | undefined
  afterEach(() => stage?.close())

  test('L1, L2: what a statement logs by itself while a migration begins to log it is logged once', async () => {
    stage = await openMigrated(kind, oneRoom)
    const { database } = stage
    await database.query(`insert into productions (id, name) values ('p', 'P');
      insert into crews (id, name) values ('k', 'K');
      insert into cameras (id, production_id, crew_id, name) values ('c', 'p', 'k', 'First')`)
    const isMigrating = `select 1 from pg_locks where not granted and relation = 'cameras'::regclass`
    const holdsBack = async () => {
      for (let tries = 0; tries < 500; tries++) {
        if ((await database.query(isMigrating)).length > 0) return true
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      return false
    }

    let migration: Promise<unknown> | undefined
    let isHeldBack = false
    await database.transaction(async (connection) => {
      await connection.query("select set_config('syncline.logged', 'cameras', true)")
      await connection.query(`update cameras set name = name where id = 'none'`)
      migration = migrate(database, twoRooms)
      isHeldBack = await holdsBack()
      await connection.query(
        `update cameras set name = 'Own', version = 2, field_versions = '{"name": 2}' where id = 'c'`,
      )
      await connection.query(`insert into syncline.log (room, model, id, action, fields, before, version)
        values ('Production:p', 'camera', 'c', 'update', '{"name": "Own"}', '{"name": "First"}', 2)`)
    })
    await migration

    expect(isHeldBack).toBe(true)
    expect(
      await database.query("select version, room from syncline.log where id = 'c' and action = 'update'"),
    ).toEqual([{ version: 2, room: 'Production:p' }])
  })
})
