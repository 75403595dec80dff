/** What `syncline init` says when it cannot do its work: fact, value, remedy. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { type Application, makeApplication } from './built-cli.ts'

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const server = Object.values(inject('servers'))[0] as string
let application: Application
let database: TestDatabase

beforeAll(async () => {
  application = await makeApplication()
  database = await createTestDatabase(server)
})
afterAll(async () => {
  await application?.remove()
  await database?.query(`drop owned by ${database.name}_reader; drop role ${database.name}_reader`)
  await database?.drop()
})

const init = (url: string, ...more: string[]) => application.syncline(['init', '--database', url, ...more])

test('no database, none that answers, none of that name', async () => {
  const [none, missing, unreachable, unknown] = await Promise.all([
    application.syncline(['init']),
    init('./no-such-folder'),
    init('postgres://127.0.0.1:1/shop'),
    init(database.url.replace(database.name, 'not_there')),
  ])

  expect(none).toMatchObject({
    code: 1,
    error: expect.stringContaining('No database is named. Set DATABASE_URL'),
  })
  expect(missing).toMatchObject({ code: 1, error: expect.stringContaining('There is no folder') })
  expect(existsSync(join(application.folder, 'no-such-folder'))).toBe(false)
  expect(unreachable).toMatchObject({
    code: 1,
    error: expect.stringMatching(/ECONNREFUSED.*No server listens there\. Start it/),
  })
  expect(unknown).toMatchObject({
    code: 1,
    error: expect.stringMatching(/"not_there" does not exist\. Correct the name of the database/),
  })
  expect(existsSync(join(application.folder, 'schema.ts'))).toBe(false)
})

test('an empty database, and one in which nothing can synchronise', async () => {
  const empty = await init(database.url)
  await database.query('create table pairs (a integer, b integer, primary key (a, b))')
  const unfit = await init(database.url)

  expect(empty).toMatchObject({
    code: 1,
    error: expect.stringContaining(`Database \`${database.name}\` has no tables that role`),
  })
  expect(unfit).toMatchObject({
    code: 1,
    error: expect.stringContaining('pairs: its primary key has 2 columns (`a`, `b`)'),
  })
})

test('a role that may look but not migrate gets its schema, and is told who can', async () => {
  const role = `${database.name}_reader`
  await database.query(`create table notes (id text primary key, body text); create role ${role} login`)
  const url = new URL(database.url)
  url.username = role

  const { code, out, error } = await init(url.href, '--print')

  expect(code).toBe(0)
  expect(out).toContain("note: model(\n      'notes'")
  expect(error).toContain(
    `Role \`${role}\` may not create the schema \`syncline\` in \`${database.name}\`. Grant it (grant create on database`,
  )
  expect(error).toContain(
    `Role \`${role}\` does not own \`notes\`, and only an owner can add columns and triggers. Run migrate as \`postgres\`.`,
  )
})

test('a file that exists is kept, unless it is said to replace it; access.ts is never replaced', async () => {
  application.write('schema.ts', '// by hand')
  application.write('access.ts', '// rules by hand')
  const content = (file: string) => readFileSync(join(application.folder, file), 'utf8')

  const kept = await init(database.url)
  const printed = await init(database.url, '--print')
  const untouched = content('schema.ts')
  const replaced = await init(database.url, '--force')

  expect(kept).toMatchObject({
    code: 1,
    error: expect.stringMatching(/schema\.ts exists, and nothing was written\. Write elsewhere with --out/),
  })
  expect(printed.out).toContain('/* What migrate would run:\n\n-- log, devices')
  expect(printed.out).toContain('create trigger "!syncline_log"')
  expect(untouched).toBe('// by hand')
  expect(replaced).toMatchObject({ code: 0, out: expect.not.stringContaining('access.ts') })
  expect(content('schema.ts')).toContain('defineSchema({')
  expect(content('access.ts')).toBe('// rules by hand')
})
