/** Access rules that the database does not understand are found when the server starts, by name. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { defineSchema, model, reference, room, text } from '../../src/schema/index.ts'
import { type Access, createSync, migrate, postgres, RulesRefused, sql } from '../../src/server/index.ts'

const schema = defineSchema({
  version: 1,
  models: {
    production: model('productions', { name: text() }),
    camera: model('cameras', { productionId: reference('production'), name: text() }),
  },
  rooms: { production: room({ camera: 'productionId' }) },
})

type Rules = Access<typeof schema>

const SOUND: Rules = {
  production: {
    accessibleBy: (user, production) =>
      sql`exists (select 1 from crew where crew.production_id = ${production.id} and crew.user_id = ${user.id})`,
  },
}

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase(Object.values(inject('servers'))[0] as string)
  await database.query(`
    create table productions (id text primary key, name text not null);
    create table cameras (id text primary key, production_id text not null references productions, name text not null);
    create table crew (production_id text not null, user_id text not null)`)
  const opened = postgres(database.url)
  await migrate({ schema, database: opened, access: SOUND })
  await opened.close()
})

afterAll(() => database.drop())

/** Starts a server with these rules; answers how that ended and what was logged as an error. */
async function startWith(access: Rules): Promise<{ error: unknown; errors: string[] }> {
  const errors: string[] = []
  const sync = createSync({
    schema,
    database: postgres(database.url),
    access,
    authenticate: () => null,
    secret: 'a secret of this test run',
    logger: { debug() {}, info() {}, warn() {}, error: (_, message) => void errors.push(message) },
  })
  const error = await sync.ready.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  await sync.close({ graceMs: 100 })
  return { error, errors }
}

test('A1: a rule that names a missing column keeps the server from starting, and says which rule and what it names', async () => {
  const { error } = await startWith({
    production: {
      accessibleBy: (user, production) =>
        sql`exists (select 1 from crew where crew.production = ${production.id} and crew.user_id = ${user.id})`,
    },
  })

  expect(error).toBeInstanceOf(RulesRefused)
  expect((error as RulesRefused).faults).toMatchObject([{ rule: 'production.accessibleBy', isCertain: true }])
  expect(String(error)).toMatch(/crew\.production does not exist.*Correct the rule/s)
})

test('A1: every rule is asked, for writing too, and in every branch', async () => {
  const { error } = await startWith({
    ...SOUND,
    camera: {
      write: {
        update: ['name'],
        when: (user, camera) =>
          user['role'] === 'chief'
            ? sql`exists (select 1 from chiefs c where c.camera = ${camera.id})`
            : sql.none,
      },
    },
  })

  expect((error as RulesRefused).faults.map(({ rule }) => rule)).toEqual(['camera.write.when'])
})

test('a branch whose SQL is wrong in another way is an error in the log, and the server starts', async () => {
  const { error, errors } = await startWith({
    production: {
      accessibleBy: (user, production) =>
        user['role'] === 'guest' ? sql`${production.name} +` : sql`${production.name} = ${user.id}`,
    },
  })

  expect(error).toBeUndefined()
  expect(errors.join()).toMatch(/`production.accessibleBy` is not understood by the database: syntax error/)
})

test('sound rules start, whatever the values of users that they were asked about', async () => {
  const { error, errors } = await startWith({
    ...SOUND,
    camera: {
      write: { update: ['name'], when: (user, camera) => sql`${camera.name} <> ${String(user['role'])}` },
    },
  })

  expect(error).toBeUndefined()
  expect(errors).toEqual([])
})
