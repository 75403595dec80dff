/** `syncline migrate` as a program of its own: built, run by Node, told what to do by its arguments. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { type Application, makeApplication } from './built-cli.ts'

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const server = Object.values(inject('servers'))[0] as string
let application: Application
let database: TestDatabase

const SCHEMA = `import { defineSchema, model, text, integer } from 'syncline'
export const schema = defineSchema({ models: { camera: model('cameras', { name: text(), zoom: integer().default(1) }) } })`

beforeAll(async () => {
  application = await makeApplication()
  application.write('schema.mjs', SCHEMA)
  database = await createTestDatabase(server)
})
afterAll(async () => {
  await application?.remove()
  await database?.drop()
})

test('prints what a fresh database needs, and changes nothing', async () => {
  const { code, out } = await application.syncline(['migrate', '--print'])

  expect(code).toBe(0)
  expect(out).toContain('create table "public"."cameras"')
  expect(out).toContain('create trigger "!syncline_log"')
})

test('prints what an existing database needs, migrates it, and then has nothing to do', async () => {
  await database.query(
    "create table cameras (id text primary key, name text not null); insert into cameras values ('c', 'C')",
  )
  const url = ['--database', database.url]

  const refused = await application.syncline(['migrate', ...url])
  const printed = await application.syncline(['migrate', '--print', '--add-columns', ...url])
  const untouched = await database.query("select to_regnamespace('syncline') as own")
  const migrated = await application.syncline(['migrate', '--add-columns'], { DATABASE_URL: database.url })
  const again = await application.syncline(['migrate', '--schema', 'schema.mjs', ...url])

  expect(refused).toMatchObject({ code: 1, out: '' })
  expect(refused.error).toContain('Table `cameras` has no column `zoom`')
  expect(printed.out).toContain(
    '-- cameras: new columns\nbegin;\nalter table "public"."cameras"\n  add column "zoom" integer not null default 1',
  )
  expect(untouched).toEqual([{ own: null }])
  expect(migrated).toMatchObject({ code: 0, error: '' })
  expect(migrated.out).toContain('cameras: log changes\n')
  expect(again).toEqual({ code: 0, out: 'The database is as declared.\n', error: '' })
})

test('works on the embedded database, and watches the tables that are named', async () => {
  const { code, out, error } = await application.syncline([
    'migrate',
    '--depends-on',
    'sessions',
    '--database',
    join(application.folder, 'embedded'),
  ])

  expect(code).toBe(0)
  expect(out).toContain('cameras: new table')
  expect(error).toContain('Access rules read `sessions`, which does not exist')
})

test('says what is wrong with the schema module, or that no database is named', async () => {
  application.write('empty.mjs', 'export const model = 1')
  const without = await application.syncline(['migrate'])
  const missing = await application.syncline(['migrate', '--schema', 'nowhere.mjs'])
  const empty = await application.syncline(['migrate', '--schema', 'empty.mjs'])

  expect(without).toMatchObject({
    code: 1,
    error: expect.stringContaining('No database is named. Set DATABASE_URL'),
  })
  expect(missing.error).toContain('nowhere.mjs. Name the module that exports your schema')
  expect(empty.error).toContain(
    'exports `model`, but no `schema`. Write: export const schema = defineSchema(',
  )
})

test('reads a TypeScript schema, and access rules beside it that it imports by their compiled names', async () => {
  application.write('typed.ts', `${SCHEMA}\nexport type Schema = typeof schema`)
  application.write('rules.ts', "export const guard: string = 'guards'")
  application.write(
    'access.ts',
    `import { sql, type Access } from 'syncline/server'
     import { guard } from './rules.js'
     import type { Schema } from './typed.js'
     export const access: Access<Schema> = {
       camera: { accessibleBy: (user) => sql\`exists (select 1 from \${sql.identifier(guard)} g where g.user_id = \${user.id})\` },
     }`,
  )

  const { code, out, error } = await application.syncline([
    'migrate',
    '--print',
    '--schema',
    'typed.ts',
    '--database',
    database.url,
  ])

  expect(error).toContain('Access rules read `guards`, which does not exist')
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('The database is as declared') })
})

test('where neither Node nor the project can read TypeScript, it says how', async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'syncline-'))
  writeFileSync(join(elsewhere, 'typed.ts'), 'export const schema: number = 1')

  const { code, error } = await application.syncline(['migrate', '--schema', join(elsewhere, 'typed.ts')])

  const canRead = Boolean((process.features as { typescript?: unknown }).typescript)
  expect(code).toBe(1)
  expect(error).toContain(
    canRead ? 'but no `schema`' : 'the project has neither esbuild nor tsx to do it. Install one of the two',
  )
  rmSync(elsewhere, { recursive: true })
})

test.each([
  ['esbuild', {}],
  ['the esbuild of tsx', { tsx: 'node_modules/tsx/node_modules' }],
])(
  'TypeScript 7, which JavaScript cannot call, is passed over: %s reads the schema',
  async (_name, { tsx }: { tsx?: string }) => {
    const project = projectWithTypeScript7()
    if (tsx !== undefined) {
      mkdirSync(join(project, tsx), { recursive: true })
      writeFileSync(join(project, 'node_modules/tsx/package.json'), '{ "name": "tsx", "version": "4.0.0" }')
    }
    symlinkSync(
      dirname(createRequire(import.meta.url).resolve('esbuild/package.json')),
      join(project, tsx ?? 'node_modules', 'esbuild'),
    )

    const { code, error } = await application.syncline(['migrate', '--schema', join(project, 'typed.ts')])

    // It was read, and has no schema.
    expect({ code, error }).toEqual({ code: 1, error: expect.stringContaining('but no `schema`') })
    rmSync(project, { recursive: true })
  },
)

test('where TypeScript 7 is all there is, it says that this cannot be called, and what to install', async () => {
  const project = projectWithTypeScript7()

  const { code, error } = await application.syncline(['migrate', '--schema', join(project, 'typed.ts')])

  const canRead = 'stripTypeScriptTypes' in (await import('node:module'))
  expect(code).toBe(1)
  expect(error).toContain(
    canRead ? 'but no `schema`' : "the project's typescript 7.0.2 cannot be called from JavaScript",
  )
  rmSync(project, { recursive: true })
})

/** What `npm install -D typescript` makes of a project, as far as Node sees it. */
function projectWithTypeScript7(): string {
  const project = mkdtempSync(join(tmpdir(), 'syncline-'))
  const typescript = join(project, 'node_modules/typescript')
  mkdirSync(typescript, { recursive: true })
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(project, 'typed.ts'), 'export const model: number = 1')
  writeFileSync(
    join(typescript, 'package.json'),
    '{ "name": "typescript", "version": "7.0.2", "type": "module", "exports": { "./package.json": "./package.json", ".": "./version.cjs" } }',
  )
  writeFileSync(
    join(typescript, 'version.cjs'),
    "module.exports = { version: '7.0.2', versionMajorMinor: '7.0' }",
  )
  return project
}

