/** What `init` makes of a database with every oddity that it knows, and that `migrate` then runs on it. */
import { createTestDatabase, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { readCatalog } from '../../src/cli/init/catalog.ts'
import { declarePlan } from '../../src/cli/init/declare-plan.ts'
import type { ModelPlan, SchemaPlan } from '../../src/cli/init/plan.ts'
import { planSchema } from '../../src/cli/init/plan-schema.ts'
import { renderSchema } from '../../src/cli/init/render-schema.ts'
import { migrate } from '../../src/postgres/capture/migrate.ts'
import type { Database } from '../../src/postgres/database.ts'
import { postgres } from '../../src/postgres/drivers/postgres.ts'

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const ODD = `
  create schema crm;
  create type mood as enum ('calm', 'it''s fine');
  create type hollow as enum ('', 'full');
  create domain size as text check (value in ('S', 'M', 'L'));
  create domain big_size as size;
  create table accounts (id uuid primary key default gen_random_uuid(), name text not null);
  create table crm.accounts (id bigint primary key);
  create table crm.notes (id bigint generated always as identity primary key, account_id uuid not null references accounts, body text);
  create table people (id text primary key, email text unique not null, nick text);
  create table account_people (
    id serial primary key, account_id uuid not null references accounts on delete cascade,
    person_id text not null references people, role varchar(10) not null default 'member' check (role in ('owner', 'member')),
    unique (account_id, person_id));
  create table tasks (
    id uuid primary key default gen_random_uuid(), account_id uuid not null references accounts on delete cascade,
    parent_id uuid references tasks, owner_email text references people (email),
    state text not null default 'open' check (state = any (array['open', 'done'])),
    level text check (level = 'low' or level = 'high'), free text check (length(free) < 9), blank text check (blank in ('', 'x')),
    mood mood not null default 'it''s fine', hollow hollow, size size, big big_size, tags text[] not null default '{}', moods mood[],
    settings jsonb not null default '{"a": [1, "it''s"]}', done boolean not null default false, weight float8 default 0.5,
    position integer not null default -1, total numeric(10, 2) not null default 0.00, seen bigint not null default 0,
    note varchar(20) default 'none'::varchar, stamp timestamptz default now(), twice integer generated always as (position * 2) stored,
    version text, field_versions text, "constructor" text, "Weird Name" text, "2fa" boolean, "naïve" text,
    api_key text, wait interval, place point, ip inet not null, updated_at timestamptz not null default now());
  create table settings (key text, value text);
  create table codes (code char(3) not null unique, label text);
  create table ledger (day date primary key, total numeric);
  create table counters (counter_id bigserial, hits integer not null default 0);
  create table base (id integer primary key);
  create table derived (extra text) inherits (base);
  create table "dotted.name" (id integer primary key);
  create table schema_migrations (version text primary key);
  create table passports (person_id text primary key references people, number text not null);
`

describe.each(Object.entries(inject('servers')))('on PostgreSQL %s', (version, server) => {
  let own: TestDatabase
  let database: Database
  let plan: SchemaPlan
  let code: string
  const model = (name: string) => plan.models.find((one) => one.name === name) as ModelPlan
  const field = (name: string) => model('task').fields.find((one) => one.name === name)

  beforeAll(async () => {
    own = await createTestDatabase(server)
    await own.query(ODD)
    if (Number(version) >= 18)
      await own.query(
        'alter table tasks add column thrice integer generated always as (position * 3) virtual',
      )
    database = postgres(own.url)
    plan = planSchema(await readCatalog(database))
    code = renderSchema(plan, 'odd')
  })
  afterAll(async () => {
    await database?.close()
    await own?.drop()
  })

  test('models are what tables hold one of, with ids of every type', () => {
    const ids = Object.fromEntries(
      plan.models.map(({ name, table, idColumn, idType }) => [name, [table, idColumn, idType]]),
    )

    expect(ids).toEqual({
      account: ['accounts', 'id', 'uuid'],
      accountPerson: ['account_people', 'id', 'integer'],
      code: ['codes', 'code', 'text'],
      counter: ['counters', 'counter_id', 'bigint'],
      note: ['crm.notes', 'id', 'bigint'],
      passport: ['passports', 'person_id', 'text'],
      person: ['people', 'id', 'text'],
      task: ['tasks', 'id', 'uuid'],
    })
  })

  test('every table that is left out has a reason and, where there is one, a remedy', () => {
    const reasons = Object.fromEntries(plan.leftOut.map(({ what, why }) => [what, why]))

    expect(reasons).toMatchObject({
      base: expect.stringContaining('other tables inherit from it'),
      'dotted.name': expect.stringContaining('a dot'),
      ledger: expect.stringContaining('its primary key `day` is date'),
      schema_migrations: 'Rails keeps it for itself.',
      settings: expect.stringContaining('it has no primary key'),
    })
    expect(Object.values(reasons).filter((why) => why.includes('the same name'))).toHaveLength(1)
  })

  test('lists of checks, enums and domains become oneOf; other checks stay in the database', () => {
    expect(field('state')).toMatchObject({ kind: 'enum', values: ['open', 'done'] })
    expect(field('level')).toMatchObject({ kind: 'enum', values: ['low', 'high'], nullable: true })
    expect(field('mood')).toMatchObject({ kind: 'enum', values: ['calm', "it's fine"] })
    expect(field('size')).toMatchObject({ kind: 'enum', values: ['S', 'M', 'L'] })
    expect(field('moods')).toMatchObject({ kind: 'enum', array: true })
    expect(field('free')).toMatchObject({ kind: 'text' })
    expect(field('blank')).toMatchObject({ kind: 'text' })
    expect(model('accountPerson').fields.find(({ name }) => name === 'role')).toMatchObject({
      values: ['owner', 'member'],
    })
  })

  test('plain defaults are values, the others are filled by the database', () => {
    const defaults = Object.fromEntries(model('task').fields.map((one) => [one.name, one.default]))

    expect(defaults).toMatchObject({
      state: { value: 'open' },
      mood: { value: "it's fine" },
      tags: { value: [] },
      settings: { value: { a: [1, "it's"] } },
      done: { value: false },
      weight: { value: 0.5 },
      position: { value: -1 },
      total: { value: '0.00' },
      seen: { value: '0' },
      note: { value: 'none' },
      stamp: { kind: 'database' },
      twice: { kind: 'database' },
      free: { kind: 'none' },
    })
  })

  test('columns that no field can have are left out, and names of the database never break the code', () => {
    const left = model('task').leftOut.map(({ what }) => what)

    expect(left).toEqual(expect.arrayContaining(['hollow', 'big', 'api_key', 'wait', 'place', 'ip']))
    expect(left.includes('thrice')).toBe(Number(version) >= 18)
    expect(field('constructorValue')?.column).toBe('constructor')
    expect(field('weirdName')?.column).toBe('Weird Name')
    expect(field('n2fa')?.column).toBe('2fa')
    expect(field('naive')?.column).toBe('naïve')
    expect(code).toContain("oneOf('calm', 'it\\'s fine').default('it\\'s fine')")
  })

  test("the application's own version columns stay its own", () => {
    expect(model('task')).toMatchObject({
      versionColumn: 'sync_version',
      fieldVersionsColumn: 'sync_field_versions',
      updatedAt: 'updated_at',
    })
    expect(field('recordVersion')?.column).toBe('version')
  })

  test('references, relations and the room follow the foreign keys', () => {
    const relations = plan.relations.map(({ from, name, kind, through }) => [from, name, kind, through])

    expect(field('parentId')).toMatchObject({ target: 'task' })
    expect(field('ownerEmail')).toMatchObject({
      kind: 'text',
      notes: [expect.stringContaining('not the id of `person`')],
    })
    expect(relations).toEqual(
      expect.arrayContaining([
        ['account', 'tasks', 'hasMany', undefined],
        ['account', 'people', 'manyToMany', 'accountPerson'],
        ['person', 'accounts', 'manyToMany', 'accountPerson'],
        ['task', 'children', 'hasMany', undefined],
      ]),
    )
    expect(plan.room).toMatchObject({ root: 'account' })
    expect(Object.fromEntries(plan.room?.members.map(({ model: name, path }) => [name, path]) ?? [])).toEqual(
      {
        accountPerson: ['accountId'],
        note: ['accountId'],
        task: ['accountId'],
      },
    )
    expect([...plan.shared.keys()]).toEqual([])
  })

  test('migrate takes the plan, and when init reads the database again nothing of Syncline becomes a field', async () => {
    const schema = declarePlan(plan)

    await migrate(database, schema)
    const again = declarePlan(planSchema(await readCatalog(database)))

    expect(again.hash).toBe(schema.hash)
    expect((await migrate(database, schema, { print: true })).steps).toEqual([])
    await own.query(
      "insert into accounts (name) values ('A'); insert into tasks (account_id, ip) select id, '::1' from accounts",
    )
    expect(
      await own.query(
        "select fields->>'recordVersion' as version, fields->>'settings' as settings from syncline.log where model = 'task'",
      ),
    ).toEqual([{ version: null, settings: '{"a": [1, "it\'s"]}' }])
  })

  test('a junction that was given an id, as init asks for, joins its two models', async () => {
    await own.query(
      'create table labels (id serial primary key, name text); create table task_labels (task_id uuid references tasks, label_id integer references labels, primary key (task_id, label_id))',
    )
    const before = planSchema(await readCatalog(database))
    const remedy = before.leftOut.find(({ what }) => what === 'task_labels')?.why ?? ''

    await own.query(/\((alter table .* unique)\)/.exec(remedy)?.[1] as string)
    const after = planSchema(await readCatalog(database))

    expect(after.models.find(({ name }) => name === 'taskLabel')).toMatchObject({
      idColumn: 'id',
      idType: 'uuid',
    })
    expect(after.relations).toContainEqual({
      from: 'task',
      name: 'labels',
      kind: 'manyToMany',
      target: 'label',
      through: 'taskLabel',
    })
    expect(after.room?.members).toContainEqual(
      expect.objectContaining({ model: 'taskLabel', path: ['taskId', 'accountId'] }),
    )
    expect([...after.shared.keys()]).toEqual(['label'])
  })
})
