/** `syncline migrate` as a program of its own: built, run by Node, told what to do by its arguments. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'

const server = Object.values(inject('servers'))[0] as string
const packageFolder = join(import.meta.dirname, '../..')
// Below the package, so that the program finds its dependencies.
const base = join(packageFolder, 'node_modules/.cache')
let folder: string
let program: string
let database: TestDatabase

const SCHEMA = `import { defineSchema, model, text, integer } from './syncline.mjs'
export const schema = defineSchema({ models: { camera: model('cameras', { name: text(), zoom: integer().default(1) }) } })`

beforeAll(async () => {
  mkdirSync(base, { recursive: true })
  folder = mkdtempSync(join(base, 'syncline-cli-'))
  program = join(folder, 'main.mjs')
  const options = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  } as const
  await build({ ...options, entryPoints: [join(packageFolder, 'src/cli/main.ts')], outfile: program })
  await build({
    ...options,
    entryPoints: [join(packageFolder, 'src/schema/index.ts')],
    outfile: join(folder, 'syncline.mjs'),
  })
  writeFileSync(join(folder, 'schema.mjs'), SCHEMA)
  database = await createTestDatabase(server)
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await database.drop()
})

interface Outcome {
  readonly code: number
  readonly out: string
  readonly error: string
}

function syncline(args: readonly string[], environment: Record<string, string> = {}): Promise<Outcome> {
  const { DATABASE_URL: _url, DATA_DIR: _folder, ...inherited } = process.env
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, ...args],
      { cwd: folder, env: { ...inherited, ...environment, NO_COLOR: '1' } },
      (failure, out, error) => resolve({ code: failure === null ? 0 : Number(failure.code), out, error }),
    )
  })
}

test('prints what a fresh database needs, and changes nothing', async () => {
  const { code, out } = await syncline(['migrate', '--print'])

  expect(code).toBe(0)
  expect(out).toContain('create table "public"."cameras"')
  expect(out).toContain('create trigger zz_syncline_log')
  expect(dirname(program)).toBe(folder)
})

test('prints what an existing database needs, migrates it, and then has nothing to do', async () => {
  await database.query(
    "create table cameras (id text primary key, name text not null); insert into cameras values ('c', 'C')",
  )
  const url = ['--database', database.url]

  const refused = await syncline(['migrate', ...url])
  const printed = await syncline(['migrate', '--print', '--add-columns', ...url])
  const untouched = await database.query("select to_regnamespace('syncline') as own")
  const migrated = await syncline(['migrate', '--add-columns'], { DATABASE_URL: database.url })
  const again = await syncline(['migrate', '--schema', 'schema.mjs', ...url])

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
  const { code, out, error } = await syncline([
    'migrate',
    '--depends-on',
    'sessions',
    '--database',
    join(folder, 'embedded'),
  ])

  expect(code).toBe(0)
  expect(out).toContain('cameras: new table')
  expect(error).toContain('Access rules read `sessions`, which does not exist')
})

test('says what is wrong with the schema module, or that no database is named', async () => {
  writeFileSync(join(folder, 'empty.mjs'), 'export const model = 1')
  const without = await syncline(['migrate'])
  const missing = await syncline(['migrate', '--schema', 'nowhere.mjs'])
  const empty = await syncline(['migrate', '--schema', 'empty.mjs'])

  expect(without).toMatchObject({
    code: 1,
    error: expect.stringContaining('No database is named. Set DATABASE_URL'),
  })
  expect(missing.error).toContain('nowhere.mjs. Name the module that exports your schema')
  expect(empty.error).toContain(
    'exports `model`, but no `schema`. Write: export const schema = defineSchema(',
  )
})

test('reads a TypeScript schema where Node can, and else says how', async () => {
  writeFileSync(join(folder, 'typed.ts'), `${SCHEMA}\nexport type Schema = typeof schema`)

  const { code, out, error } = await syncline(['migrate', '--print', '--schema', 'typed.ts'])

  const canRead = Boolean((process.features as { typescript?: unknown }).typescript)
  expect(code).toBe(canRead ? 0 : 1)
  expect(canRead ? out : error).toContain(canRead ? 'create table' : 'strips types from version 22.18 on')
})