test.each([
  [['--prnt'], 'There is no option `--prnt`. Did you mean `--print`?'],
  [['--dry-run'], 'There is no option `--dry-run`. Options are: `--schema`, `--database`, `--print`,'],
  [['-n'], 'There is no option `-n`.'],
  [['--no-prnt'], 'There is no option `--no-prnt`.'],
  [['--', '--print'], 'has no use for `--print`: it takes options only'],
  [['print'], 'has no use for `print`: it takes options only'],
  [['--print=yes'], 'Option `--print` is `true` or `false`, not `yes`.'],
  [['--schema', '--print'], 'Option `--schema` needs a value: --schema=…'],
])('a command line with a mistake is refused, and nothing is done: migrate %j', async (args, message) => {
  const fresh = await createTestDatabase(server)

  const { code, out, error } = await application.syncline(['migrate', ...args], { DATABASE_URL: fresh.url })

  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(error).toContain(message)
  expect(await fresh.query("select to_regnamespace('syncline') as own")).toEqual([{ own: null }])
  await fresh.drop()
})

test('an option may be written in either spelling, and help shows one', async () => {
  const [help, either, version] = [
    await application.syncline(['migrate', '--help']),
    await application.syncline([
      'migrate',
      '--print',
      '--addColumns',
      '--mendRooms',
      '--dependsOn',
      'sessions',
    ]),
    await application.syncline(['--version']),
  ]

  expect(help.out).toContain('--add-columns')
  expect(help.out).not.toContain('--addColumns')
  expect(either).toMatchObject({ code: 0, error: '' })
  expect(version).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\S*\n$/) })
})

test.each([
  [['migrat'], 'There is no command `syncline migrat`. Did you mean `migrate`?'],
  [['--prnt', 'migrate'], '`syncline` has no option `--prnt` before its command. Commands are: `init`,'],
  [['explain', 'broadcast'], 'There is no command `syncline explain broadcast`. Did you mean `broadcasts`?'],
  [['explain', 'broadcasts', 'camera', 'lamp'], 'has no use for `lamp`: it takes one name'],
])('a command that there is not: %j', async (args, message) => {
  const { code, out, error } = await application.syncline(args)

  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(error).toContain(message)
})

test('looks for records in a wrong room when asked', async () => {
  // A folder of its own: access rules beside a schema are read with it.
  mkdirSync(join(application.folder, 'rooms'))
  application.write(
    'rooms/schema.mjs',
    `import { defineSchema, model, reference, room, text } from 'syncline'
export const schema = defineSchema({
  models: {
    stage: model('stages', { name: text() }),
    lamp: model('lamps', { stageId: reference('stage') }),
    bulb: model('bulbs', { lampId: reference('lamp') }),
  },
  rooms: { stage: room({ lamp: 'stageId', bulb: 'lamp.stageId' }) },
})`,
  )
  const rooms = await createTestDatabase(server)
  const run = (...args: string[]) =>
    application.syncline(['migrate', '--schema', 'rooms/schema.mjs', '--database', rooms.url, ...args])
  expect(await run()).toMatchObject({ code: 0 })
  await rooms.query(`insert into stages (id, name) values ('s', 'S'); insert into lamps (id, stage_id) values ('l', 's');
    insert into bulbs (id, lamp_id) values ('b', 'l');
    set session_replication_role = replica; update bulbs set sync_room = null; reset session_replication_role`)

  const [unasked, asked, again] = [await run(), await run('--mend-rooms'), await run('--mend-rooms')]

  expect([unasked, asked, again].map(({ out }) => out.trim())).toEqual([
    'The database is as declared.',
    'bulbs: records in a wrong room',
    'The database is as declared.',
  ])
  expect(await rooms.query('select sync_room from bulbs')).toEqual([{ sync_room: 's' }])
  await rooms.drop()
})
