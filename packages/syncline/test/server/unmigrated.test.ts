/** A server over a database that has not been migrated says once which tables `npx syncline migrate` is needed for. */
import { inspect } from 'node:util'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { defineSchema, model, reference, room, text } from '../../src/schema/index.ts'
import { type Access, createSync, migrate, postgres, sql, through } from '../../src/server/index.ts'

const schemaWith = (fields = {}) =>
  defineSchema({
    version: 1,
    models: {
      project: model('projects', { name: text(), ...fields }),
      task: model('tasks', { projectId: reference('project'), title: text() }),
    },
    rooms: { project: room({ task: 'projectId' }) },
  })
const schema = schemaWith()
const access: Access<typeof schema> = {
  project: {
    accessibleBy: (user, project) => sql`exists (
      select 1 from project_members m where m.project_id = ${project.id} and m.user_id = ${user.id})`,
  },
  task: through('project'),
}

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase(Object.values(inject('servers'))[0] as string)
  await database.query('create table project_members (project_id text not null, user_id text not null)')
})
afterEach(() => database.drop())

const subject = (declared = schema) => ({ schema: declared, access, database: postgres(database.url) })

/** Starts as an application does, and collects all that stands on its terminal. */
async function start(declared = schema, isAwaited = true, url = database.url) {
  const lines: string[] = []
  const line = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  const sync = createSync({
    ...subject(declared),
    database: postgres(url),
    authenticate: () => null,
    secret: 'a secret of this test run, long enough',
    logger: { debug() {}, info() {}, warn: line, error: line },
  })
  // What Node prints when nobody catches it.
  if (isAwaited) await sync.ready.catch((error: unknown) => lines.push(inspect(error)))
  else await expect.poll(() => lines.some((text) => text.includes('could not start'))).toBe(true)
  await sync.close({ graceMs: 0 })
  return { lines, terminal: lines.join('\n') }
}

const countOf = (part: string, text: string) => text.split(part).length - 1

test('tables that are missing are named once, with the command, and no rule is blamed', async () => {
  const { terminal } = await start()

  expect(countOf('npx syncline migrate', terminal)).toBe(1)
  expect(terminal).toContain(
    '`npx syncline migrate` is needed: the schema `syncline`, with the log, is missing; tables `projects`, `tasks` are missing; table `project_members` is not captured as declared.',
  )
  expect(terminal).not.toContain('ccess rule')
})

test('tables of the application that Syncline has not met are named once', async () => {
  await database.query(`
    create table projects (id text primary key, name text not null);
    create table tasks (id text primary key, project_id text not null references projects, title text not null)`)

  const { terminal } = await start()

  expect(countOf('npx syncline migrate', terminal)).toBe(1)
  expect(terminal).toContain('tables `projects`, `tasks` lack columns that Syncline adds')
})

test('a declared column that is missing is named once, with both remedies', async () => {
  const migrated = subject()
  await migrate(migrated)
  await migrated.database.close()

  const { terminal } = await start(schemaWith({ plan: text() }))

  expect(countOf('has no column `plan`', terminal)).toBe(1)
  expect(terminal).toContain('alter table projects add column "plan" text not null')
  expect(terminal).toContain('npx syncline migrate --add-columns')
})

test('a table that has lost its trigger is a warning, and the server starts', async () => {
  const migrated = subject()
  await migrate(migrated)
  await migrated.database.query('drop trigger "!syncline_log" on tasks')
  await migrated.database.close()

  const { lines, terminal } = await start()

  expect(lines[0]).toContain('`npx syncline migrate` is needed: table `tasks` is not captured as declared.')
  expect(terminal).not.toContain('could not start')
})

test('where nobody asks whether it is ready, the log gives the reason', async () => {
  const { terminal } = await start(schema, false)

  expect(countOf('npx syncline migrate', terminal)).toBe(1)
})

test('a role that may not use what was migrated is told what it lacks, and runs with the rights of the one that did', async () => {
  await migrate(subject())
  const role = `server_${Math.random().toString(36).slice(2, 8)}`
  await database.query(`create role ${role} login; grant usage on schema public to ${role};
    grant select, insert, update, delete on all tables in schema public to ${role}`)
  const url = new URL(database.url)
  url.username = role

  const refused = await start(schema, true, url.href)
  await database.query(`grant ${decodeURIComponent(new URL(database.url).username)} to ${role}`)
  const started = await start(schema, true, url.href)

  expect(refused.terminal).toMatch(
    /permission denied for [\s\S]*Connect as the role that migrated, or give this one its rights/,
  )
  expect(started.lines).toEqual([])
  await database.query(`drop owned by ${role}; drop role ${role}`)
})
